#include "metrics/sink_codec.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

namespace k6::metrics {
namespace {

constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;
/// More samples than any run has: sums of counts do not overflow.
constexpr std::uint64_t most_samples = std::uint64_t{1} << 56;

/// Doubles as integers that sort alike.
std::uint64_t sortable(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    return (bits & sign_bit) != 0 ? ~bits : bits | sign_bit;
}

double from_sortable(std::uint64_t bits) {
    return std::bit_cast<double>((bits & sign_bit) != 0 ? bits & ~sign_bit : ~bits);
}

}  // namespace

void ByteWriter::varint(std::uint64_t value) {
    while (value >= 0x80) {
        byte(static_cast<std::uint8_t>(value | 0x80));
        value >>= 7;
    }
    byte(static_cast<std::uint8_t>(value));
}

void ByteWriter::fixed32(std::uint32_t value) {
    for (int i = 0; i < 4; ++i) byte(static_cast<std::uint8_t>(value >> (8 * i)));
}

void ByteWriter::fixed64(std::uint64_t value) {
    for (int i = 0; i < 8; ++i) byte(static_cast<std::uint8_t>(value >> (8 * i)));
}

void ByteWriter::number(double value) { fixed64(std::bit_cast<std::uint64_t>(value)); }

void ByteWriter::text(std::string_view value) {
    varint(value.size());
    raw(value);
}

std::string_view ByteReader::take(std::size_t size) {
    if (failed_ || size > left()) {
        failed_ = true;
        return {};
    }
    const std::string_view taken = bytes_.substr(at_, size);
    at_ += size;
    return taken;
}

std::uint8_t ByteReader::byte() {
    const std::string_view taken = take(1);
    return taken.empty() ? 0 : static_cast<std::uint8_t>(taken.front());
}

std::uint64_t ByteReader::varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const std::uint8_t next = byte();
        if (failed_) return 0;
        const std::uint64_t bits = next & 0x7f;
        // One form for each number: nothing is cut off, and there are no empty bytes at the top.
        if ((shift == 63 && bits > 1) || (shift > 0 && next == 0)) break;
        value |= bits << shift;
        if ((next & 0x80) == 0) return value;
    }
    failed_ = true;
    return 0;
}

std::uint64_t ByteReader::count(std::size_t size) {
    const std::uint64_t count = varint();
    if (count > left() / size) {
        failed_ = true;
        return 0;
    }
    return count;
}

std::uint32_t ByteReader::fixed32() {
    const std::string_view taken = take(4);
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < taken.size(); ++i) {
        value |= static_cast<std::uint32_t>(static_cast<unsigned char>(taken[i])) << (8 * i);
    }
    return value;
}

std::uint64_t ByteReader::fixed64() {
    const std::uint64_t low = fixed32();
    return low | static_cast<std::uint64_t>(fixed32()) << 32;
}

double ByteReader::number() {
    const double value = std::bit_cast<double>(fixed64());
    if (!std::isnan(value)) return value;
    failed_ = true;
    return 0;
}

std::string_view ByteReader::text() { return take(count()); }

void SinkCodec::encode(const ExactSum& sum, ByteWriter& writer) {
    writer.varint(sum.positive_infinities_);
    writer.varint(sum.negative_infinities_);
    ExactSum magnitude = sum;
    magnitude.normalise();
    const bool negative = magnitude.normal_and_negative();
    if (negative) {
        for (std::int64_t& digit : magnitude.digits_) digit = -digit;
        magnitude.normalise();
    }
    writer.byte(negative ? 1 : 0);
    std::size_t first = 0;
    std::size_t last = ExactSum::digit_count;
    while (first < last && magnitude.digits_[first] == 0) ++first;
    while (last > first && magnitude.digits_[last - 1] == 0) --last;
    writer.varint(first == last ? 0 : first);
    writer.varint(last - first);
    for (std::size_t i = first; i < last; ++i) writer.fixed32(static_cast<std::uint32_t>(magnitude.digits_[i]));
}

void SinkCodec::decode(ExactSum& sum, ByteReader& reader) {
    sum = {};
    sum.positive_infinities_ = reader.varint();
    sum.negative_infinities_ = reader.varint();
    const std::uint8_t negative = reader.byte();
    const std::uint64_t first = reader.varint();
    const std::uint64_t digits = reader.count(4);
    if (negative > 1 || first >= ExactSum::digit_count || digits > ExactSum::digit_count - 1 - first) {
        reader.fail();
        return;
    }
    for (std::uint64_t i = 0; i < digits; ++i) {
        const std::int64_t digit = reader.fixed32();
        sum.digits_[first + i] = negative != 0 ? -digit : digit;
    }
    sum.normalise();
}

void SinkCodec::encode(const Histogram::Side& side, ByteWriter& writer) {
    std::uint64_t used = 0;
    for (const auto& page : side.pages) {
        if (page)
            used += static_cast<std::uint64_t>(std::ranges::count_if(*page, [](auto count) { return count > 0; }));
    }
    writer.varint(used);
    std::uint64_t last = 0;
    for (std::size_t i = 0; i < side.pages.size(); ++i) {
        if (!side.pages[i]) continue;
        for (std::size_t bucket = 0; bucket < Histogram::page_size; ++bucket) {
            const std::uint64_t count = (*side.pages[i])[bucket];
            if (count == 0) continue;
            const std::uint64_t index = (side.first_page + i) * Histogram::page_size + bucket;
            writer.varint(index - last);
            writer.varint(count);
            last = index;
        }
    }
}

std::uint64_t SinkCodec::decode(Histogram::Side& side, ByteReader& reader) {
    std::uint64_t total = 0;
    std::uint64_t index = 0;
    const std::uint64_t used = reader.count(2);
    for (std::uint64_t i = 0; i < used && !reader.failed(); ++i) {
        const std::uint64_t difference = reader.varint();
        const std::uint64_t count = reader.varint();
        if (difference == 0 || difference >> Histogram::index_bits != 0 || count == 0 || count > most_samples) break;
        index += difference;
        // Up to the bucket of infinity.
        if (index > std::uint64_t{0x7ff} << 9) break;
        Histogram::new_page(side, index / Histogram::page_size)[index % Histogram::page_size] = count;
        total += count;
        if (total > most_samples) break;
        if (i + 1 == used) return total;
    }
    if (used > 0) reader.fail();
    return total;
}

void SinkCodec::encode(const TrendSink& trend, ByteWriter& writer) {
    writer.varint(trend.count());
    if (trend.empty()) return;
    trend.settle();
    encode(trend.sum_, writer);
    // Zero has one form here: + 0.0 takes its sign away.
    writer.number(trend.min_ + 0.0);
    writer.number(trend.max_ + 0.0);
    writer.byte(trend.spilled_ ? 1 : 0);
    if (trend.spilled_) {
        writer.varint(trend.histogram_.zeros_);
        encode(trend.histogram_.positive_, writer);
        encode(trend.histogram_.negative_, writer);
        return;
    }
    std::vector<std::uint64_t> sorted;
    for (double value : trend.values_) sorted.push_back(sortable(value + 0.0));
    std::ranges::sort(sorted);
    std::uint64_t last = 0;
    for (std::uint64_t value : sorted) {
        writer.varint(value - last);
        last = value;
    }
}

void SinkCodec::decode(TrendSink& trend, ByteReader& reader) {
    const std::uint64_t count = reader.varint();
    if (count == 0 || reader.failed()) return;
    decode(trend.sum_, reader);
    trend.min_ = reader.number();
    trend.max_ = reader.number();
    const std::uint8_t form = reader.byte();
    if (form > 1 || trend.min_ > trend.max_ || count > most_samples) return reader.fail();
    if (form == 1) {
        const ExactSum sum = trend.sum_;
        trend.spill();
        trend.sum_ = sum;
        trend.histogram_.zeros_ = reader.varint();
        const std::uint64_t signed_counts =
            decode(trend.histogram_.positive_, reader) + decode(trend.histogram_.negative_, reader);
        if (trend.histogram_.zeros_ > most_samples || trend.histogram_.zeros_ + signed_counts != count) reader.fail();
        trend.histogram_.count_ = count;
        return;
    }
    if (count > TrendSink::exact_limit) return reader.fail();
    std::uint64_t last = 0;
    for (std::uint64_t i = 0; i < count && !reader.failed(); ++i) {
        const std::uint64_t difference = reader.varint();
        if (difference > ~last) return reader.fail();
        last += difference;
        const double value = from_sortable(last);
        if (std::isnan(value)) return reader.fail();
        if (trend.values_.full()) trend.grow(std::max<std::size_t>(trend.values_.size() * 2, 16));
        trend.values_.add(value);
    }
    trend.settled_ = trend.values_.size();
    if (!reader.failed() && (*trend.values_.begin() != trend.min_ || *(trend.values_.end() - 1) != trend.max_)) {
        reader.fail();
    }
}

void SinkCodec::encode(const Sink& sink, ByteWriter& writer) {
    writer.byte(static_cast<std::uint8_t>(sink.type()));
    switch (sink.type()) {
        case MetricType::counter:
            writer.varint(sink.counter().samples_);
            encode(sink.counter().whole_sum(), writer);
            break;
        case MetricType::gauge: {
            const GaugeSink& gauge = sink.gauge();
            writer.varint(gauge.empty_ ? 0 : 1);
            if (gauge.empty_) break;
            writer.number(gauge.value_ + 0.0);
            writer.number(gauge.min_ + 0.0);
            writer.number(gauge.max_ + 0.0);
            writer.varint(static_cast<std::uint64_t>(gauge.time_.time_since_epoch().count()));
            break;
        }
        case MetricType::rate:
            writer.varint(sink.rate().total_);
            writer.varint(sink.rate().passes_);
            break;
        case MetricType::trend:
            encode(sink.trend(), writer);
            break;
    }
}

Result<Sink> SinkCodec::decode(ByteReader& reader) {
    const std::uint8_t type = reader.byte();
    if (type > static_cast<std::uint8_t>(MetricType::trend)) reader.fail();
    Sink sink(static_cast<MetricType>(reader.failed() ? 0 : type));
    switch (sink.type()) {
        case MetricType::counter: {
            auto& counter = std::get<CounterSink>(sink.state_);
            counter.samples_ = reader.varint();
            if (counter.samples_ > most_samples) reader.fail();
            decode(counter.sum_, reader);
            break;
        }
        case MetricType::gauge: {
            auto& gauge = std::get<GaugeSink>(sink.state_);
            const std::uint64_t present = reader.varint();
            if (present > 1) reader.fail();
            if (present == 0) break;
            gauge.empty_ = false;
            gauge.value_ = reader.number();
            gauge.min_ = reader.number();
            gauge.max_ = reader.number();
            const std::uint64_t time = reader.varint();
            if (time >= sign_bit || !(gauge.min_ <= gauge.value_ && gauge.value_ <= gauge.max_)) reader.fail();
            gauge.time_ = WallTime(std::chrono::nanoseconds(static_cast<std::int64_t>(time & ~sign_bit)));
            break;
        }
        case MetricType::rate: {
            auto& rate = std::get<RateSink>(sink.state_);
            rate.total_ = reader.varint();
            rate.passes_ = reader.varint();
            if (rate.passes_ > rate.total_ || rate.total_ > most_samples) reader.fail();
            break;
        }
        case MetricType::trend:
            decode(std::get<TrendSink>(sink.state_), reader);
            break;
    }
    if (reader.failed()) return Error{ErrorClass::generic, "a series is damaged"};
    return sink;
}

}  // namespace k6::metrics

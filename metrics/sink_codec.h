// Sinks as bytes: compact, and one form for each content, so that equal sinks have equal bytes.
//
// The pieces that run records (run_record.h) are made of:
//   varint    unsigned, seven bits a byte, low ones first (LEB128); at most ten bytes
//   double    the eight bytes of its IEEE 754 form, low ones first
//   text      varint length, then its bytes
//   sink      type byte (0 counter, 1 gauge, 2 rate, 3 trend), then
//             counter   varint samples, sum
//             gauge     varint 0 if empty; else 1, double value, min, max, varint time (ns since 1970)
//             rate      varint total, varint passes
//             trend     varint count; unless 0: sum, double min, max, byte 0 (exact) or 1 (histogram), then
//                       exact       per value in ascending order the varint difference of its sortable bits
//                       histogram   varint zeros, side (positive), side (negative)
//   sum       varint positive and negative infinities, byte sign (0 or 1), varint first digit, varint digits, 4 bytes
//             each (the magnitude in 32-bit digits, see exact_sum.h)
//   side      varint buckets that are not empty, each as varint difference of its index to the last, varint count
//
//   ByteWriter writer;
//   SinkCodec::encode(sink, writer);
//   ByteReader reader(writer.bytes());
//   Result<Sink> again = SinkCodec::decode(reader);
//
// Readers take any bytes: what is wrong is an Error of ErrorClass::generic, and memory stays within a few hundred times
// the input. Values; one thread each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "metrics/sink.h"

namespace k6::metrics {

class ByteWriter {
public:
    void byte(std::uint8_t value) { bytes_ += static_cast<char>(value); }
    void varint(std::uint64_t value);
    /// Little-endian.
    void fixed32(std::uint32_t value);
    void fixed64(std::uint64_t value);
    void number(double value);
    void text(std::string_view value);
    void raw(std::string_view bytes) { bytes_ += bytes; }

    const std::string& bytes() const& { return bytes_; }
    std::string bytes() && { return std::move(bytes_); }

private:
    std::string bytes_;
};

/// Reading beyond the end, and numbers that are none, make it fail: values are then 0 and failed() stays true.
class ByteReader {
public:
    explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

    std::uint8_t byte();
    std::uint64_t varint();
    /// A varint that counts things of at least `size` bytes each that follow.
    std::uint64_t count(std::size_t size = 1);
    std::uint32_t fixed32();
    std::uint64_t fixed64();
    double number();
    std::string_view text();

    void fail() { failed_ = true; }
    bool failed() const { return failed_; }
    bool at_end() const { return at_ == bytes_.size(); }
    std::size_t left() const { return bytes_.size() - at_; }

private:
    std::string_view take(std::size_t size);

    std::string_view bytes_;
    std::size_t at_ = 0;
    bool failed_ = false;
};

class SinkCodec {
public:
    static void encode(const Sink& sink, ByteWriter& writer);
    static Result<Sink> decode(ByteReader& reader);

private:
    static void encode(const ExactSum& sum, ByteWriter& writer);
    static void encode(const Histogram::Side& side, ByteWriter& writer);
    static void decode(ExactSum& sum, ByteReader& reader);
    /// The sum of the counts.
    static std::uint64_t decode(Histogram::Side& side, ByteReader& reader);
    static void encode(const TrendSink& trend, ByteWriter& writer);
    static void decode(TrendSink& trend, ByteReader& reader);
};

}  // namespace k6::metrics

#include "metrics/run_record.h"

#include <zlib.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

#include "metrics/sink_codec.h"

namespace k6::metrics {
namespace {

constexpr std::string_view magic = "k6record";
constexpr std::uint64_t version = 1;
constexpr std::uint64_t most_body_bytes = std::uint64_t{1} << 28;
constexpr std::int64_t greatest_term = 1'000'000'000;

Error damaged(std::string_view what) {
    return Error{ErrorClass::generic, "the run record is damaged: " + std::string(what)};
}

std::uint32_t check_sum(std::string_view bytes) {
    return static_cast<std::uint32_t>(
        ::crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

/// Exact: terms are small.
bool less(std::int64_t a, std::int64_t a_denominator, std::int64_t b, std::int64_t b_denominator) {
    return a * b_denominator < b * a_denominator;
}

bool starts_before(const SegmentPart& a, const SegmentPart& b) {
    return less(a.from_numerator, a.from_denominator, b.from_numerator, b.from_denominator);
}

// Writing.

class Encoder {
public:
    explicit Encoder(const RunRecord& record) : record_(record) {
        for (std::uint32_t i = 0; i < record.registry->size(); ++i) by_name_.push_back(MetricId{i});
        std::ranges::sort(by_name_, {},
                          [&](MetricId id) -> const std::string& { return record.registry->at(id).name; });
        position_.resize(by_name_.size());
        for (std::size_t i = 0; i < by_name_.size(); ++i) position_[by_name_[i].index] = i;
    }

    std::string encode() {
        head();
        thresholds();
        metrics();
        submetrics();
        checks_and_groups();
        breakdowns();
        timeline();
        texts(record_.findings);
        return std::move(out_).bytes();
    }

private:
    void texts(const std::vector<std::string>& list) {
        out_.varint(list.size());
        for (const std::string& text : list) out_.text(text);
    }
    void duration(Duration value) {
        out_.varint(static_cast<std::uint64_t>(std::max(value, Duration::zero()).count()));
    }
    void time(WallTime value) { duration(value.time_since_epoch()); }

    void head() {
        out_.text(record_.test);
        out_.text(record_.plan_hash);
        out_.varint(record_.segments.size());
        for (const SegmentPart& segment : record_.segments) {
            for (const std::int64_t term :
                 {segment.from_numerator, segment.from_denominator, segment.to_numerator, segment.to_denominator}) {
                out_.varint(static_cast<std::uint64_t>(term));
            }
        }
        time(record_.started);
        duration(record_.duration);
        out_.varint(record_.complete_iterations);
        out_.varint(record_.interrupted_iterations);
        out_.varint(record_.snapshot.lost_tags);
        out_.varint(record_.dropped_samples);
        out_.byte(record_.failure ? 1 : 0);
        if (record_.failure) {
            out_.varint(static_cast<std::uint64_t>(record_.failure->error_class));
            out_.text(record_.failure->message);
            out_.text(record_.failure->hint);
        }
        out_.byte(record_.stopped_by_thresholds ? 1 : 0);
        texts(record_.trend_stats);
        out_.text(record_.time_unit);
        out_.byte(record_.thresholds.without_data() == WithoutData::as_k6 ? 1 : 0);
    }

    void thresholds() {
        out_.varint(record_.thresholds.all().size());
        for (const MetricThresholds& metric : record_.thresholds.all()) {
            out_.text(metric.name);
            out_.varint(metric.thresholds.size());
            for (const Threshold& threshold : metric.thresholds) {
                out_.text(threshold.item.source);
                out_.byte(threshold.item.abort_on_fail ? 1 : 0);
                out_.byte(threshold.item.delay_abort_eval ? 1 : 0);
                if (threshold.item.delay_abort_eval) duration(*threshold.item.delay_abort_eval);
            }
            texts(metric.slots ? metric.slots->encoded() : std::vector<std::string>{});
        }
    }

    void sink(const Sink* sink, MetricType type) {
        if (sink != nullptr) {
            SinkCodec::encode(*sink, out_);
        } else {
            SinkCodec::encode(Sink(type), out_);
        }
    }

    void metrics() {
        out_.varint(by_name_.size());
        for (MetricId id : by_name_) {
            const Metric& metric = record_.registry->at(id);
            out_.text(metric.name);
            out_.byte(static_cast<std::uint8_t>(metric.type));
            out_.byte(static_cast<std::uint8_t>(metric.contains));
            sink(record_.snapshot.total(id), metric.type);
        }
    }

    void submetrics() {
        std::vector<const Submetric*> sorted;
        for (const Submetric& submetric : record_.submetrics->all()) sorted.push_back(&submetric);
        std::ranges::sort(sorted, [this](const Submetric* a, const Submetric* b) {
            return std::tie(position_[a->parent.index], a->selector.tags) <
                   std::tie(position_[b->parent.index], b->selector.tags);
        });
        out_.varint(sorted.size());
        for (const Submetric* submetric : sorted) {
            out_.varint(position_[submetric->parent.index]);
            out_.text(submetric->selector.suffix);
            out_.varint(submetric->selector.tags.size());
            for (const auto& [key, value] : submetric->selector.tags) {
                out_.text(key);
                out_.text(value);
            }
            sink(record_.snapshot.submetric(submetric->id), record_.registry->at(submetric->parent).type);
        }
    }

    void checks_and_groups() {
        out_.varint(record_.snapshot.checks.size());
        for (const CheckCount& check : record_.snapshot.checks) {
            out_.text(check.scenario);
            out_.text(check.group);
            out_.text(check.name);
            out_.varint(check.passes);
            out_.varint(check.fails);
            time(check.first_seen.time);
        }
        out_.varint(record_.snapshot.groups.size());
        for (const GroupSeen& group : record_.snapshot.groups) {
            out_.text(group.path);
            time(group.first_seen.time);
        }
    }

    void breakdowns() {
        out_.varint(record_.snapshot.breakdowns.size());
        for (const BreakdownSnapshot& breakdown : record_.snapshot.breakdowns) {
            texts(breakdown.keys);
            out_.varint(breakdown.parts.size());
            for (const BreakdownPart& part : breakdown.parts) {
                out_.byte(part.other ? 1 : 0);
                texts(part.values);
                time(part.first_seen.time);
                std::vector<std::pair<std::size_t, const Sink*>> sinks;
                for (const auto& [metric, sink] : part.sinks) sinks.emplace_back(position_[metric.index], &sink);
                std::ranges::sort(sinks);
                out_.varint(sinks.size());
                for (const auto& [position, sink] : sinks) {
                    out_.varint(position);
                    SinkCodec::encode(*sink, out_);
                }
            }
        }
    }

    void timeline() {
        duration(record_.timeline.period());
        duration(record_.timeline.end());
        std::vector<std::pair<std::size_t, const SinkSlots*>> metrics;
        for (std::uint32_t i = 0; i < record_.timeline.by_metric().size(); ++i) {
            const SinkSlots* slots = record_.timeline.of(MetricId{i});
            if (slots != nullptr) metrics.emplace_back(position_[i], slots);
        }
        std::ranges::sort(metrics);
        out_.varint(metrics.size());
        for (const auto& [position, slots] : metrics) {
            out_.varint(position);
            texts(slots->encoded());
        }
    }

    const RunRecord& record_;
    std::vector<MetricId> by_name_;
    std::vector<std::size_t> position_;
    ByteWriter out_;
};

// Reading.

class Decoder {
public:
    Decoder(std::string_view body, std::shared_ptr<RecordWorld> world) : in_(body), world_(std::move(world)) {}

    Result<RunRecord> decode() {
        head();
        std::vector<ThresholdDefinition> definitions;
        std::vector<std::vector<std::string>> slots;
        thresholds(definitions, slots);
        metrics();
        submetrics();
        checks_and_groups();
        breakdowns();
        timeline();
        record_.findings = texts();
        if (!in_.at_end()) in_.fail();
        if (!error_ && !in_.failed()) judge(definitions, std::move(slots));
        if (error_) return *error_;
        if (in_.failed()) return damaged("its contents make no sense");
        record_.registry = &world_->registry;
        record_.submetrics = &world_->submetrics;
        record_.world = world_;
        return std::move(record_);
    }

private:
    std::string text() { return std::string(in_.text()); }
    std::vector<std::string> texts() {
        std::vector<std::string> list;
        for (std::uint64_t left = in_.count(); left > 0 && !in_.failed(); --left) list.push_back(text());
        return list;
    }
    bool flag() {
        const std::uint8_t value = in_.byte();
        if (value > 1) in_.fail();
        return value == 1;
    }
    Duration duration() {
        const std::uint64_t value = in_.varint();
        if (value > static_cast<std::uint64_t>(Duration::max().count())) in_.fail();
        return Duration(in_.failed() ? 0 : static_cast<Duration::rep>(value));
    }
    WallTime time() { return WallTime(duration()); }
    bool going_on() const { return !in_.failed() && !error_; }

    std::optional<Sink> sink(MetricType type) {
        auto sink = SinkCodec::decode(in_);
        if (!sink || sink->type() != type) {
            in_.fail();
            return {};
        }
        return *std::move(sink);
    }

    std::vector<std::string> slots(MetricType type) {
        std::vector<std::string> list = texts();
        if (list.size() > Timeline::most_slots * 128) in_.fail();
        for (const std::string& one : list) {
            if (one.empty()) continue;
            ByteReader reader(one);
            const auto sink = SinkCodec::decode(reader);
            if (!sink || sink->type() != type || !reader.at_end()) in_.fail();
        }
        return list;
    }

    MetricId metric() {
        const std::uint64_t position = in_.varint();
        if (position >= metrics_.size()) in_.fail();
        return in_.failed() ? MetricId{0} : metrics_[position];
    }

    void head() {
        record_.test = text();
        record_.plan_hash = text();
        record_.segments.clear();
        for (std::uint64_t left = in_.count(4); left > 0 && !in_.failed(); --left) {
            SegmentPart segment;
            for (std::int64_t* term :
                 {&segment.from_numerator, &segment.from_denominator, &segment.to_numerator, &segment.to_denominator}) {
                const std::uint64_t value = in_.varint();
                if (value > static_cast<std::uint64_t>(greatest_term)) in_.fail();
                *term = in_.failed() ? 1 : static_cast<std::int64_t>(value);
            }
            if (segment.from_denominator == 0 || segment.to_denominator == 0 ||
                segment.to_numerator > segment.to_denominator ||
                !less(segment.from_numerator, segment.from_denominator, segment.to_numerator, segment.to_denominator)) {
                in_.fail();
            }
            record_.segments.push_back(segment);
        }
        record_.started = time();
        record_.duration = duration();
        record_.complete_iterations = in_.varint();
        record_.interrupted_iterations = in_.varint();
        record_.snapshot.lost_tags = in_.varint();
        record_.dropped_samples = in_.varint();
        if (flag()) {
            const std::uint64_t error_class = in_.varint();
            if (error_class == 0 || error_class > 255) in_.fail();
            record_.failure.emplace();
            record_.failure->error_class = static_cast<ErrorClass>(error_class & 255);
            record_.failure->message = text();
            record_.failure->hint = text();
        }
        record_.stopped_by_thresholds = flag();
        record_.trend_stats = texts();
        record_.time_unit = text();
        without_data_ = flag() ? WithoutData::as_k6 : WithoutData::fails;
    }

    void thresholds(std::vector<ThresholdDefinition>& definitions, std::vector<std::vector<std::string>>& slots) {
        for (std::uint64_t left = in_.count(3); left > 0 && going_on(); --left) {
            ThresholdDefinition& definition = definitions.emplace_back();
            definition.metric = text();
            for (std::uint64_t items = in_.count(3); items > 0 && going_on(); --items) {
                ThresholdItem& item = definition.items.emplace_back();
                item.source = text();
                item.abort_on_fail = flag();
                if (flag()) item.delay_abort_eval = duration();
            }
            slots.push_back(texts());
        }
    }

    void metrics() {
        for (std::uint64_t left = in_.count(4); left > 0 && going_on(); --left) {
            const std::string name = text();
            const std::uint8_t type = in_.byte();
            const std::uint8_t contains = in_.byte();
            if (type > static_cast<std::uint8_t>(MetricType::trend) ||
                contains > static_cast<std::uint8_t>(ValueKind::data)) {
                in_.fail();
            }
            if (in_.failed()) return;
            const auto id =
                world_->registry.declare(name, static_cast<MetricType>(type), static_cast<ValueKind>(contains));
            if (!id) {
                error_ = damaged(id.error().message);
                return;
            }
            metrics_.push_back(*id);
            auto decoded = sink(static_cast<MetricType>(type));
            if (!decoded) return;
            put(record_.snapshot.totals, id->index, *std::move(decoded), [this](std::size_t index) {
                return world_->registry.at(MetricId{static_cast<std::uint32_t>(index)}).type;
            });
        }
    }

    template <class TypeOf>
    static void put(std::vector<Sink>& sinks, std::size_t index, Sink sink, TypeOf type_of) {
        while (sinks.size() <= index) sinks.emplace_back(type_of(sinks.size()));
        sinks[index] = std::move(sink);
    }

    void submetrics() {
        for (std::uint64_t left = in_.count(4); left > 0 && going_on(); --left) {
            const MetricId parent = metric();
            Selector selector;
            selector.suffix = text();
            for (std::uint64_t tags = in_.count(2); tags > 0 && !in_.failed(); --tags) {
                std::string key = text();
                selector.tags.emplace_back(std::move(key), text());
            }
            if (!std::ranges::is_sorted(selector.tags)) in_.fail();
            if (in_.failed()) return;
            const Metric& metric = world_->registry.at(parent);
            const SubmetricId id = world_->submetrics.add(metric, std::move(selector));
            auto decoded = sink(metric.type);
            if (!decoded) return;
            put(record_.snapshot.submetrics, static_cast<std::size_t>(id), *std::move(decoded),
                [this](std::size_t index) { return world_->registry.at(world_->submetrics.all()[index].parent).type; });
        }
    }

    void checks_and_groups() {
        std::uint32_t order = 0;
        for (std::uint64_t left = in_.count(6); left > 0 && going_on(); --left) {
            CheckCount check;
            check.scenario = text();
            check.group = text();
            check.name = text();
            check.passes = in_.varint();
            check.fails = in_.varint();
            check.first_seen = {time(), order++};
            record_.snapshot.checks.push_back(std::move(check));
        }
        order = 0;
        for (std::uint64_t left = in_.count(2); left > 0 && going_on(); --left) {
            std::string path = text();
            record_.snapshot.groups.push_back({std::move(path), {time(), order++}});
        }
    }

    void breakdowns() {
        for (std::uint64_t left = in_.count(2); left > 0 && going_on(); --left) {
            BreakdownSnapshot& breakdown = record_.snapshot.breakdowns.emplace_back();
            breakdown.keys = texts();
            std::uint32_t order = 0;
            for (std::uint64_t parts = in_.count(4); parts > 0 && going_on(); --parts) {
                BreakdownPart part;
                part.other = flag();
                part.values = texts();
                if (part.values.size() != (part.other ? 0 : breakdown.keys.size())) in_.fail();
                part.first_seen = {time(), order++};
                for (std::uint64_t sinks = in_.count(2); sinks > 0 && going_on(); --sinks) {
                    const MetricId id = metric();
                    if (in_.failed()) return;
                    auto decoded = sink(world_->registry.at(id).type);
                    if (!decoded) return;
                    part.sinks.emplace_back(id, *std::move(decoded));
                }
                std::ranges::sort(part.sinks, {}, &std::pair<MetricId, Sink>::first);
                breakdown.parts.push_back(std::move(part));
            }
        }
    }

    void timeline() {
        const Duration period = duration();
        const Duration end = duration();
        // 1 s, 2 s, 4 s, …: so that any two can be brought to one.
        const Duration::rep doublings = period / Timeline::shortest_period;
        if (period % Timeline::shortest_period != Duration::zero() || doublings < 1 || doublings > (1 << 30) ||
            (doublings & (doublings - 1)) != 0) {
            in_.fail();
        }
        std::vector<SinkSlots> by_metric;
        for (std::uint64_t left = in_.count(2); left > 0 && going_on(); --left) {
            const MetricId id = metric();
            if (in_.failed()) return;
            while (by_metric.size() <= id.index) {
                by_metric.emplace_back(
                    world_->registry.at(MetricId{static_cast<std::uint32_t>(by_metric.size())}).type);
            }
            std::vector<std::string> list = slots(world_->registry.at(id).type);
            if (list.size() > Timeline::most_slots) in_.fail();
            if (in_.failed()) return;
            by_metric[id.index] = SinkSlots(world_->registry.at(id).type, std::move(list));
        }
        record_.timeline = Timeline::of_parts(period, end, std::move(by_metric));
    }

    void judge(const std::vector<ThresholdDefinition>& definitions, std::vector<std::vector<std::string>> all_slots) {
        auto thresholds = ThresholdSet::create(definitions, world_->registry, world_->submetrics, without_data_);
        if (!thresholds) {
            error_ = damaged(thresholds.error().message);
            return;
        }
        for (std::size_t i = 0; i < all_slots.size(); ++i) {
            const MetricThresholds& metric = thresholds->all()[i];
            if (!metric.slots.has_value() && !all_slots[i].empty()) in_.fail();
            if (!metric.slots || in_.failed()) continue;
            for (const std::string& one : all_slots[i]) {
                if (one.empty()) continue;
                ByteReader reader(one);
                const auto sink = SinkCodec::decode(reader);
                if (!sink || sink->type() != metric.type || !reader.at_end()) in_.fail();
            }
            if (in_.failed()) return;
            thresholds->restore_slots(i, SinkSlots(metric.type, std::move(all_slots[i])), record_.duration);
        }
        record_.thresholds = *std::move(thresholds);
        record_.thresholds.evaluate(record_.snapshot, record_.duration, ThresholdSet::Moment::at_end);
    }

    ByteReader in_;
    std::shared_ptr<RecordWorld> world_;
    RunRecord record_;
    WithoutData without_data_ = WithoutData::fails;
    std::vector<MetricId> metrics_;
    std::optional<Error> error_;
};

// Merging.

/// Joins what touches; the error is about what overlaps.
Result<std::vector<SegmentPart>> joined(std::vector<std::pair<SegmentPart, std::string>> parts) {
    std::ranges::stable_sort(parts, [](const auto& a, const auto& b) { return starts_before(a.first, b.first); });
    std::vector<SegmentPart> all;
    std::string previous;
    for (const auto& [part, name] : parts) {
        if (!all.empty()) {
            SegmentPart& last = all.back();
            if (less(part.from_numerator, part.from_denominator, last.to_numerator, last.to_denominator)) {
                return Error{ErrorClass::generic, "'" + previous + "' and '" + name +
                                                      "' ran the same part of the test: " + to_string(part) +
                                                      " begins before " + to_string(last) + " ends"};
            }
            if (part.from_numerator == last.to_numerator && part.from_denominator == last.to_denominator) {
                last.to_numerator = part.to_numerator;
                last.to_denominator = part.to_denominator;
                previous = name;
                continue;
            }
        }
        all.push_back(part);
        previous = name;
    }
    return all;
}

std::vector<SegmentPart> gaps_of(const std::vector<SegmentPart>& segments) {
    std::vector<SegmentPart> gaps;
    SegmentPart gap{0, 1, 0, 1};
    for (const SegmentPart& segment : segments) {
        gap.to_numerator = segment.from_numerator;
        gap.to_denominator = segment.from_denominator;
        if (less(gap.from_numerator, gap.from_denominator, gap.to_numerator, gap.to_denominator)) gaps.push_back(gap);
        gap.from_numerator = segment.to_numerator;
        gap.from_denominator = segment.to_denominator;
    }
    gap.to_numerator = gap.to_denominator = 1;
    if (less(gap.from_numerator, gap.from_denominator, 1, 1)) gaps.push_back(gap);
    return gaps;
}

std::vector<ThresholdDefinition> definitions_of(const ThresholdSet& thresholds) {
    std::vector<ThresholdDefinition> definitions;
    for (const MetricThresholds& metric : thresholds.all()) {
        ThresholdDefinition& definition = definitions.emplace_back(ThresholdDefinition{metric.name, {}});
        for (const Threshold& threshold : metric.thresholds) definition.items.push_back(threshold.item);
    }
    return definitions;
}

/// By their keys; a breakdown that one of them lacks would tell only half.
void merge_breakdowns(RunSnapshot& into, RunSnapshot& from) {
    std::erase_if(into.breakdowns, [&from](const BreakdownSnapshot& mine) {
        return std::ranges::find(from.breakdowns, mine.keys, &BreakdownSnapshot::keys) == from.breakdowns.end();
    });
    std::vector<BreakdownSnapshot> ordered;
    for (const BreakdownSnapshot& mine : into.breakdowns) {
        ordered.push_back(std::move(*std::ranges::find(from.breakdowns, mine.keys, &BreakdownSnapshot::keys)));
    }
    from.breakdowns = std::move(ordered);
}

void sort_by_occurrence(RunSnapshot& snapshot) {
    std::ranges::sort(snapshot.checks, [](const CheckCount& a, const CheckCount& b) {
        return std::tie(a.first_seen, a.group, a.name, a.scenario) <
               std::tie(b.first_seen, b.group, b.name, b.scenario);
    });
}

Result<void> judge_whole(RunRecord& whole, const std::vector<RunRecord>& parts, RecordWorld& world) {
    const ThresholdSet& as_defined = parts.front().thresholds;
    // The definitions are known to parse: the parts were judged by them.
    auto set =
        ThresholdSet::create(definitions_of(as_defined), world.registry, world.submetrics, as_defined.without_data());
    if (!set) return set.error();
    for (std::size_t i = 0; i < set->all().size(); ++i) {
        if (!set->all()[i].slots) continue;
        SinkSlots slots(set->all()[i].type);
        for (const RunRecord& part : parts) slots.merge(*part.thresholds.all()[i].slots);
        set->restore_slots(i, std::move(slots), whole.duration);
    }
    whole.thresholds = *std::move(set);
    const auto verdict = whole.thresholds.evaluate(whole.snapshot, whole.duration, ThresholdSet::Moment::at_end);

    // Parts are in the order of their segments. What thresholds said of a part alone does not count.
    whole.failure.reset();
    for (const RunRecord& part : parts) {
        if (part.failure && part.failure->error_class != ErrorClass::thresholds_failed) {
            whole.failure = part.failure;
            return {};
        }
    }
    for (const RunRecord& part : parts) {
        if (!part.stopped_by_thresholds || !part.failure) continue;
        whole.stopped_by_thresholds = true;
        whole.failure = part.failure;
        return {};
    }
    if (!verdict.breached.empty()) {
        whole.failure = Error{ErrorClass::thresholds_failed,
                              "thresholds on metrics '" + verdict.breached_text() + "' have been crossed"};
    }
    return {};
}

}  // namespace

std::string to_string(const SegmentPart& segment) {
    const auto term = [](std::int64_t numerator, std::int64_t denominator) {
        return denominator == 1 ? std::to_string(numerator)
                                : std::to_string(numerator) + "/" + std::to_string(denominator);
    };
    return term(segment.from_numerator, segment.from_denominator) + ":" +
           term(segment.to_numerator, segment.to_denominator);
}

std::string encode_record(const RunRecord& record) {
    const std::string body = Encoder(record).encode();
    std::string packed(::compressBound(body.size()), '\0');
    uLongf size = packed.size();
    ::compress2(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(body.data()),
                body.size(), 6);
    ByteWriter file;
    file.raw(magic);
    file.varint(version);
    file.varint(body.size());
    file.raw(std::string_view(packed).substr(0, size));
    file.fixed32(check_sum(file.bytes()));
    return std::move(file).bytes();
}

Result<RunRecord> decode_record(std::string_view file, std::shared_ptr<RecordWorld> world) {
    if (!file.starts_with(magic)) return Error{ErrorClass::generic, "this is no run record"};
    if (file.size() < magic.size() + 6) return damaged("it is cut off");
    const std::string_view covered = file.substr(0, file.size() - 4);
    ByteReader tail(file.substr(covered.size()));
    if (tail.fixed32() != check_sum(covered)) return damaged("its check sum is wrong");
    ByteReader head(covered.substr(magic.size()));
    const std::uint64_t file_version = head.varint();
    if (!head.failed() && file_version != version) {
        return Error{ErrorClass::generic, "the run record has version " + std::to_string(file_version) +
                                              "; this program reads version " + std::to_string(version)};
    }
    const std::uint64_t size = head.varint();
    // Deflate does not get smaller than this.
    if (head.failed() || size > most_body_bytes || size > head.left() * 1032 + 64)
        return damaged("its size makes no sense");
    const std::string_view packed = covered.substr(covered.size() - head.left());
    std::string body(size, '\0');
    uLongf unpacked = size;
    if (::uncompress(reinterpret_cast<Bytef*>(body.data()), &unpacked, reinterpret_cast<const Bytef*>(packed.data()),
                     packed.size()) != Z_OK ||
        unpacked != size) {
        return damaged("it cannot be unpacked");
    }
    return decode_record_body(body, std::move(world));
}

Result<RunRecord> decode_record_body(std::string_view body, std::shared_ptr<RecordWorld> world) {
    return Decoder(body, std::move(world)).decode();
}

Result<MergedRecords> merge_records(std::span<const RecordFile> files) {
    if (files.empty()) return Error{ErrorClass::generic, "there are no run records to merge"};
    const auto world = std::make_shared<RecordWorld>();
    struct Named {
        RunRecord record;
        const std::string* name;
    };
    std::vector<Named> named;
    for (const RecordFile& file : files) {
        auto record = decode_record(file.bytes, world);
        if (!record) return with_context(record.error(), "'" + file.name + "'");
        named.push_back({*std::move(record), &file.name});
    }
    // The result must not depend on the order of the files.
    std::ranges::stable_sort(named, [](const Named& a, const Named& b) {
        return !a.record.segments.empty() && !b.record.segments.empty() &&
               starts_before(a.record.segments.front(), b.record.segments.front());
    });
    const Named& first = named.front();
    std::vector<std::pair<SegmentPart, std::string>> segments;
    for (const Named& one : named) {
        if (one.record.plan_hash != first.record.plan_hash) {
            return Error{ErrorClass::generic,
                         "'" + *first.name + "' and '" + *one.name +
                             "' are records of different plans: only parts of one test can be merged"};
        }
        if (definitions_of(one.record.thresholds) != definitions_of(first.record.thresholds) ||
            one.record.thresholds.without_data() != first.record.thresholds.without_data()) {
            return Error{ErrorClass::generic,
                         "'" + *first.name + "' and '" + *one.name + "' were judged by different thresholds"};
        }
        for (const SegmentPart& segment : one.record.segments) segments.emplace_back(segment, *one.name);
    }
    auto covered = joined(std::move(segments));
    if (!covered) return covered.error();

    std::vector<RunRecord> parts;
    for (Named& one : named) parts.push_back(std::move(one.record));
    RunRecord whole = parts.front();
    whole.segments = *std::move(covered);
    for (std::size_t i = 1; i < parts.size(); ++i) {
        RunRecord& part = parts[i];
        whole.started = std::min(whole.started, part.started);
        whole.duration = std::max(whole.duration, part.duration);
        whole.complete_iterations += part.complete_iterations;
        whole.interrupted_iterations += part.interrupted_iterations;
        whole.dropped_samples += part.dropped_samples;
        merge_breakdowns(whole.snapshot, part.snapshot);
        whole.snapshot.merge(part.snapshot);
        whole.timeline.merge(part.timeline);
        for (const std::string& finding : part.findings) {
            if (std::ranges::find(whole.findings, finding) == whole.findings.end()) whole.findings.push_back(finding);
        }
    }
    sort_by_occurrence(whole.snapshot);
    if (auto judged = judge_whole(whole, parts, *world); !judged) return judged.error();
    std::vector<SegmentPart> missing = gaps_of(whole.segments);
    return MergedRecords{std::move(whole), std::move(missing)};
}

SummaryModel summary_of(const RunRecord& record) {
    return SummaryModel::build(record.snapshot, *record.registry, *record.submetrics, record.thresholds,
                               record.duration);
}

}  // namespace k6::metrics

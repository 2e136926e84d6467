// Tag sets: string → string maps, interned, so that a sample carries one small integer.
//
// A TagTable belongs to one worker (through its Recorder) and is used on that worker's thread only. What it interns is
// immutable and does not move: an output thread may read a `const TagSet*` while the worker goes on interning, as long
// as it holds the storage (SampleChunk does).
//
//   TagTable& tags = recorder.tags();
//   TagSetId vu = tags.with(tags.with(no_tags, SystemTag::scenario, "default"), SystemTag::group, "");
//   std::array updates{TagUpdate{tag_key(SystemTag::status), "200"}, TagUpdate{tags.key("kind"), "slow"}};
//   recorder.add(Builtin::http_reqs, tags.for_sample(vu, updates), 1, now);
//
// Two lifetimes:
//   * `with` / `without` make sets to keep: what a VU wears while it runs (run, scenario, group and user tags). They
//   live
//     as long as the table. At most Limits::kept_sets exist; beyond, a new one is refused: the base set is returned and
//     dropped_tags() counts, which RunSnapshot::lost_tags reports.
//   * `for_sample` makes the set of one sample or of one request's samples: the base plus what is known once it is
//   over.
//     Use the id at once, without suspending in between: it is good until Limits::sample_sets further sets were made.
//     These sets live in generations; when one is full the one before the last is freed, unless an output still holds
//     it. So tags that differ from request to request (a URL with an id in it) cost time but not memory.
//
// Only observed tags are kept. Without an output nobody can see a tag that no sub-metric selects; ObservedTags says
// which keys, and for selected keys which values, make a difference, and all others are dropped before they are looked
// up. A table is therefore not the place to read a user's tags back from.
//
// In the steady state all of these are one hash look-up each, without allocation.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "metrics/system_tags.h"

namespace k6::metrics {

/// A tag's key, interned per table; the first ones are the system tags, in every table.
enum class TagKey : std::uint32_t {};
constexpr TagKey tag_key(SystemTag tag) { return TagKey{static_cast<std::uint32_t>(tag)}; }

/// A tag set within one table.
enum class TagSetId : std::uint32_t {};
/// The empty set, in every table.
inline constexpr TagSetId no_tags{0};

struct Tag {
    std::string_view key;
    std::string_view value;
    friend bool operator==(const Tag&, const Tag&) = default;
};

/// An interned set: tags sorted by key, bytewise.
class TagSet {
public:
    constexpr TagSet() = default;
    constexpr explicit TagSet(std::span<const Tag> sorted) : tags_(sorted) {}

    auto begin() const { return tags_.begin(); }
    auto end() const { return tags_.end(); }
    std::size_t size() const { return tags_.size(); }
    bool empty() const { return tags_.empty(); }
    /// nullopt if the key is absent; a present tag may have an empty value.
    std::optional<std::string_view> get(std::string_view key) const;
    /// Of the content: equal sets of different tables have equal hashes.
    std::uint64_t hash() const;

private:
    std::span<const Tag> tags_;
};

/// Which tags make a difference to somebody.
class ObservedTags {
public:
    /// Everything: an output wants samples.
    static ObservedTags all() {
        ObservedTags tags;
        tags.all_ = true;
        return tags;
    }
    /// Every value of `key`.
    void add_key(std::string_view key) { keys_.insert_or_assign(std::string(key), std::nullopt); }
    /// This value of `key`: samples with other values are alike.
    void add_value(std::string_view key, std::string_view value) {
        auto [entry, is_new] = keys_.try_emplace(std::string(key), std::in_place);
        if (entry->second) entry->second->emplace(value);
    }

    bool observes_all() const { return all_; }
    /// Key → the values that matter, or nullopt for every value.
    const std::map<std::string, std::optional<std::set<std::string, std::less<>>>, std::less<>>& keys() const {
        return keys_;
    }

private:
    bool all_ = false;
    std::map<std::string, std::optional<std::set<std::string, std::less<>>>, std::less<>> keys_;
};

/// Sets `key` to `value`, replacing what the base has.
struct TagUpdate {
    TagKey key;
    std::string_view value;
};

class TagTable {
public:
    struct Limits {
        std::size_t kept_sets = 262'144;
        /// Per generation; two generations are live. At most 2^18.
        std::size_t sample_sets = 32'768;
        std::size_t keys = 65'536;
    };

    explicit TagTable(const ObservedTags& observed) : TagTable(observed, Limits{}) {}
    TagTable(const ObservedTags& observed, Limits limits);
    ~TagTable();
    TagTable(const TagTable&) = delete;
    TagTable& operator=(const TagTable&) = delete;

    /// The key's handle; worth keeping where the same key is used again and again.
    TagKey key(std::string_view name);

    TagSetId with(TagSetId base, TagKey key, std::string_view value);
    TagSetId with(TagSetId base, SystemTag key, std::string_view value) { return with(base, tag_key(key), value); }
    TagSetId with(TagSetId base, std::string_view name, std::string_view value) { return with(base, key(name), value); }

    TagSetId without(TagSetId base, TagKey key);
    TagSetId without(TagSetId base, SystemTag key) { return without(base, tag_key(key)); }
    TagSetId without(TagSetId base, std::string_view name) { return without(base, key(name)); }

    /// The base with all updates applied in order; see the lifetimes above.
    TagSetId for_sample(TagSetId base, std::span<const TagUpdate> updates);

    /// The set of an id. An id of for_sample that was kept too long gives the empty set and counts in stale_reads().
    const TagSet& get(TagSetId id) const;
    /// The value of one tag, if the set has it.
    std::optional<std::string_view> get(TagSetId id, std::string_view name) const { return get(id).get(name); }

    /// False if setting this key can never make a difference: the caller may save itself the work.
    bool observes(TagKey key) const;
    bool observes(SystemTag key) const { return observes(tag_key(key)); }
    bool observes_all() const { return observes_all_; }

    /// Sets made so far, of both lifetimes (a set of for_sample counts again when a later generation makes it anew).
    std::uint64_t sets_made() const { return sets_made_; }
    /// Refused by Limits.
    std::uint64_t dropped_tags() const { return dropped_tags_; }
    std::uint64_t stale_reads() const { return stale_reads_; }

    // For the recorder, which keeps something per set.

    struct SampleSetId {
        std::uint32_t generation;
        std::uint32_t index;
    };
    /// nullopt for a set to keep, whose id is its index.
    static std::optional<SampleSetId> as_sample_set(TagSetId id) {
        const auto bits = static_cast<std::uint32_t>(id);
        if ((bits & sample_bit) == 0) return std::nullopt;
        return SampleSetId{bits >> index_bits & generation_mask, bits & index_mask};
    }
    /// Generations are numbered from 0, modulo 2^13; sets of this one and the one before are live.
    std::uint32_t generation() const { return generation_number_; }
    /// The id itself, or no_tags (and one more stale read) if its set is gone.
    TagSetId live(TagSetId id) const {
        const auto sample = as_sample_set(id);
        if (!sample || ((generation_number_ - sample->generation) & generation_mask) <= 1) [[likely]]
            return id;
        ++stale_reads_;
        return no_tags;
    }
    /// What keeps all live sets where they are: hold both as long as a `const TagSet*` is read.
    std::array<std::shared_ptr<const void>, 3> storage() const;

private:
    // TagSetId: a set to keep is its index; a sample set is this bit, its generation and its index therein.
    static constexpr std::uint32_t sample_bit = std::uint32_t{1} << 31;
    static constexpr unsigned index_bits = 18;
    static constexpr std::uint32_t index_mask = (std::uint32_t{1} << index_bits) - 1;
    static constexpr std::uint32_t generation_mask = (sample_bit >> index_bits) - 1;

    class Storage;
    enum class KeyPolicy : std::uint8_t { drop, every_value, listed_values };
    struct Key {
        std::string_view name;
        KeyPolicy policy;
        std::vector<std::string> values;

        bool lists(std::string_view value) const {
            for (const std::string& listed : values) {
                if (listed == value) return true;
            }
            return false;
        }
    };

    enum class Lifetime : std::uint8_t { kept, sample };

    const Key& key_of(TagKey key) const { return keys_[static_cast<std::size_t>(key)]; }
    /// Drops what is not observed; a value of no consequence becomes an erasure.
    std::span<const TagUpdate> filter(std::span<const TagUpdate> updates);
    TagSetId find_or_make(Lifetime lifetime, TagSetId base, std::span<const TagUpdate> updates);
    TagSetId make(Lifetime lifetime, TagSetId base, std::span<const TagUpdate> updates, std::uint64_t hash);
    TagKey add_key(std::string_view name, KeyPolicy policy);

    Limits limits_;
    bool observes_all_;
    std::vector<Key> keys_;
    std::unordered_map<std::string_view, TagKey> key_by_name_;
    std::shared_ptr<Storage> kept_;
    std::array<std::shared_ptr<Storage>, 2> generations_;
    std::uint32_t generation_number_ = 0;
    /// What filter() returns, with room for so many.
    std::unique_ptr<TagUpdate[]> filtered_;
    std::size_t most_filtered_ = 0;
    std::uint64_t sets_made_ = 0;
    std::uint64_t dropped_tags_ = 0;
    mutable std::uint64_t stale_reads_ = 0;
};

}  // namespace k6::metrics

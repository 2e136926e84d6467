#include "metrics/tags.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory_resource>
#include <stdexcept>
#include <unordered_set>
#include <utility>

namespace k6::metrics {
namespace {

// After the system tags: the key of every name that nobody observes.
constexpr TagKey unobserved_key{static_cast<std::uint32_t>(system_tag_table.size())};

/// An update whose value has no address removes the key.
bool is_erasure(const TagUpdate& update) { return update.value.data() == nullptr; }
/// What came in as an empty view without an address is a value all the same.
std::string_view with_address(std::string_view value) { return value.data() == nullptr ? std::string_view("") : value; }

// A multiply-and-fold hash in the manner of wyhash: eight bytes a step. Not for adversaries; a bad one only costs time.
__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

constexpr std::uint64_t multiplier_1 = 0xa0761d6478bd642fULL;
constexpr std::uint64_t multiplier_2 = 0xe7037ed1a0b428dbULL;

std::uint64_t load(const char* bytes, std::size_t size) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, size);
    return word;
}

std::uint64_t hash_text(std::uint64_t seed, std::string_view text) {
    const char* bytes = text.data();
    std::size_t left = text.size();
    std::uint64_t hash = seed ^ (text.size() * multiplier_2);
    while (left > 16) {
        hash = fold(load(bytes, 8) ^ multiplier_1, load(bytes + 8, 8) ^ hash);
        bytes += 16;
        left -= 16;
    }
    if (left > 8) {
        return fold(load(bytes, 8) ^ multiplier_1, load(bytes + left - 8, 8) ^ hash);
    }
    if (left == 8) return fold(load(bytes, 8) ^ multiplier_1, hash);
    if (left >= 4) return fold(load(bytes, 4) ^ multiplier_1, (load(bytes + left - 4, 4) << 32) ^ hash);
    if (left > 0) {
        const auto byte = [bytes](std::size_t at) {
            return static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[at]));
        };
        return fold((byte(0) | byte(left / 2) << 8 | byte(left - 1) << 16) ^ multiplier_1, hash);
    }
    return fold(multiplier_1, hash);
}

std::uint64_t hash_update(TagSetId base, std::span<const TagUpdate> updates) {
    std::uint64_t hash = fold(static_cast<std::uint64_t>(base) ^ multiplier_1, multiplier_2);
    for (const TagUpdate& update : updates) {
        const std::uint64_t key = static_cast<std::uint64_t>(update.key) * 2 + (is_erasure(update) ? 1 : 0);
        hash = hash_text(hash + key * multiplier_1, update.value);
    }
    return hash;
}

}  // namespace

std::optional<std::string_view> TagSet::get(std::string_view key) const {
    const auto tag = std::ranges::lower_bound(tags_, key, {}, &Tag::key);
    if (tag == tags_.end() || tag->key != key) return std::nullopt;
    return tag->value;
}

std::uint64_t TagSet::hash() const {
    std::uint64_t hash = 0;
    for (const Tag& tag : tags_) hash = hash_text(hash_text(hash, tag.key), tag.value);
    return hash;
}

/// The memory of tag sets that share a lifetime, and the look-up tables by which they are found again.
class TagTable::Storage {
public:
    struct Transition {
        TagSetId base;
        std::span<const TagUpdate> updates;
        TagSetId result;
    };

    std::size_t size() const { return sets_.size(); }
    const TagSet& set(std::size_t index) const { return *sets_[index]; }

    std::uint32_t add_set(std::span<const Tag> tags) {
        const std::span<const Tag> copy = copy_array(tags);
        sets_.push_back(new (memory_.allocate(sizeof(TagSet), alignof(TagSet))) TagSet(copy));
        return static_cast<std::uint32_t>(sets_.size() - 1);
    }

    std::string_view add_text(std::string_view text) {
        if (text.empty()) return "";
        char* bytes = static_cast<char*>(memory_.allocate(text.size(), 1));
        std::memcpy(bytes, text.data(), text.size());
        return {bytes, text.size()};
    }

    std::string_view intern(std::string_view text) {
        const auto found = texts_.find(text);
        if (found != texts_.end()) return *found;
        return *texts_.insert(add_text(text)).first;
    }

    const Transition* find(std::uint64_t hash, TagSetId base, std::span<const TagUpdate> updates) const {
        if (slots_.empty()) return nullptr;
        const std::size_t mask = slots_.size() - 1;
        for (std::size_t at = hash & mask; slots_[at].transition != nullptr; at = (at + 1) & mask) {
            if (slots_[at].hash == hash && same(*slots_[at].transition, base, updates)) return slots_[at].transition;
        }
        return nullptr;
    }

    void add_transition(std::uint64_t hash, TagSetId base, std::span<const TagUpdate> updates, TagSetId result) {
        if ((transitions_ + 1) * 2 > slots_.size()) grow();
        std::span<TagUpdate> copy = copy_array(updates);
        for (TagUpdate& update : copy) {
            if (!is_erasure(update)) update.value = intern(update.value);
        }
        void* place = memory_.allocate(sizeof(Transition), alignof(Transition));
        put({hash, new (place) Transition{base, copy, result}});
        ++transitions_;
    }
    std::size_t transitions() const { return transitions_; }

    /// Index of the set with these tags, for storages that want each set once.
    std::optional<std::uint32_t> find_content(std::uint64_t hash, std::span<const Tag> tags) const {
        for (auto [entry, last] = by_content_.equal_range(hash); entry != last; ++entry) {
            if (std::ranges::equal(*sets_[entry->second], tags)) return entry->second;
        }
        return std::nullopt;
    }
    void add_content(std::uint64_t hash, std::uint32_t index) { by_content_.emplace(hash, index); }

private:
    struct Slot {
        std::uint64_t hash;
        const Transition* transition;
    };

    static bool same(const Transition& transition, TagSetId base, std::span<const TagUpdate> updates) {
        return transition.base == base &&
               std::ranges::equal(transition.updates, updates, [](const TagUpdate& a, const TagUpdate& b) {
                   return a.key == b.key && a.value == b.value && is_erasure(a) == is_erasure(b);
               });
    }

    template <class T>
    std::span<T> copy_array(std::span<const T> from) {
        if (from.empty()) return {};
        T* to = static_cast<T*>(memory_.allocate(from.size_bytes(), alignof(T)));
        std::uninitialized_copy(from.begin(), from.end(), to);
        return {to, from.size()};
    }

    void put(Slot slot) {
        const std::size_t mask = slots_.size() - 1;
        std::size_t at = slot.hash & mask;
        while (slots_[at].transition != nullptr) at = (at + 1) & mask;
        slots_[at] = slot;
    }

    void grow() {
        std::vector<Slot> old(std::max<std::size_t>(64, slots_.size() * 2));
        old.swap(slots_);
        for (const Slot& slot : old) {
            if (slot.transition != nullptr) put(slot);
        }
    }

    std::pmr::monotonic_buffer_resource memory_{4096};
    // Pointers: the sets themselves are read by other threads while this vector grows.
    std::vector<const TagSet*> sets_;
    std::unordered_set<std::string_view> texts_;
    std::vector<Slot> slots_;
    std::size_t transitions_ = 0;
    std::unordered_multimap<std::uint64_t, std::uint32_t> by_content_;
};

TagTable::TagTable(const ObservedTags& observed, Limits limits)
    : limits_(limits), observes_all_(observed.observes_all()), kept_(std::make_shared<Storage>()) {
    if (limits_.sample_sets == 0 || limits_.sample_sets > index_mask + 1 || limits_.kept_sets > sample_bit) {
        throw std::invalid_argument("TagTable: limits out of range");
    }
    for (auto& generation : generations_) generation = std::make_shared<Storage>();
    kept_->add_set({});

    const KeyPolicy unlisted = observes_all_ ? KeyPolicy::every_value : KeyPolicy::drop;
    for (const SystemTagInfo& row : system_tag_table) add_key(row.name, unlisted);
    keys_.push_back(Key{"", KeyPolicy::drop, {}});
    if (observes_all_) return;
    for (const auto& [name, values] : observed.keys()) {
        const auto known = key_by_name_.find(name);
        const TagKey key = known != key_by_name_.end() ? known->second : add_key(name, KeyPolicy::drop);
        Key& entry = keys_[static_cast<std::size_t>(key)];
        entry.policy = values ? KeyPolicy::listed_values : KeyPolicy::every_value;
        if (values) entry.values.assign(values->begin(), values->end());
    }
}

TagTable::~TagTable() = default;

TagKey TagTable::add_key(std::string_view name, KeyPolicy policy) {
    const TagKey key{static_cast<std::uint32_t>(keys_.size())};
    const std::string_view kept_name = kept_->add_text(name);
    keys_.push_back(Key{kept_name, policy, {}});
    key_by_name_.emplace(kept_name, key);
    return key;
}

TagKey TagTable::key(std::string_view name) {
    const auto found = key_by_name_.find(name);
    if (found != key_by_name_.end()) return found->second;
    if (!observes_all_) return unobserved_key;
    if (keys_.size() >= limits_.keys) {
        ++dropped_tags_;
        return unobserved_key;
    }
    return add_key(name, KeyPolicy::every_value);
}

bool TagTable::observes(TagKey key) const { return key_of(key).policy != KeyPolicy::drop; }

std::span<const TagUpdate> TagTable::filter(std::span<const TagUpdate> updates) {
    const bool unchanged =
        observes_all_ && std::ranges::all_of(updates, [this](const TagUpdate& update) {
            return key_of(update.key).policy == KeyPolicy::every_value && update.value.data() != nullptr;
        });
    if (unchanged) return updates;
    if (updates.size() > most_filtered_) [[unlikely]] {
        most_filtered_ = updates.size();
        filtered_ = std::make_unique<TagUpdate[]>(most_filtered_);
    }
    TagUpdate* kept = filtered_.get();
    for (const TagUpdate& update : updates) {
        const Key& key = key_of(update.key);
        if (key.policy == KeyPolicy::drop) continue;
        const bool matters = key.policy == KeyPolicy::every_value || key.lists(update.value);
        *kept++ = TagUpdate{update.key, matters ? with_address(update.value) : std::string_view()};
    }
    return {filtered_.get(), kept};
}

TagSetId TagTable::with(TagSetId base, TagKey key, std::string_view value) {
    const TagUpdate update{key, value};
    return find_or_make(Lifetime::kept, base, filter({&update, 1}));
}

TagSetId TagTable::without(TagSetId base, TagKey key) {
    if (!observes(key)) return live(base);
    const TagUpdate erasure{key, {}};
    return find_or_make(Lifetime::kept, base, {&erasure, 1});
}

TagSetId TagTable::for_sample(TagSetId base, std::span<const TagUpdate> updates) {
    return find_or_make(Lifetime::sample, base, filter(updates));
}

TagSetId TagTable::find_or_make(Lifetime lifetime, TagSetId base, std::span<const TagUpdate> updates) {
    base = live(base);
    if (updates.empty()) return base;
    const std::uint64_t hash = hash_update(base, updates);
    const Storage& storage = lifetime == Lifetime::kept ? *kept_ : *generations_[generation_number_ & 1];
    if (const Storage::Transition* known = storage.find(hash, base, updates)) return known->result;
    return make(lifetime, base, updates, hash);
}

TagSetId TagTable::make(Lifetime lifetime, TagSetId base, std::span<const TagUpdate> updates, std::uint64_t hash) {
    // The values may be views of a set in the generation that is given up here.
    std::shared_ptr<const Storage> given_up;
    const TagSet& base_set = get(base);
    if (lifetime == Lifetime::sample && generations_[generation_number_ & 1]->size() >= limits_.sample_sets) {
        generation_number_ = (generation_number_ + 1) & generation_mask;
        given_up = std::exchange(generations_[generation_number_ & 1], std::make_shared<Storage>());
    }
    Storage& storage = lifetime == Lifetime::kept ? *kept_ : *generations_[generation_number_ & 1];

    const bool base_is_kept = (static_cast<std::uint32_t>(base) & sample_bit) == 0;
    std::vector<Tag> tags(base_set.begin(), base_set.end());
    if (!base_is_kept) {
        for (Tag& tag : tags) tag.value = storage.intern(tag.value);
    }
    for (const TagUpdate& update : updates) {
        const std::string_view name = key_of(update.key).name;
        const auto place = std::ranges::lower_bound(tags, name, {}, &Tag::key);
        const bool present = place != tags.end() && place->key == name;
        if (is_erasure(update)) {
            if (present) tags.erase(place);
        } else if (present) {
            place->value = storage.intern(update.value);
        } else {
            tags.insert(place, Tag{name, storage.intern(update.value)});
        }
    }

    if (lifetime == Lifetime::sample) {
        const std::uint32_t index = storage.add_set(tags);
        const TagSetId made{sample_bit | generation_number_ << index_bits | index};
        storage.add_transition(hash, base, updates, made);
        ++sets_made_;
        return made;
    }

    if (tags.empty()) return no_tags;
    const std::uint64_t content = TagSet(tags).hash();
    std::optional<std::uint32_t> index = storage.find_content(content, tags);
    if (!index) {
        if (storage.size() >= limits_.kept_sets) {
            ++dropped_tags_;
            return base_is_kept ? base : no_tags;
        }
        index = storage.add_set(tags);
        storage.add_content(content, *index);
        ++sets_made_;
    }
    const TagSetId made{*index};
    // Ids of sample sets come again with other meanings, and a path is only a short cut: not worth unbounded memory.
    if (base_is_kept && storage.transitions() < limits_.kept_sets * 4) {
        storage.add_transition(hash, base, updates, made);
    }
    return made;
}

const TagSet& TagTable::get(TagSetId id) const {
    id = live(id);
    if (const auto sample = as_sample_set(id)) return generations_[sample->generation & 1]->set(sample->index);
    return kept_->set(static_cast<std::size_t>(id));
}

std::array<std::shared_ptr<const void>, 3> TagTable::storage() const {
    return {kept_, generations_[0], generations_[1]};
}

}  // namespace k6::metrics

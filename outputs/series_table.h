// Samples sorted into series: what outputs that aggregate keep one state of for each metric and set of tags.
//
// Two samples belong to one series if their metric and their tags are the same, whatever worker they come from; tags
// with an empty value count as absent. Tag sets are looked up by their text once per chunk and by address after that.
//
//   SeriesTable<Counted> series(250'000);
//   series.begin_chunk();
//   if (Counted* counted = series.find(sample, [](MetricId metric, const SeriesTags& tags) { return Counted(…); })) …
//
// One thread. States do not move.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "metrics/sample.h"

namespace k6::outputs {

/// Key and value, sorted by key; no value is empty.
using SeriesTags = std::vector<std::pair<std::string, std::string>>;

template <class State>
class SeriesTable {
public:
    explicit SeriesTable(std::size_t most_series) : most_series_(most_series) {}

    /// Another set may be where one of the last chunk was.
    void begin_chunk() {
        by_address_.clear();
        last_ = nullptr;
    }

    /// The sample's state, made by `make(metric, tags)` for the first of its series; null when there are too many.
    template <class Make>
    State* find(const metrics::Sample& sample, Make&& make) {
        if (sample.tags != last_) {
            last_ = sample.tags;
            last_row_ = &row_of(*sample.tags);
        }
        std::vector<State*>& states = last_row_->states;
        if (sample.metric.index >= states.size()) states.resize(sample.metric.index + 1);
        State*& state = states[sample.metric.index];
        if (state == nullptr) {
            if (series_.size() >= most_series_) return nullptr;
            state = &series_.emplace_back(make(sample.metric, last_row_->tags));
        }
        return state;
    }

    /// In the order of their first samples.
    std::deque<State>& all() { return series_; }
    const std::deque<State>& all() const { return series_; }
    std::size_t size() const { return series_.size(); }

private:
    struct Row {
        SeriesTags tags;
        std::vector<State*> states;
    };

    Row& row_of(const metrics::TagSet& set) {
        const auto [known, is_new] = by_address_.try_emplace(&set, nullptr);
        if (!is_new) return *known->second;
        key_.clear();
        for (const metrics::Tag& tag : set) {
            if (tag.value.empty()) continue;
            // Lengths keep a value with a separator in it from looking like two tags.
            append_part(tag.key);
            append_part(tag.value);
        }
        auto found = rows_.find(key_);
        if (found == rows_.end()) {
            // Sets that are too many would fill memory as series do.
            if (series_.size() >= most_series_) {
                no_room_ = {};
                known->second = &no_room_;
                return no_room_;
            }
            Row row;
            for (const metrics::Tag& tag : set) {
                if (!tag.value.empty()) row.tags.emplace_back(tag.key, tag.value);
            }
            found = rows_.emplace(key_, std::move(row)).first;
        }
        known->second = &found->second;
        return found->second;
    }

    void append_part(std::string_view part) {
        const std::size_t size = part.size();
        key_.append(reinterpret_cast<const char*>(&size), sizeof size);
        key_ += part;
    }

    std::size_t most_series_;
    std::deque<State> series_;
    std::unordered_map<std::string, Row> rows_;
    std::unordered_map<const metrics::TagSet*, Row*> by_address_;
    const metrics::TagSet* last_ = nullptr;
    Row* last_row_ = nullptr;
    Row no_room_;
    std::string key_;
};

}  // namespace k6::outputs

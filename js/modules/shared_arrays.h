// What `new SharedArray(name, …)` of k6/data holds: made once, read by all VUs.
//
//   SharedArrays arrays;
//   auto users = arrays.find_or_make("users", [&] { return build(); });   // build() runs once
//   users->element(3) == "{\"name\":\"ann\"}";
//
// Elements are kept as JSON text, one after the other in one block. Any thread.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace k6::js {

class SharedArrayData {
public:
    /// An element without a JSON form is an empty text.
    void append(std::string_view json) {
        text_ += json;
        ends_.push_back(text_.size());
    }
    void finish() {
        text_.shrink_to_fit();
        ends_.shrink_to_fit();
    }
    std::size_t size() const noexcept { return ends_.size(); }
    std::string_view element(std::size_t index) const {
        const std::size_t begin = index == 0 ? 0 : ends_.at(index - 1);
        return std::string_view(text_).substr(begin, ends_.at(index) - begin);
    }

private:
    std::string text_;
    std::vector<std::size_t> ends_;
};

class SharedArrays {
public:
    using Make = std::function<std::shared_ptr<const SharedArrayData>()>;

    /// The array of that name; `make` is called without a lock, in the first init pass, when nobody else is there.
    std::shared_ptr<const SharedArrayData> find_or_make(const std::string& name, const Make& make) {
        {
            const std::lock_guard lock(mutex_);
            if (const auto found = arrays_.find(name); found != arrays_.end()) return found->second;
        }
        auto made = make();
        const std::lock_guard lock(mutex_);
        return arrays_.emplace(name, std::move(made)).first->second;
    }

private:
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<const SharedArrayData>, std::less<>> arrays_;
};

}  // namespace k6::js

// CSS selectors: level 3, and what jQuery's users expect besides.
//
//   auto selector = Selector::compile("ul > li:nth-child(2n+1):not(.off), a[href^='/']");
//   if (selector) for (const Node* node : selector->all_in(document.root())) …
//
// | supported            |                                                                                            |
// |----------------------|--------------------------------------------------------------------------------------------|
// | simple               | `*`, tag, `.class`, `#id`, `[a]` with = != ~= \|= ^= $= *= #= (regular expression), flag i |
// | combinators          | blank, `>`, `+`, `~`; lists with `,` | | tree                 | :root :empty :first-child
// :last-child :only-child :nth-child() :nth-last-child() and …-of-type | | state                | :checked :disabled
// :enabled :link :lang() :input                                            | | logic                | :not() :has()
// :haschild()                                                                   | | text                 | :contains()
// :containsOwn() :matches() :matchesOwn() (regular expressions)                   |
//
// Anything else is no selector. A compiled selector is immutable; any thread.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "js/html/document.h"

namespace k6::js::html {

class Selector {
public:
    /// Nothing if the text is no selector.
    static std::optional<Selector> compile(std::string_view text);
    Selector(Selector&&) noexcept;
    Selector& operator=(Selector&&) noexcept;
    ~Selector();

    /// False for everything but elements.
    bool matches(const Node& node) const;
    /// Those below `top`, in document order.
    std::vector<const Node*> all_in(const Node& top) const;
    const Node* first_in(const Node& top) const;

private:
    struct Impl;
    explicit Selector(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace k6::js::html

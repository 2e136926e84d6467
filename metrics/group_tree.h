// The groups of a run as the tree that their paths describe.
//
//   GroupNode root = group_tree(model.groups, model.checks);
//   root.groups[0].path == "::login";
//   path_id(root.groups[0].path);       // how JSON documents identify it
//
// Pure functions; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/snapshot.h"

namespace k6::metrics {

/// Between the names of a path: "::a::b".
inline constexpr std::string_view group_separator = "::";

struct GroupNode {
    std::string name;
    std::string path;
    std::vector<GroupNode> groups;
    /// In the list that the tree was made from.
    std::vector<const CheckCount*> checks;
};

/// The root, whose name and path are empty. Ancestors that are not listed are made. The checks must outlive it.
GroupNode group_tree(std::span<const std::string> groups, std::span<const CheckCount> checks);

/// Lower case hexadecimal MD5: how groups and checks are identified.
std::string path_id(std::string_view path);

}  // namespace k6::metrics

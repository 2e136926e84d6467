#include "metrics/group_tree.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "base/hex.h"

namespace k6::metrics {
namespace {

GroupNode& child(GroupNode& parent, std::string_view name) {
    const auto known = std::ranges::find(parent.groups, name, &GroupNode::name);
    if (known != parent.groups.end()) return *known;
    return parent.groups.emplace_back(
        GroupNode{std::string(name), parent.path + std::string(group_separator) + std::string(name), {}, {}});
}

/// The node of a path "::a::b", made with its ancestors if missing.
GroupNode& node_of(GroupNode& root, std::string_view path) {
    GroupNode* node = &root;
    while (path.starts_with(group_separator)) {
        path.remove_prefix(group_separator.size());
        const auto end = path.find(group_separator);
        node = &child(*node, path.substr(0, end));
        path.remove_prefix(std::min(end, path.size()));
    }
    return *node;
}

}  // namespace

GroupNode group_tree(std::span<const std::string> groups, std::span<const CheckCount> checks) {
    GroupNode root;
    for (const std::string& path : groups) node_of(root, path);
    for (const CheckCount& check : checks) node_of(root, check.group).checks.push_back(&check);
    return root;
}

std::string path_id(std::string_view path) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned length = 0;
    if (EVP_Digest(path.data(), path.size(), digest.data(), &length, EVP_md5(), nullptr) != 1) return "";
    return hex_text({reinterpret_cast<const char*>(digest.data()), length});
}

}  // namespace k6::metrics

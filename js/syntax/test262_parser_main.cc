// Runs the parser over the files of the npm package test262-parser-tests and prints how many it accepts and rejects.
//
//   test262_parser_tests path/to/test262-parser-tests
//
// pass/ and pass-explicit/ hold valid programs, fail/ and early/ invalid ones; files named *.module.js are modules.
// The package is of 2017: what ES2022 made valid since is listed here and counts as a valid program.
// Exits with 1 unless every valid program is accepted, 98 % of fail/ and 95 % of early/ are rejected.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "js/syntax/parser.h"

namespace {

using k6::js::syntax::parse;
using k6::js::syntax::ParseOptions;
using k6::js::syntax::SourceType;

struct Folder {
    const char* name;
    bool valid;
    double required_percent;
};

constexpr Folder kFolders[] = {
    {"pass", true, 100.0},
    {"pass-explicit", true, 100.0},
    {"fail", false, 98.0},
    {"early", false, 95.0},
};

// Files of fail/ and early/ that are valid in ES2022.
constexpr std::string_view kValidToday[] = {
    "0d5e450f1da8a92a.js", "748656edbfb2d0bb.js",
    "79f882da06f88c9f.js", "92b6af54adef3624.js",  // \8 and \\9 in strings
    "647e21f8f157c338.js", "8af69d8f15295ed2.js",  // U+2028 in strings
    "98204d734f8c72b3.js", "ef81b93cf9bdb4ec.js",  // class fields
    "e3fbcf63d7e43ead.js",                         // Annex B: initialiser in for-in
    "12a74c60f52a60de.js", "1aff49273f3e3a98.js",
    "be7329119eaa3d47.js", "ec31fa5e521c5df4.js",  // Annex B: repeated functions
};

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

bool run(const std::filesystem::path& root, const Folder& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(root / folder.name)) {
        if (entry.path().extension() == ".js") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    std::size_t right = 0;
    std::vector<std::string> wrong;
    for (const auto& path : files) {
        const std::string name = path.filename().string();
        const std::string source = read_file(path);
        const bool is_module = name.ends_with(".module.js");
        const auto result =
            parse(source, {.type = is_module ? SourceType::module : SourceType::script, .file_name = name});
        const bool valid =
            folder.valid || std::find(std::begin(kValidToday), std::end(kValidToday), name) != std::end(kValidToday);
        if (result.has_value() == valid) {
            ++right;
        } else {
            wrong.push_back(name + (valid ? ": " + result.error().to_string() : ": accepted"));
        }
    }
    const double percent = files.empty() ? 0 : 100.0 * static_cast<double>(right) / static_cast<double>(files.size());
    std::printf("%-14s %4zu files, %6.2f %% %s (required: %.0f %%)\n", folder.name, files.size(), percent,
                folder.valid ? "accepted" : "judged rightly", folder.required_percent);
    for (const std::string& line : wrong) std::printf("  %s\n", line.c_str());
    return percent >= folder.required_percent;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s <folder of test262-parser-tests>\n", argv[0]);
        return 2;
    }
    bool good = true;
    for (const Folder& folder : kFolders) {
        if (!std::filesystem::is_directory(std::filesystem::path(argv[1]) / folder.name)) {
            std::fprintf(stderr, "%s: no folder %s\n", argv[1], folder.name);
            return 2;
        }
        good = run(argv[1], folder) && good;
    }
    return good ? 0 : 1;
}

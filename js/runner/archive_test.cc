#include "js/runner/archive.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "js/runner/testing/script_world.h"

namespace k6::js {
namespace {

constexpr std::chrono::sys_seconds moment{std::chrono::seconds(1'700'000'000)};

std::shared_ptr<const std::string> shared(std::string text) {
    return std::make_shared<const std::string>(std::move(text));
}

Archive sample() {
    return {.options_json = R"({"vus":2,"duration":null})",
            .entry_url = "file:///home/nobody/t/main.js",
            .working_directory_url = "file:///home/nobody/t",
            .variables = StringMap{{"HOST", "a.test"}},
            .entry = "export default 1",
            .files = {{"/home/nobody/t/main.js", shared("export default 1")},
                      {"/home/nobody/t/" + std::string(120, 'd') + "/data.txt", shared(std::string(1000, 'x'))}},
            .remote = {{"https://h.test/lib/m.js", shared("export const a = 1")}}};
}

/// Names and types of a tar's entries, in order.
std::string listing(std::string_view tar) {
    std::string names;
    for (std::size_t at = 0; at + 512 <= tar.size() && tar[at] != '\0';) {
        const std::string_view header = tar.substr(at, 512);
        const std::string_view name = header.substr(0, 100);
        names += std::string(name.substr(0, name.find('\0'))) + ':' + header[156] + '\n';
        at += 512 + (std::stoul(std::string(header.substr(124, 11)), nullptr, 8) + 511) / 512 * 512;
    }
    return names;
}

TEST(Archives, WhatIsWrittenCanBeRead) {
    const std::string bytes = write_archive(sample(), moment);
    ASSERT_TRUE(is_archive(bytes));
    const auto read = read_archive(bytes);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->entry_url, sample().entry_url);
    EXPECT_EQ(read->working_directory_url, sample().working_directory_url);
    EXPECT_EQ(read->options_json, sample().options_json);
    EXPECT_EQ(read->variables, sample().variables);
    EXPECT_EQ(read->entry, "export default 1");
    ASSERT_EQ(read->files.size(), 1U);  // the main script is a link to `data`
    EXPECT_EQ(read->files.begin()->first.size(), sample().files.begin()->first.size());
    EXPECT_EQ(*read->files.begin()->second, std::string(1000, 'x'));
    EXPECT_EQ(*read->remote.at("https://h.test/lib/m.js"), "export const a = 1");
}

TEST(Archives, EntriesStandInTheirOrder) {
    Archive archive = sample();
    archive.files = {{"/home/nobody/t/main.js", shared("export default 1")}, {"/home/nobody/t/a.txt", shared("a")}};
    EXPECT_EQ(
        listing(write_archive(archive, moment)),
        "metadata.json:0\ndata:0\nfile/:5\nfile/home/:5\nfile/home/nobody/:5\nfile/home/nobody/t/:5\n"
        "file/home/nobody/t/a.txt:0\nfile/home/nobody/t/main.js:1\nhttps/:5\nhttps/h.test/:5\nhttps/h.test/lib/:5\n"
        "https/h.test/lib/m.js:0\n");
}

TEST(Archives, PathsTellNobodysName) {
    EXPECT_EQ(archive_path("/home/ann/t/a.js"), "/home/nobody/t/a.js");
    EXPECT_EQ(archive_path("/Users/ann/t/../a.js"), "/Users/nobody/a.js");
    EXPECT_EQ(archive_path("C:\\Users\\ann\\a.js"), "/C/Users/nobody/a.js");
    EXPECT_EQ(archive_path("/c:/Documents and Settings/ann/a.js"), "/c/Documents and Settings/nobody/a.js");
    EXPECT_EQ(archive_path("\\\\server\\share\\a.js"), "/nobody/share/a.js");
    EXPECT_EQ(archive_path("/srv/home/ann/a.js"), "/srv/home/ann/a.js");
}

TEST(Archives, DamagedOnesAreRefused) {
    const std::string good = write_archive(sample(), moment);
    EXPECT_FALSE(is_archive("export default function () {}"));
    EXPECT_FALSE(is_archive(std::string(1024, '\0')));
    std::string other = good;
    other[0] = 'M';
    EXPECT_FALSE(is_archive(other));
    // Cut off anywhere: an answer, never a crash.
    for (std::size_t size = 512; size < good.size(); size += 97) {
        const auto read = read_archive(std::string_view(good).substr(0, size));
        if (!read) {
            EXPECT_NE(read.error().message, "");
        }
    }
    EXPECT_FALSE(read_archive(std::string_view(good).substr(0, 700)));
}

TEST(Archives, RunWithoutTheDisk) {
    ScriptWorld world;
    world.variables = {{"MINE", "run"}, {"BOTH", "run"}};
    Archive archive{.options_json = R"({"iterations":2,"vus":1})",
                    .entry_url = "file:///home/nobody/t/main.js",
                    .working_directory_url = "file:///home/nobody/t",
                    .variables = StringMap{{"BOTH", "archive"}, {"ITS", "archive"}},
                    .entry =
                        "import { a } from './lib/a.js'; import { r } from 'https://h.test/r.js'; const text = "
                        "open('/home/ann/t/data.txt');"
                        "export const options = { iterations: 5 };"
                        "export default function () { console.log(a, r, text, __ENV.MINE, __ENV.BOTH, __ENV.ITS) }",
                    .files = {{"/home/nobody/t/lib/a.js", shared("export const a = 'a'")},
                              {"/home/nobody/t/data.txt", shared("text")}},
                    .remote = {{"https://h.test/r.js", shared("export const r = 'r'")}}};
    world.file("test.tar", write_archive(archive, moment));
    EXPECT_EQ(world.run_file("test.tar").printed(), "a r text run run archive\na r text run run archive");

    archive.entry = "import '" + world.folder() + "/there.js'; export default function () {}";
    world.file("there.js", "");
    world.file("test.tar", write_archive(archive, moment));
    EXPECT_EQ(world.run_file("test.tar").exit_code, 107);
}

}  // namespace
}  // namespace k6::js

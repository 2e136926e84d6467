#include "outputs/byte_sink.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <zlib.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

namespace k6::outputs {
namespace {

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string read_gzip(const std::string& path) {
    std::string text;
    gzFile file = gzopen(path.c_str(), "rb");
    std::array<char, 4096> buffer;
    for (int size = 0; (size = gzread(file, buffer.data(), buffer.size())) > 0;) {
        text.append(buffer.data(), static_cast<std::size_t>(size));
    }
    EXPECT_EQ(gzclose(file), Z_OK);
    return text;
}

TEST(ByteSink, WritesAFile) {
    const std::string path = testing::TempDir() + "/plain.txt";
    std::ofstream(path) << "what stood here before, longer than what comes";
    auto sink = ByteSink::open(path);
    ASSERT_TRUE(sink);
    EXPECT_TRUE(sink->write("one "));
    EXPECT_TRUE(sink->write(""));
    EXPECT_TRUE(sink->write("two"));
    EXPECT_TRUE(sink->close());
    EXPECT_TRUE(sink->close());
    EXPECT_EQ(read_file(path), "one two");
}

TEST(ByteSink, GivesBackTheRoomThatItReserved) {
    const std::string path = testing::TempDir() + "/large.txt";
    const std::string piece(100'000, 'x');
    auto sink = ByteSink::open(path);
    ASSERT_TRUE(sink);
    std::string all;
    while (all.size() < (std::size_t{3} << 20)) {
        EXPECT_TRUE(sink->write(piece));
        all += piece;
        // Never larger than what was written, and never more room than twice that.
        struct stat now {};
        ASSERT_EQ(::stat(path.c_str(), &now), 0);
        ASSERT_EQ(static_cast<std::size_t>(now.st_size), all.size());
        ASSERT_LE(static_cast<std::size_t>(now.st_blocks) * 512, 2 * all.size() + (1 << 16));
    }
    EXPECT_TRUE(sink->close());
    struct stat after {};
    ASSERT_EQ(::stat(path.c_str(), &after), 0);
    EXPECT_LE(static_cast<std::size_t>(after.st_blocks) * 512, all.size() + (1 << 16));
    EXPECT_EQ(read_file(path), all);
}

TEST(ByteSink, WritesWholeBlocksOfTextThatGrows) {
    const std::string path = testing::TempDir() + "/blocks.txt";
    auto sink = ByteSink::open(path);
    ASSERT_TRUE(sink);
    EXPECT_TRUE(sink->write("header\n"));
    std::string all = "header\n";
    std::string text;
    for (int i = 0; i < 200'000; ++i) {
        const std::string line = "line " + std::to_string(i) + '\n';
        text += line;
        all += line;
        EXPECT_TRUE(sink->write_blocks(text));
        ASSERT_LT(text.size(), std::size_t{1} << 18);
    }
    EXPECT_EQ((all.size() - text.size()) % (std::size_t{1} << 18), 0U);
    EXPECT_TRUE(sink->write(text));
    EXPECT_TRUE(sink->close());
    EXPECT_EQ(read_file(path), all);
}

TEST(ByteSink, WritesAGzipFile) {
    const std::string path = testing::TempDir() + "/packed.gz";
    // Enough that cannot be packed, to fill its buffer several times.
    std::mt19937 random(1);
    std::string noise(100'000, '\0');
    for (char& c : noise) c = static_cast<char>(random());
    auto sink = ByteSink::open(path);
    ASSERT_TRUE(sink);
    EXPECT_TRUE(sink->write("one "));
    EXPECT_TRUE(sink->write(noise));
    EXPECT_TRUE(sink->close());
    EXPECT_EQ(read_file(path).substr(0, 2), "\x1f\x8b");
    EXPECT_EQ(read_gzip(path), "one " + noise);
}

TEST(ByteSink, EndsAGzipFileWhenForgotten) {
    const std::string path = testing::TempDir() + "/forgotten.gz";
    {
        auto sink = ByteSink::open(path);
        ASSERT_TRUE(sink);
        EXPECT_TRUE(sink->write("text"));
    }
    EXPECT_EQ(read_gzip(path), "text");
}

TEST(ByteSink, SaysWhatIsWrong) {
    const auto missing = ByteSink::open("/nonexistent/a.json");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().message, "open /nonexistent/a.json: no such file or directory");
    EXPECT_EQ(missing.error().error_class, ErrorClass::generic);

    auto full = ByteSink::open("/dev/full");
    ASSERT_TRUE(full);
    const auto written = full->write("text");
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().message, "write /dev/full: no space left on device");
}

TEST(ByteSink, KnowsStandardOutput) {
    EXPECT_TRUE(is_standard_output(""));
    EXPECT_TRUE(is_standard_output("-"));
    EXPECT_FALSE(is_standard_output("a"));
    auto sink = ByteSink::open("-");
    ASSERT_TRUE(sink);
    EXPECT_TRUE(sink->close());
    // Closing left the descriptor alone.
    EXPECT_NE(std::fflush(stdout), EOF);
}

}  // namespace
}  // namespace k6::outputs

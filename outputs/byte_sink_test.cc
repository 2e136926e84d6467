#include "outputs/byte_sink.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <filesystem>
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

/// Bytes of the disk that a file takes.
std::size_t room_of(const std::string& path) {
    struct stat now {};
    EXPECT_EQ(::stat(path.c_str(), &now), 0);
    return static_cast<std::size_t>(now.st_blocks) * 512;
}

/// Whether the file system of the tests' folder can reserve room.
bool can_reserve() {
    const std::string path = testing::TempDir() + "/probe.txt";
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    const bool can = fd >= 0 && ::fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 1 << 20) == 0;
    if (fd >= 0) ::close(fd);
    return can;
}

constexpr std::size_t slack = 1 << 16;

TEST(ByteSink, GivesBackTheRoomThatItReserved) {
    const std::string path = testing::TempDir() + "/large.txt";
    const std::string piece(100'000, 'x');
    auto sink = ByteSink::open(path);
    ASSERT_TRUE(sink);
    std::string all;
    bool reserved = false;
    while (all.size() < (std::size_t{3} << 20)) {
        EXPECT_TRUE(sink->write(piece));
        all += piece;
        // Never larger than what was written, and never more room than twice that.
        ASSERT_EQ(std::filesystem::file_size(path), all.size());
        ASSERT_LE(room_of(path), 2 * all.size() + slack);
        reserved = reserved || room_of(path) > all.size() + slack;
    }
    EXPECT_EQ(reserved, can_reserve());
    EXPECT_TRUE(sink->close());
    EXPECT_LE(room_of(path), all.size() + slack);
    EXPECT_EQ(read_file(path), all);
}

TEST(ByteSink, GivesBackTheRoomThatItReservedWhenWritingFails) {
    const std::string path = testing::TempDir() + "/limited.gz";
    constexpr rlim_t most = rlim_t{5} << 19;
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    // Beyond the limit, write() then fails instead of ending the process.
    auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limited{.rlim_cur = most, .rlim_max = before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limited), 0);
    std::mt19937 random(1);
    std::string noise(100'000, '\0');
    for (char& c : noise) c = static_cast<char>(random());
    auto sink = ByteSink::open(path);
    ASSERT_TRUE(sink);
    Result<void> written;
    for (int i = 0; written && i < 100; ++i) written = sink->write(noise);
    const std::size_t room = room_of(path);
    const auto closed = sink->close();
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);

    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().message, "write " + path + ": file too large");
    // The end of the gzip stream had no room either.
    ASSERT_FALSE(closed);
    EXPECT_EQ(closed.error().message, written.error().message);
    EXPECT_EQ(std::filesystem::file_size(path), most);
    EXPECT_EQ(room > most + slack, can_reserve());
    EXPECT_LE(room_of(path), most + slack);
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

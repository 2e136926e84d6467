#include "dsl/data.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace shop {

struct User {
    std::string name;
    int age = 0;
    double score = 0;
    bool admin = false;
    std::optional<std::string> note;
    friend bool operator==(const User&, const User&) = default;
};
K6_FIELDS(User, name, age, (score, "Score"), admin, note);

}  // namespace shop

namespace k6::dsl {
namespace {

using shop::User;

std::vector<User> rows(const Result<detail::LoadedData>& loaded) {
    return *static_cast<const std::vector<User>*>(loaded.value().get());
}

TEST(Csv, RowsBecomeStructs) {
    const auto loaded = detail::load_csv<User>(
        "\xEF\xBB\xBFname,Score,age,unused,admin\r\n"
        "ann,1.5,30,x,true\r\n"
        "\r\n"
        "\"bob \"\"b\"\", jr.\",-2,41,\"two\nlines\",0\n"
        "cyd, 3 ,7,,1",
        ',');
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(rows(loaded), (std::vector<User>{{.name = "ann", .age = 30, .score = 1.5, .admin = true},
                                               {.name = "bob \"b\", jr.", .age = 41, .score = -2},
                                               {.name = "cyd", .age = 7, .score = 3, .admin = true}}));
}

TEST(Csv, OptionalColumnsMayBeAbsentOrEmpty) {
    const auto loaded = detail::load_csv<User>("name;age;Score;admin;note\na;1;1;0;\nb;1;1;0;hi\n", ';');
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(rows(loaded)[0].note, std::nullopt);
    EXPECT_EQ(rows(loaded)[1].note, "hi");
}

std::string csv_error(std::string_view text) {
    const auto loaded = detail::load_csv<User>(text, ',');
    return loaded ? "" : loaded.error().message;
}

TEST(Csv, ErrorsNameLineAndColumn) {
    constexpr const char* head = "name,age,Score,admin\n";
    const auto with_head = [&](const char* rest) { return csv_error(std::string(head) + rest); };
    EXPECT_EQ(csv_error(""), "line 1: the file is empty: its first line names the columns");
    EXPECT_EQ(csv_error("name,age,admin\n"), "line 1: there is no column 'Score'");
    EXPECT_EQ(with_head("a,1,1,0\nb,x,1,0\n"), "line 3: column 'age': 'x' does not fit the field's type");
    EXPECT_EQ(with_head("a,99999999999,1,0\n"), "line 2: column 'age': '99999999999' does not fit the field's type");
    EXPECT_EQ(with_head("a,1,1,maybe\n"), "line 2: column 'admin': 'maybe' does not fit the field's type");
    EXPECT_EQ(with_head("a,1\n"), "line 2: 2 fields, but the first line names 4 columns");
    EXPECT_EQ(with_head("\"a\nb\",1,1,0\n\"c,1,1,0\n"), "line 4: a quoted field has no end");
    EXPECT_EQ(with_head("\"a\"b,1,1,0\n"), "line 2: text after the end of a quoted field");
    EXPECT_EQ(with_head("a\"b,1,1,0\n"), "line 2: a quote inside a field that is not quoted");
}

TEST(JsonLines, EachLineIsARow) {
    const auto loaded = detail::load_json_lines<User>(
        "{\"name\":\"ann\",\"age\":1,\"Score\":2,\"admin\":true}\r\n\n"
        "{\"name\":\"bob\",\"age\":1,\"Score\":2,\"admin\":false,\"note\":\"x\"}",
        '\0');
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(rows(loaded).size(), 2U);
    EXPECT_EQ(rows(loaded)[1].note, "x");
    const auto broken = detail::load_json_lines<User>("\n{\"name\":\"ann\",\"age\":[]}", '\0');
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error().message, "line 2: $.age: expected a whole number, got an array");
}

TEST(DataFile, IsReadByItsPath) {
    const std::string path = std::string(std::getenv("TEST_TMPDIR")) + "/rows.csv";
    std::ofstream(path) << "name\n";
    EXPECT_EQ(read_data_file(path).value(), "name\n");
    const auto missing = read_data_file("no/such/file");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().error_class, ErrorClass::invalid_config);
}

}  // namespace
}  // namespace k6::dsl

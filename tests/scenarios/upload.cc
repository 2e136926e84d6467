// Uploads a file with a form around it.
#include "dsl/scenario.h"

using namespace k6::dsl;

namespace shop {

struct UploadedFile {
    std::string name;
    std::string filename;
};
K6_FIELDS(UploadedFile, name, filename);

struct Uploaded {
    int count = 0;
    std::size_t bytes = 0;
    std::vector<UploadedFile> files;
};
K6_FIELDS(Uploaded, count, bytes, files);

}  // namespace shop

namespace {

constexpr auto picture = file("tests/scenarios/data/picture.png");

void upload(Vu& vu) {
    const std::string base(vu.env("BASE_URL"));
    const Response answer = vu.http.post(
        base + "/upload",
        multipart({part("title", "A picture"), file_part("picture", picture.bytes(vu), "picture.png", "image/png")}),
        {.name = "upload"});
    const auto got = answer.json<shop::Uploaded>();
    vu.check(got, {{"one file", [](const shop::Uploaded& u) { return u.count == 1; }},
                   {"all of it", [&](const shop::Uploaded& u) { return u.bytes == picture.bytes(vu).size(); }},
                   {"its name", [](const shop::Uploaded& u) { return u.files.at(0).filename == "picture.png"; }}});
    const Response again =
        vu.http.put(base + "/put", picture.bytes(vu), {.headers = {{"Content-Type", "image/png"}}, .name = "replace"});
    vu.check("replaced", again.status() == 200);
}

}  // namespace

Test k6::dsl::define_test() {
    return {
        .main = entry<upload>,
        .thresholds = {count(data_sent) > 1_kB},
        .data = {picture},
        .options = {.vus = 2, .iterations = 4},
    };
}

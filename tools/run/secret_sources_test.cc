#include "tools/run/secret_sources.h"

#include <gtest/gtest.h>
#include <httplib.h>

#include <fstream>
#include <map>
#include <thread>

namespace k6::run {
namespace {

class SecretSources : public testing::Test {
protected:
    Result<void> add(const std::vector<std::string>& texts) {
        std::vector<std::string> names;
        for (const auto& [name, value] : environment) names.push_back(name);
        const auto look_up = [this](std::string_view name) -> std::optional<std::string> {
            const auto found = environment.find(std::string(name));
            if (found == environment.end()) return std::nullopt;
            return found->second;
        };
        return add_secret_sources(texts, look_up, names, secrets);
    }
    std::string refusal(const std::string& text) {
        const auto added = add({text});
        if (added) return "";
        EXPECT_EQ(added.error().error_class, ErrorClass::invalid_config);
        return added.error().message;
    }

    std::map<std::string, std::string> environment;
    Redactor redactor;
    Secrets secrets{redactor};
};

TEST_F(SecretSources, OfAFileHaveALineForEach) {
    const std::string path = testing::TempDir() + "/secrets.txt";
    std::ofstream(path) << "# ours\nuser=me\n\npassword=a=b c\r\n";
    ASSERT_TRUE(add({"file=" + path}));
    EXPECT_EQ(secrets.get("user").value(), "me");
    EXPECT_EQ(secrets.get("password").value(), "a=b c");
    EXPECT_EQ(secrets.get("other").error().message, "secret \"other\" not found in file " + path);
    std::ofstream(path) << "user=me\nnothing\n";
    EXPECT_EQ(refusal("file=name=again,filename=" + path),
              "secret source file: " + path + ":2 is no line of the form KEY=VALUE");
}

TEST_F(SecretSources, MayHaveNamesAndADefault) {
    ASSERT_TRUE(add({"mock=a=1,b=x=y", "mock=name=second,default,a=2"}));
    EXPECT_EQ(secrets.get("a").value(), "2");
    EXPECT_EQ(secrets.get("b", "mock").value(), "x=y");
    EXPECT_EQ(secrets.get("b").error().message, "no value");
}

TEST_F(SecretSources, OfAUrlAskAServerOnceAKey) {
    httplib::Server server;
    int asked = 0;
    std::string token;
    server.Get("/secrets/(.*)/plain", [&](const httplib::Request& request, httplib::Response& response) {
        ++asked;
        token = request.get_header_value("X-Token") + request.get_header_value("Accept-Language");
        if (request.matches[1] == "missing") {
            response.status = 404;
        } else {
            response.set_content("{\"data\":{\"value\":\"" + request.matches[1].str() + "!\"}}", "application/json");
        }
    });
    server.set_keep_alive_timeout(1);
    const int port = server.bind_to_any_port("127.0.0.1");
    std::thread serving([&] { server.listen_after_bind(); });
    environment = {{"K6_SECRET_SOURCE_URL_HEADER_X-Token", "t"}, {"K6_SECRET_SOURCE_URL_TIMEOUT", "20s"}};
    ASSERT_TRUE(add({"url=urlTemplate=http://127.0.0.1:" + std::to_string(port) +
                     "/secrets/{key}/plain,responsePath=data.value,headers.Accept-Language=de"}));
    EXPECT_EQ(secrets.get("a b").value(), "a b!");
    EXPECT_EQ(secrets.get("a b").value(), "a b!");
    EXPECT_EQ(asked, 1);
    EXPECT_EQ(token, "tde");
    EXPECT_EQ(secrets.get("missing").error().message, "the secret source answered with status 404");
    ASSERT_TRUE(add({"url=name=other,urlTemplate=http://127.0.0.1:" + std::to_string(port) +
                     "/secrets/{key}/plain,responsePath=data.nothing"}));
    EXPECT_EQ(secrets.get("a", "other").error().message, "the secret source's answer has no text at data.nothing");
    server.stop();
    serving.join();
}

TEST_F(SecretSources, SayWhatIsWrongWithThem) {
    EXPECT_EQ(refusal("vault=x"), "secret source vault: there is no such kind, use file, mock or url");
    EXPECT_EQ(refusal("mock=name=cloud,a=b"), "secret source mock: the name 'cloud' is reserved");
    EXPECT_EQ(refusal("file"), "secret source file: a file is needed, file=PATH");
    EXPECT_EQ(refusal("file=/none/such"), "secret source file: the file /none/such cannot be read");
    EXPECT_EQ(refusal("url=urlTemplate=http://h/"), "secret source url: urlTemplate must be a URL with {key} in it");
    EXPECT_EQ(refusal("url=colour=red"),
              "secret source url: unknown setting 'colour', use urlTemplate, headers.NAME, "
              "responsePath or timeout");
}

}  // namespace
}  // namespace k6::run

// k6/http in scripts, against the demo server and against peers that answer as a test says. What a script gets back is
// in tests/conformance, section F; here is what only the engine sees (samples, tags, memory), and what needs a peer.
#include "js/modules/http/http_module.h"

#include <gtest/gtest.h>

#include "js/runner/testing/script_world.h"
#include "proto_http/testing/scripted_peer.h"
#include "tools/demo_server/demo_server.h"

namespace k6::js {
namespace {

using http::testing::PeerSocket;
using http::testing::ScriptedPeer;

class HttpModule : public ::testing::Test {
protected:
    HttpModule() : server_(std::move(demo::DemoServer::start({}).value())) {
        world_.real_time = true;
        world_.variables["B"] = server_->http_url();
    }

    ScriptEnd run_body(std::string_view body) {
        return world_.run_body(body,
                               "import http from 'k6/http'; import { check, group } from 'k6'; const B = __ENV.B;");
    }
    static std::optional<std::string> tag(const SampleList::Entry& sample, const std::string& key) {
        const auto found = sample.tags.find(key);
        return found == sample.tags.end() ? std::nullopt : std::optional(found->second);
    }

    std::unique_ptr<demo::DemoServer> server_;
    ScriptWorld world_;
};

std::string answer(std::string_view body, std::string_view head = {}) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(head) + "\r\n" +
           std::string(body);
}

TEST_F(HttpModule, SamplesOfARequest) {
    const ScriptEnd end = run_body("http.get(B + '/status/404?x=1', { tags: { a: 'b', n: 1, t: true } });");
    ASSERT_EQ(end.samples.at("http_reqs").size(), 1U);
    const auto& sample = end.samples.at("http_reqs").front();
    EXPECT_EQ(tag(sample, "status"), "404");
    EXPECT_EQ(tag(sample, "method"), "GET");
    EXPECT_EQ(tag(sample, "proto"), "HTTP/1.1");
    EXPECT_EQ(tag(sample, "url"), server_->http_url() + "/status/404?x=1");
    EXPECT_EQ(tag(sample, "name"), server_->http_url() + "/status/404?x=1");
    EXPECT_EQ(tag(sample, "expected_response"), "false");
    EXPECT_EQ(tag(sample, "error_code"), "1404");
    EXPECT_EQ(tag(sample, "error"), std::nullopt);
    EXPECT_EQ(tag(sample, "a"), "b");
    EXPECT_EQ(tag(sample, "n"), "1");
    EXPECT_EQ(tag(sample, "t"), "true");
    EXPECT_EQ(end.samples.at("http_req_failed").front().value, 1);
}

TEST_F(HttpModule, TheNameTagIsTheUrlTag) {
    const ScriptEnd end = run_body("http.get(B + '/get', { tags: { name: 'N' } }); http.get(http.url`${B}/get?${1}`);");
    const auto& samples = end.samples.at("http_reqs");
    ASSERT_EQ(samples.size(), 2U);
    EXPECT_EQ(tag(samples[0], "name"), "N");
    EXPECT_EQ(tag(samples[0], "url"), "N");
    EXPECT_EQ(tag(samples[1], "name"), "${}/get?${}");
    EXPECT_EQ(tag(samples[1], "url"), "${}/get?${}");
}

TEST_F(HttpModule, NobodyJudges) {
    const ScriptEnd end = run_body("http.setResponseCallback(null); http.get(B + '/status/500');");
    EXPECT_FALSE(end.samples.contains("http_req_failed"));
    EXPECT_EQ(tag(end.samples.at("http_reqs").front(), "expected_response"), std::nullopt);
}

TEST_F(HttpModule, ABadTagIsAnArgumentError) {
    const ScriptEnd end = run_body("console.log(http.get(B + '/get', { tags: { a: {} } }).error);");
    EXPECT_NE(end.printed().find("invalid HTTP request metric tags"), std::string::npos) << end.printed();
    EXPECT_FALSE(end.samples.contains("http_reqs"));
}

TEST_F(HttpModule, TheRequestOfAResponse) {
    const ScriptEnd end = run_body(R"(
        const r = http.post(B + '/post', 'née', { headers: { 'x-a': '1', Host: 'h' }, cookies: { c: '1' } });
        console.log(JSON.stringify([r.request.method, r.request.url === B + '/post', r.request.body, r.request.cookies]));
        console.log(JSON.stringify(Object.keys(r.request.headers).sort()), r.request.headers['X-A'][0],
                    r.request.headers.Cookie[0], /k6/.test(r.request.headers['User-Agent'][0]));
        const form = http.post(B + '/post', { a: 1 });
        console.log(form.request.body, form.request.headers['Content-Type'][0]);
        console.log(http.get(B + '/get').request.body === '');
    )");
    EXPECT_EQ(end.printed(), R"(["POST",true,"née",{"c":[{"name":"c","value":"1","replace":false}]}])"
                             "\n[\"Cookie\",\"User-Agent\",\"X-A\"] 1 c=1 true"
                             "\na=1 application/x-www-form-urlencoded\ntrue");
}

// A request's memory is used again for later ones; what a response shows must not change with it.
TEST_F(HttpModule, RequestsOfOlderResponsesStayWhatTheyWere) {
    const ScriptEnd end = run_body(R"(
        const rs = [];
        for (let i = 0; i < 50; i++) rs.push(http.post(B + '/post', `body ${i} with some length`, { headers: { 'X-I': `${i}` } }));
        let wrong = 0;
        rs.forEach((r, i) => {
            if (r.request.body !== `body ${i} with some length` || r.request.headers['X-I'][0] !== `${i}`) wrong++;
            if (r.json('data') !== `body ${i} with some length`) wrong++;
        });
        console.log(wrong);
    )");
    EXPECT_EQ(end.printed(), "0");
}

TEST_F(HttpModule, ABatchOfManyKeepsItsOrder) {
    const ScriptEnd end = run_body(R"(
        const rs = http.batch(Array.from({ length: 40 }, (_, i) => ['POST', B + '/post', `b${i}`]));
        console.log(rs.map((r) => r.json('data')).join() === Array.from({ length: 40 }, (_, i) => `b${i}`).join());
    )");
    EXPECT_EQ(end.printed(), "true");
    EXPECT_EQ(end.samples.at("http_reqs").size(), 40U);
}

TEST_F(HttpModule, ABatchThrowsAfterAllHaveEnded) {
    const ScriptEnd end = run_body(R"(
        try {
            http.batch([['GET', 'http://127.0.0.1:1/', null, { throw: true }], B + '/get', B + '/get']);
        } catch (e) { console.log(String(e).slice(0, 42)); }
    )");
    EXPECT_EQ(end.printed(), "GoError: Get \"http://127.0.0.1:1/\": dial t");
    EXPECT_EQ(end.samples.at("http_reqs").size(), 3U);
}

TEST_F(HttpModule, AsyncRequestsRunBesideTheScript) {
    const ScriptEnd end = run_body(R"(
        const order = [];
        http.asyncRequest('GET', B + '/slow?ms=20').then((r) => order.push(r.status));
        http.asyncRequest('POST', B + '/post', 'x'.repeat(100)).then((r) => { order.push(r.json('data').length); })
            .then(() => http.asyncRequest('GET', 'http://127.0.0.1:1/', null, { throw: true }))
            .catch((e) => order.push(/^Get "http/.test(String(e))))
            .finally(() => setTimeout(() => console.log(order.sort().join()), 60));
        order.push('now');
    )");
    EXPECT_EQ(end.printed(), "100,200,now,true");
    EXPECT_EQ(end.samples.at("http_reqs").size(), 3U);
}

TEST_F(HttpModule, WhatIsExpectedIsDecidedWhenARequestStarts) {
    const ScriptEnd end = run_body(R"(
        http.setResponseCallback(http.expectedStatuses(404));
        http.asyncRequest('GET', B + '/status/404');
        http.setResponseCallback(http.expectedStatuses(...Array.from({ length: 50 }, (_, i) => i)));
    )");
    ASSERT_EQ(end.samples.at("http_req_failed").size(), 1U);
    EXPECT_EQ(end.samples.at("http_req_failed").front().value, 0);
}

TEST_F(HttpModule, RequestsInInitCode) {
    const ScriptEnd end = world_.run("import http from 'k6/http'; http.get('http://x/'); export default () => {}");
    EXPECT_NE(end.error.find("Making http requests in the init context is not supported"), std::string::npos)
        << end.error;
}

TEST_F(HttpModule, CookiesAcrossRedirects) {
    ScriptedPeer peer({[](PeerSocket& socket) {
        socket.read_head();
        socket.write(
            "HTTP/1.1 302 Found\r\nLocation: /a/b\r\nSet-Cookie: one=1; Path=/a\r\nSet-Cookie: two=2; Path=/x\r\n"
            "Content-Length: 0\r\n\r\n");
        const std::string second = socket.read_head();
        EXPECT_NE(second.find("Cookie: p=q; one=1\r\n"), std::string::npos) << second;
        EXPECT_EQ(second.find("two"), std::string::npos) << second;
        socket.write(answer("", "Set-Cookie: three=3\r\n"));
        const std::string third = socket.read_head();
        EXPECT_NE(third.find("Cookie: one=1; three=3\r\n"), std::string::npos) << third;
        socket.write(answer(""));
        socket.wait_for_close();
    }});
    world_.variables["P"] = peer.url("");
    const ScriptEnd end = run_body(R"(
        const r = http.get(__ENV.P + '/', { cookies: { p: 'q' } });
        console.log(r.url === __ENV.P + '/a/b', JSON.stringify(Object.keys(r.cookies)));
        http.get(__ENV.P + '/a/c');
    )");
    EXPECT_EQ(end.printed(), "true [\"three\"]");
    peer.finish();
}

TEST_F(HttpModule, BinaryBodiesKeepTheirBytes) {
    ScriptedPeer peer({[](PeerSocket& socket) {
        socket.read_head();
        EXPECT_EQ(socket.read_exactly(4), std::string("\0\xff\x80\n", 4));
        socket.write(answer(std::string_view("\xff\0\xfe", 3)));
        socket.wait_for_close();
    }});
    world_.variables["P"] = peer.url("/");
    const ScriptEnd end = run_body(R"(
        const r = http.post(__ENV.P, new Uint8Array([0, 255, 128, 10]), { responseType: 'binary' });
        console.log(Array.from(new Uint8Array(r.body)).join());
    )");
    EXPECT_EQ(end.printed(), "255,0,254");
    peer.finish();
}

TEST_F(HttpModule, AMultipartBodyHoldsFilesAsTheyAre) {
    const ScriptEnd end = run_body(R"(
        const bytes = new Uint8Array(300).map((_, i) => i);
        const r = http.post(B + '/anything', { f: http.file(bytes.buffer, 'ü.bin'), 'a"b': 'x\r\ny', e: '' });
        const body = r.request.body;
        const boundary = /boundary=([0-9a-f]{60})$/.exec(r.request.headers['Content-Type'][0])[1];
        console.log(body.split('--' + boundary).length, body.endsWith(`--${boundary}--\r\n`), body.includes('name="a\\"b"\r\n\r\nx\r\ny\r\n'));
        console.log(/filename="ü.bin"\r\nContent-Type: application\/octet-stream\r\n\r\n/.test(body));
    )");
    EXPECT_EQ(end.printed(), "5 true true\ntrue");
}

TEST_F(HttpModule, DiscardedBodiesAndJson) {
    world_.options.discard_response_bodies = true;
    const ScriptEnd end = run_body(R"(
        const r = http.get(B + '/get');
        try { r.json(); } catch (e) { console.log(String(e)); }
        try { r.json('a'); } catch (e) { console.log(String(e).slice(0, 30)); }
        console.log(typeof http.get(B + '/get', { responseType: 'text' }).json());
    )");
    EXPECT_EQ(end.console.size(), 3U);
    EXPECT_NE(end.console.at(0).find("the body is null so we can't transform it to JSON"), std::string::npos);
    EXPECT_EQ(end.console.at(1), "GoError: the body is null so w");
    EXPECT_EQ(end.console.at(2), "object");
}

TEST_F(HttpModule, ResponsesAreCollected) {
    const ScriptEnd end = run_body(R"(
        for (let i = 0; i < 300; i++) http.get(B + '/bytes/100000').html();
    )");
    EXPECT_EQ(end.samples.at("http_reqs").size(), 300U);
}

TEST_F(HttpModule, ReplacedMembersServeAllImporters) {
    world_.file("lib.js", "import http from 'k6/http'; export const ask = () => http.get('x');");
    const ScriptEnd end = world_.run_body("http.get = (u) => `wrapped ${u}`; console.log(ask());",
                                          "import http from 'k6/http'; import { ask } from './lib.js';");
    EXPECT_EQ(end.printed(), "wrapped x");
}

}  // namespace
}  // namespace k6::js

#include <gtest/gtest.h>

#include <string>

#include "js/runner/testing/script_world.h"

namespace k6::js {
namespace {

/// Each expression's value, or what it throws.
std::string outcomes(std::string_view expressions) {
    ScriptWorld world;
    return world
        .run_body("for (const f of [" + std::string(expressions) +
                      "]) { try { console.log(f()) } catch (e) { console.log(String(e)) } }",
                  "import kc from 'k6/crypto'; import enc, { b64encode } from 'k6/encoding';")
        .printed();
}

TEST(CryptoModule, DigestsInEveryEncoding) {
    EXPECT_EQ(
        outcomes("() => kc.md5('abc', 'hex'), () => kc.md5('abc', 'base64'), () => kc.md5('abc', 'base64rawurl'),"
                 "() => kc.sha1(new Uint8Array([97, 98, 99]), 'base64url'), () => kc.md4(new ArrayBuffer(0), 'hex'),"
                 "() => kc.ripemd160('abc', 'binary').byteLength"),
        "900150983cd24fb0d6963f7d28e17f72\nkAFQmDzST7DWlj99KOF/cg==\nkAFQmDzST7DWlj99KOF_cg\n"
        "qZk-NkcGgWq6PiVxeFDCbJzQ2J0=\n31d6cfe0d16ae931b73c59d7e0c089c0\n20");
}

TEST(CryptoModule, RefusesWhatItDoesNotKnow) {
    EXPECT_EQ(outcomes("() => kc.sha256('abc'), () => kc.sha256('abc', 'zz')"),
              "GoError: invalid output encoding: \nGoError: invalid output encoding: zz");
    EXPECT_EQ(outcomes("() => kc.md5(5, 'hex')").find("GoError: md5 failed: invalid type"), 0U);
    EXPECT_EQ(
        outcomes("() => kc.hmac('SHA256', 'k', 'd', 'hex'), () => kc.createHash('zz'), () => kc.createHMAC('', 'k')"),
        "GoError: invalid algorithm: SHA256\nGoError: invalid algorithm: zz\nGoError: invalid algorithm: ");
    EXPECT_NE(outcomes("() => kc.hmac('sha256', 5, 'd', 'hex')").find("expected string, []byte or ArrayBuffer"),
              std::string::npos);
}

TEST(CryptoModule, HashersGoOn) {
    EXPECT_EQ(outcomes("() => { const h = kc.createHash('md5'); const u = h.update('a'); const one = h.digest('hex'); "
                       "h.update('bc');"
                       " return [u, one, h.digest('hex')] }, () => { const h = kc.createHMAC('sha256', 'key'); "
                       "h.update('data'); return h.digest('hex') }"),
              "[ null, \"0cc175b9c0f1b6a831c399e269772661\", \"900150983cd24fb0d6963f7d28e17f72\" ]\n"
              "5031fe3d989c6d1537a013fa6e739da23463fdaec3b70137d828e36ace221bd0");
}

TEST(CryptoModule, RandomBytes) {
    EXPECT_EQ(outcomes("() => kc.randomBytes(0), () => kc.randomBytes(), () => kc.randomBytes('4').byteLength, () => "
                       "kc.randomBytes(2.9).byteLength,"
                       "() => kc.hexEncode(new Uint8Array([0, 255]))"),
              "GoError: invalid size\nGoError: invalid size\n4\n2\n00ff");
}

TEST(EncodingModule, Base64) {
    EXPECT_EQ(outcomes("() => enc.b64encode('hi\u00e9?>'), () => enc.b64encode('hi\u00e9?>', 'url'), () => "
                       "b64encode('a', 'rawurl'), () => b64encode('a', 'zzz'),"
                       "() => b64encode(new Uint8Array([255, 254])), () => enc.b64decode('aGk=', 'std', 's'), () => "
                       "enc.b64decode('//4=').byteLength,"
                       "() => enc.b64decode(null).byteLength, () => enc.b64decode('//4=', 'std', 's')"),
              "aGnDqT8+\naGnDqT8-\nYQ\nYQ==\n//4=\nhi\n2\n0\n\xef\xbf\xbd\xef\xbf\xbd");
    EXPECT_EQ(outcomes("() => enc.b64encode(new Uint16Array(1))").find("GoError: invalid type"), 0U);
    EXPECT_EQ(outcomes("() => enc.b64decode('aGk')"), "GoError: illegal base64 data at input byte 0");
}

TEST(Globals, TextEncoderAndDecoder) {
    EXPECT_EQ(
        outcomes(
            "() => [...new TextEncoder().encode('\\ud800')].join(), () => new TextEncoder().encode(null).length,"
            "() => new TextDecoder().decode(new Uint8Array([0xef, 0xbb, 0xbf, 65])),"
            "() => new TextDecoder('utf-8', { ignoreBOM: true }).decode(new Uint8Array([0xef, 0xbb, 0xbf, 65])).length,"
            "() => new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([255])),"
            "() => new TextDecoder('unicode').encoding, () => new TextEncoder() instanceof TextEncoder,"
            "() => { const d = new TextDecoder(); return [d.decode(new Uint8Array([0xc3]), { stream: true }), "
            "d.decode(new Uint8Array([0xa9]))] }"),
        "239,191,189\n0\nA\n2\nTypeError: The encoded data was not valid\nutf-16le\nfalse\n[ \"\", \"\u00e9\" ]");
    EXPECT_EQ(outcomes("() => new TextDecoder('latin1')").find("RangeError"), 0U);
}

}  // namespace
}  // namespace k6::js

#include <gtest/gtest.h>

#include <string>

#include "js/runner/testing/script_world.h"

namespace k6::js {
namespace {

/// What a script with an async default function prints; `hex` and `bytes` are at hand.
std::string printed(std::string_view body) {
    ScriptWorld world;
    const ScriptEnd end = world.run(
        "const hex = b => [...new Uint8Array(b)].map(x => x.toString(16).padStart(2, '0')).join('');"
        "const bytes = s => new TextEncoder().encode(s); const s = crypto.subtle;"
        "const name = async p => { try { await p; return 'ok' } catch (e) { return e.name } };"
        "export default async function () {" +
        std::string(body) + "}");
    EXPECT_EQ(end.error, "");
    for (const std::string& error : end.errors) ADD_FAILURE() << error;
    return end.printed();
}

TEST(WebCrypto, RandomValues) {
    EXPECT_EQ(
        printed("const a = new Uint32Array(4); console.log(crypto.getRandomValues(a) === a, a.some(x => x !== 0));"
                "console.log(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/"
                ".test(crypto.randomUUID()));"
                "for (const x of [new Float32Array(2), new Uint8Array(65537)]) {"
                " try { crypto.getRandomValues(x) } catch (e) { console.log(e.name, e.message.split(':')[0]) } }"),
        "true true\ntrue\nGoError TypeMismatchError\nGoError QuotaExceededError");
}

TEST(WebCrypto, Digest) {
    EXPECT_EQ(
        printed("console.log(hex(await s.digest('sha-256', bytes('abc'))), await name(s.digest('MD5', bytes(''))))"),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad NotSupportedError");
}

TEST(WebCrypto, Hmac) {
    EXPECT_EQ(
        printed(
            "const k = await s.importKey('raw', bytes('key'), { name: 'HMAC', hash: 'SHA-256' }, true, ['sign', "
            "'verify']);"
            "const m = await s.sign('HMAC', k, bytes('data')); console.log(hex(m));"
            "console.log(await s.verify('HMAC', k, m, bytes('data')), await s.verify('HMAC', k, m, bytes('other')));"
            "console.log(JSON.stringify(await s.exportKey('jwk', k)), k.type, k.algorithm.hash.name, "
            "k.algorithm.length, k.usages.join());"
            "const g = await s.generateKey({ name: 'HMAC', hash: { name: 'SHA-512' } }, false, ['sign']);"
            "console.log(g.algorithm.length, await name(s.exportKey('raw', g)), await name(s.verify('HMAC', g, m, m)));"
            "console.log(await name(s.importKey('raw', new Uint8Array(0), { name: 'HMAC', hash: 'SHA-1' }, true, "
            "['sign'])),"
            " await name(s.generateKey({ name: 'HMAC', hash: 'SHA-1' }, true, [])))"),
        "5031fe3d989c6d1537a013fa6e739da23463fdaec3b70137d828e36ace221bd0\ntrue false\n"
        "{\"kty\":\"oct\",\"k\":\"a2V5\",\"alg\":\"HS256\",\"ext\":true,\"key_ops\":[\"sign\",\"verify\"]} secret "
        "SHA-256 24 sign,verify\n"
        "1024 InvalidAccessError InvalidAccessError\nDataError SyntaxError");
}

TEST(WebCrypto, Aes) {
    EXPECT_EQ(
        printed(
            "const zero = new Uint8Array(16);"
            "const run = async (n, p) => { const k = await s.importKey('raw', zero, n, true, ['encrypt', 'decrypt']);"
            " const c = await s.encrypt({ name: n, ...p }, k, bytes('hello')); const d = await s.decrypt({ name: n, "
            "...p }, k, c);"
            " console.log(hex(c), new TextDecoder().decode(d)); return [k, c] };"
            "await run('AES-CBC', { iv: zero }); await run('AES-CTR', { counter: zero, length: 64 });"
            "const [k, c] = await run('AES-GCM', { iv: new Uint8Array(12) }); new Uint8Array(c)[0] ^= 1;"
            "console.log(await name(s.decrypt({ name: 'AES-GCM', iv: new Uint8Array(12) }, k, c)),"
            " await name(s.encrypt({ name: 'AES-GCM', iv: zero }, k, c)),"
            " await name(s.generateKey({ name: 'AES-CBC', length: 100 }, true, ['encrypt'])),"
            " await name(s.generateKey({ name: 'AES-CBC', length: 128 }, true, [])),"
            " await name(s.generateKey({ name: 'AES-CBC', length: 128 }, true, ['sign'])))"),
        "9834ed518cbc8fbe9af3c6ecb75eb8c0 hello\n0e8c27b880 hello\n6bedb6a20ffc05f3475d29034caa1cc8fa3628c39f hello\n"
        "OperationError NotSupportedError OperationError SyntaxError SyntaxError");
}

TEST(WebCrypto, TheCounterOverflowsWithinItsLength) {
    // The last 4 bits of the counter are 15: the second block is that of counter …0, not of …10.
    EXPECT_EQ(
        printed(
            "const key = new Uint8Array(16); const k = await s.importKey('raw', key, 'AES-CTR', true, ['encrypt']);"
            "const at = n => { const c = new Uint8Array(16); c[15] = n; return c };"
            "const two = hex(await s.encrypt({ name: 'AES-CTR', counter: at(15), length: 4 }, k, new Uint8Array(32)));"
            "const first = hex(await s.encrypt({ name: 'AES-CTR', counter: at(15), length: 4 }, k, new "
            "Uint8Array(16)));"
            "const second = hex(await s.encrypt({ name: 'AES-CTR', counter: at(0), length: 4 }, k, new "
            "Uint8Array(16)));"
            "console.log(two === first + second)"),
        "true");
}

TEST(WebCrypto, Pbkdf2) {
    EXPECT_EQ(
        printed("const k = await s.importKey('raw', bytes('password'), 'PBKDF2', false, ['deriveBits', 'deriveKey']);"
                "const p = { name: 'PBKDF2', hash: 'SHA-1', salt: bytes('salt'), iterations: 2 };"
                "console.log(hex(await s.deriveBits(p, k, 160)), await name(s.deriveBits(p, k, 0)));"
                "const a = await s.deriveKey(p, k, { name: 'AES-GCM', length: 256 }, true, ['encrypt']);"
                "console.log(a.algorithm.length, (await s.exportKey('raw', a)).byteLength)"),
        "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957 OperationError\n256 32");
}

TEST(WebCrypto, EllipticCurves) {
    EXPECT_EQ(printed("const { privateKey, publicKey } = await s.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, "
                      "true, ['sign', 'verify']);"
                      "const a = { name: 'ECDSA', hash: 'SHA-256' }; const m = await s.sign(a, privateKey, bytes('x'));"
                      "console.log(m.byteLength, await s.verify(a, publicKey, m, bytes('x')), await s.verify(a, "
                      "publicKey, m, bytes('y')));"
                      "for (const f of ['raw', 'spki', 'jwk']) { const again = await s.importKey(f, await "
                      "s.exportKey(f, publicKey), { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify']);"
                      " console.log(f, again.type, await s.verify(a, again, m, bytes('x'))) }"
                      "for (const f of ['pkcs8', 'jwk']) { const again = await s.importKey(f, await s.exportKey(f, "
                      "privateKey), { name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign']);"
                      " console.log(f, again.type, await s.verify(a, publicKey, await s.sign(a, again, bytes('x')), "
                      "bytes('x'))) }"
                      "const e = { name: 'ECDH', namedCurve: 'P-384' }; const one = await s.generateKey(e, true, "
                      "['deriveBits']); const two = await s.generateKey(e, true, ['deriveBits']);"
                      "const x = await s.deriveBits({ name: 'ECDH', public: two.publicKey }, one.privateKey, 256);"
                      "const y = await s.deriveBits({ name: 'ECDH', public: one.publicKey }, two.privateKey, 256);"
                      "console.log(x.byteLength, hex(x) === hex(y))"),
              "64 true false\nraw public true\nspki public true\njwk public true\npkcs8 private true\njwk private "
              "true\n32 true");
}

TEST(WebCrypto, WrappingIsNotThere) {
    EXPECT_EQ(
        printed(
            "try { s.wrapKey() } catch (e) { console.log(String(e)) } console.log(Object.keys(crypto).sort().join())"),
        "GoError: not implemented\nCryptoKey,getRandomValues,randomUUID,subtle");
}

}  // namespace
}  // namespace k6::js

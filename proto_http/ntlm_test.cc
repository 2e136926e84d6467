#include "proto_http/ntlm.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/hex.h"
#include "proto_http/base64.h"

namespace k6::http {
namespace {

std::string bytes(std::string_view hex) {
    std::string out;
    const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        out += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
    return out;
}

// The example of MS-NLMP section 4.2: user "User" of "Domain" with "Password".
const std::string server_challenge = bytes("0123456789abcdef");
const std::string target_info = bytes(
    "02000c0044006f006d00610069006e0001000c00530065007200760065007200"
    "00000000");
const NtlmFacts facts{.challenge = {0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa}};

TEST(NtlmTest, TheExampleOfTheSpecification) {
    const NtlmResponse response =
        ntlm_response("User", "Domain", "Password", server_challenge, target_info, NtlmFacts{facts});
    EXPECT_EQ(hex_text(response.lm), "86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa");
    EXPECT_EQ(hex_text(response.nt.substr(0, 16)), "68cd0ab851e51c96aabc927bebef6a1c");
}

TEST(NtlmTest, Schemes) {
    EXPECT_EQ(ntlm_scheme("NTLM"), "NTLM");
    EXPECT_EQ(ntlm_scheme("negotiate TlRM"), "Negotiate");
    EXPECT_FALSE(ntlm_scheme("NTLMx"));
    EXPECT_FALSE(ntlm_scheme("Basic realm=\"x\""));
}

std::string challenge_header(const std::string& info, std::uint32_t flags = 0x00800001) {
    std::string message("NTLMSSP\0\x02\0\0\0", 12);
    message += std::string(8, '\0');
    for (int i = 0; i < 4; ++i) message += static_cast<char>(flags >> (8 * i));
    message += server_challenge;
    message += std::string(8, '\0');
    for (int i = 0; i < 2; ++i) message += std::string{static_cast<char>(info.size()), '\0'};
    message += std::string("\x30\0\0\0", 4) + info;
    std::string header = "NTLM ";
    append_base64(message, header);
    return header;
}

TEST(NtlmTest, MessagesAreHeaders) {
    EXPECT_EQ(ntlm_negotiate("NTLM").substr(0, 21), "NTLM TlRMTVNTUAABAAAA");
    const auto answer =
        ntlm_authenticate(challenge_header(target_info), {.user = "Domain\\User", .password = "Password"}, facts);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->substr(0, 21), "NTLM TlRMTVNTUAADAAAA");
}

TEST(NtlmTest, AServersTimeIsUsed) {
    const std::string with_time = bytes("07000800") + "ABCDEFGH" + bytes("00000000");
    const NtlmResponse response = ntlm_response("u", "", "p", server_challenge, with_time, facts);
    EXPECT_EQ(response.lm, std::string(24, '\0'));
    EXPECT_EQ(response.nt.substr(16 + 8, 8), "ABCDEFGH");
}

TEST(NtlmTest, BadChallenges) {
    std::string beyond = "NTLM ";
    std::string message("NTLMSSP\0\x02\0\0\0", 12);
    message += std::string(8, '\0') + std::string("\x01\0\x80\0", 4) + std::string(16, '\0') +
               std::string("\xff\xff\xff\xff\x30\0\0\0", 8);
    append_base64(message, beyond);
    for (const std::string& header : {std::string("NTLM"), std::string("NTLM ***"), std::string("NTLM AAAA"),
                                      std::string("Basic x"), beyond, challenge_header(target_info, 0x00800000)}) {
        EXPECT_FALSE(ntlm_authenticate(header, {.user = "u"}, facts)) << header;
    }
    for (std::size_t cut = 5; cut < challenge_header(target_info).size(); ++cut) {
        (void)ntlm_authenticate(challenge_header(target_info).substr(0, cut), {.user = "u"}, facts);
    }
}

}  // namespace
}  // namespace k6::http

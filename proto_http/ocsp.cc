#include "proto_http/ocsp.h"

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/ocsp.h>

#include <ctime>
#include <memory>

#include "base/free_with.h"

namespace k6::http {
namespace {

using ResponsePointer = std::unique_ptr<OCSP_RESPONSE, FreeWith<&OCSP_RESPONSE_free>>;
using BasicPointer = std::unique_ptr<OCSP_BASICRESP, FreeWith<&OCSP_BASICRESP_free>>;

std::int64_t unix_seconds(const ASN1_GENERALIZEDTIME* time) {
    std::tm parts{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return 0;
    return ::timegm(&parts);
}

/// RFC 5280 section 5.3.1.
std::string_view reason_name(int reason) {
    switch (reason) {
        case OCSP_REVOKED_STATUS_KEYCOMPROMISE:
            return "key_compromise";
        case OCSP_REVOKED_STATUS_CACOMPROMISE:
            return "ca_compromise";
        case OCSP_REVOKED_STATUS_AFFILIATIONCHANGED:
            return "affiliation_changed";
        case OCSP_REVOKED_STATUS_SUPERSEDED:
            return "superseded";
        case OCSP_REVOKED_STATUS_CESSATIONOFOPERATION:
            return "cessation_of_operation";
        case OCSP_REVOKED_STATUS_CERTIFICATEHOLD:
            return "certificate_hold";
        case OCSP_REVOKED_STATUS_REMOVEFROMCRL:
            return "remove_from_crl";
        case 9:
            return "privilege_withdrawn";
        case 10:
            return "aa_compromise";
        default:
            return "unspecified";
    }
}

}  // namespace

OcspStaple read_ocsp_staple(std::string_view der) {
    OcspStaple staple;
    const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
    const ResponsePointer response(d2i_OCSP_RESPONSE(nullptr, &bytes, static_cast<long>(der.size())));
    const BasicPointer basic(response ? OCSP_response_get1_basic(response.get()) : nullptr);
    ERR_clear_error();
    if (!basic || OCSP_resp_count(basic.get()) != 1) return staple;

    int reason = -1;
    ASN1_GENERALIZEDTIME* revoked_at = nullptr;
    ASN1_GENERALIZEDTIME* this_update = nullptr;
    ASN1_GENERALIZEDTIME* next_update = nullptr;
    const int status =
        OCSP_single_get0_status(OCSP_resp_get0(basic.get(), 0), &reason, &revoked_at, &this_update, &next_update);
    if (status == V_OCSP_CERTSTATUS_GOOD) staple.status = "good";
    if (status == V_OCSP_CERTSTATUS_REVOKED) staple.status = "revoked";
    staple.revocation_reason = reason_name(reason);
    staple.produced_at = unix_seconds(OCSP_resp_get0_produced_at(basic.get()));
    staple.this_update = unix_seconds(this_update);
    staple.next_update = unix_seconds(next_update);
    if (status == V_OCSP_CERTSTATUS_REVOKED) staple.revoked_at = unix_seconds(revoked_at);
    return staple;
}

}  // namespace k6::http

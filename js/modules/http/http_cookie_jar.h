// The class CookieJar of k6/http: the VU's own jar, or an independent one.
#pragma once

#include "js/modules/context.h"
#include "proto_http/cookie_jar.h"

namespace k6::js {

/// The constructor; its prototype goes into the realm.
Value make_cookie_jar_class(ScriptContext& context);
/// `http.cookieJar()`.
Value vu_cookie_jar(Call& call);
/// The jar behind a CookieJar object; null for other values. It lives as long as the object.
http::CookieJar* cookie_jar_of(const Value& value);

}  // namespace k6::js

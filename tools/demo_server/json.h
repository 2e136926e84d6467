// JSON responses, and the JSON shapes that several routes share. Boost.JSON objects keep their keys in order.
//
// For routes_*.cc only: it pulls in Boost.JSON.
//
//   return json_response({{"authenticated", true}, {"user", user}});
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string_view>

#include "tools/demo_server/form.h"
#include "tools/demo_server/message.h"

namespace k6::demo {

Response json_response(const boost::json::object& body, int status = 200);

/// A string value; bytes that are no UTF-8 become U+FFFD.
boost::json::string json_text(std::string_view bytes);
/// A body as a string, or as a data: URL if it is no UTF-8.
boost::json::string json_content(std::string_view bytes, std::string_view content_type);
/// {name: value}, with an array for a name that occurs more than once.
boost::json::object json_pairs(const Pairs& pairs);
/// {Name: value}, names in their canonical case ("User-Agent"), values of the same name joined by commas.
boost::json::object json_headers(const Request& request);
/// [[name, value], ...] as they came.
boost::json::array json_raw_headers(const FieldList& fields);
/// scheme://authority/target
boost::json::string json_url(const Request& request);

}  // namespace k6::demo

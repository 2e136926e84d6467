#include "tools/demo_server/http_date.h"

#include <cstdio>

namespace k6::demo {

std::string_view HttpDate::at(std::time_t time) {
    if (time != time_) {
        constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
        constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
        std::tm utc = {};
        gmtime_r(&time, &utc);
        // Not strftime, whose names depend on the process's locale. The moduli tell the compiler that it always fits.
        std::snprintf(text_.data(), text_.size(), "%s, %02u %s %04u %02u:%02u:%02u GMT", kDays[utc.tm_wday],
                      static_cast<unsigned>(utc.tm_mday) % 100, kMonths[utc.tm_mon],
                      static_cast<unsigned>(utc.tm_year + 1900) % 10000, static_cast<unsigned>(utc.tm_hour) % 100,
                      static_cast<unsigned>(utc.tm_min) % 100, static_cast<unsigned>(utc.tm_sec) % 100);
        time_ = time;
    }
    return {text_.data(), kHttpDateSize};
}

}  // namespace k6::demo

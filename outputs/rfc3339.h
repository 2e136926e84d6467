// Wall-clock times as RFC 3339 text in the local time zone, fast: the calendar is asked once a second.
//
//   Rfc3339Text times;
//   times.append(line, sample.time);   // 2026-11-21T18:48:28.945037317Z, 2026-11-21T19:48:28.9+01:00
//
// One thread per object.
#pragma once

#include <chrono>
#include <string>

#include "metrics/sample.h"

namespace k6::outputs {

class Rfc3339Text {
public:
    /// With up to nine digits of the second, without their trailing zeros.
    void append(std::string& out, metrics::WallTime time);

private:
    void look_up(std::chrono::sys_seconds second);

    bool known_ = false;
    std::chrono::sys_seconds second_{};
    /// "2026-11-21T18:48:28" and "Z" or "+01:00", of second_.
    std::string date_time_;
    std::string zone_;
};

}  // namespace k6::outputs

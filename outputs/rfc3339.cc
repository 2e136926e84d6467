#include "outputs/rfc3339.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace k6::outputs {

void Rfc3339Text::look_up(std::chrono::sys_seconds second) {
    const std::time_t time = std::chrono::system_clock::to_time_t(second);
    std::tm local{};
    localtime_r(&time, &local);
    std::array<char, 64> text;
    text[std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &local)] = '\0';
    date_time_ = text.data();
    if (local.tm_gmtoff == 0) {
        zone_ = "Z";
    } else {
        const long minutes = std::labs(local.tm_gmtoff) / 60;
        std::snprintf(text.data(), text.size(), "%c%02ld:%02ld", local.tm_gmtoff < 0 ? '-' : '+', minutes / 60,
                      minutes % 60);
        zone_ = text.data();
    }
    second_ = second;
    known_ = true;
}

void Rfc3339Text::append(std::string& out, metrics::WallTime time) {
    const auto second = std::chrono::floor<std::chrono::seconds>(time);
    if (!known_ || second != second_) look_up(second);
    out += date_time_;
    auto nanoseconds = (time - second).count();
    if (nanoseconds != 0) {
        std::array<char, 10> fraction;
        fraction[0] = '.';
        for (std::size_t i = 9; i > 0; --i) {
            fraction[i] = static_cast<char>('0' + nanoseconds % 10);
            nanoseconds /= 10;
        }
        std::size_t length = fraction.size();
        while (fraction[length - 1] == '0') --length;
        out.append(fraction.data(), length);
    }
    out += zone_;
}

}  // namespace k6::outputs

#include "outputs/statsd.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "outputs/settings.h"

namespace k6::outputs {
namespace {

constexpr std::string_view type_name(StatsdFlavour flavour) {
    return flavour == StatsdFlavour::statsd ? "statsd" : "datadog";
}

void append_fixed(std::string& out, double value) {
    std::array<char, 400> text{};
    out.append(text.data(), static_cast<std::size_t>(std::snprintf(text.data(), text.size(), "%.6f", value)));
}

/// What separates the parts of a line must not stand in them.
void append_clean(std::string& out, std::string_view text) {
    for (const char c : text) out += c == '\n' || c == '|' || c == ',' || c == '#' ? '_' : c;
}

}  // namespace

Result<StatsdSettings> parse_statsd_settings(StatsdFlavour flavour, const OutputContext& context) {
    StatsdSettings settings{.flavour = flavour};
    const bool datadog = flavour == StatsdFlavour::datadog;
    settings.tags = datadog;
    const std::string prefix = datadog ? "K6_DATADOG_" : "K6_STATSD_";
    const auto sources = Settings::of(type_name(flavour), context);
    if (!sources) return sources.error();
    sources->text("addr", prefix + "ADDR", settings.address);
    sources->text("namespace", prefix + "NAMESPACE", settings.name_space);
    sources->list(datadog ? "tagBlacklist" : "tagBlocklist", prefix + (datadog ? "TAG_BLACKLIST" : "TAG_BLOCKLIST"),
                  settings.blocked_tags);
    if (auto read = sources->period("pushInterval", prefix + "PUSH_INTERVAL", settings.push_interval); !read) {
        return read.error();
    }
    if (auto read = sources->count("bufferSize", prefix + "BUFFER_SIZE", settings.buffer_size); !read) {
        return read.error();
    }
    if (!datadog) {
        if (auto read = sources->flag("enableTags", prefix + "ENABLE_TAGS", settings.tags); !read) return read.error();
    }
    return settings;
}

bool append_statsd_line(std::string& out, const StatsdSettings& settings, const metrics::Metric& metric,
                        const metrics::Sample& sample) {
    if (!std::isfinite(sample.value)) return false;
    const auto check = sample.tags->get("check");
    const bool is_check = metric.type == metrics::MetricType::rate && check.has_value();
    out += settings.name_space;
    if (is_check) {
        out += "check.";
        append_clean(out, *check);
        out += sample.value != 0 ? ".pass:1|c" : ".fail:1|c";
    } else {
        out += metric.name;
        out += ':';
        switch (metric.type) {
            case metrics::MetricType::counter:
            case metrics::MetricType::rate:
                out += std::to_string(static_cast<std::int64_t>(std::clamp(sample.value, -9e18, 9e18))) + "|c";
                break;
            case metrics::MetricType::trend:
                append_fixed(out, sample.value);
                out += "|ms";
                break;
            case metrics::MetricType::gauge:
                append_fixed(out, sample.value);
                out += "|g";
                break;
        }
    }
    if (!settings.tags) return true;
    const char* separator = "|#";
    for (const metrics::Tag& tag : *sample.tags) {
        const bool blocked = std::find(settings.blocked_tags.begin(), settings.blocked_tags.end(), tag.key) !=
                             settings.blocked_tags.end();
        if (tag.value.empty() || blocked) continue;
        out += separator;
        append_clean(out, tag.key);
        out += ':';
        append_clean(out, tag.value);
        separator = ",";
    }
    return true;
}

StatsdOutput::StatsdOutput(const StatsdSettings& settings, const OutputContext& context)
    : QueuedOutput(std::string(type_name(settings.flavour)), context, settings.push_interval), settings_(settings) {}

StatsdOutput::~StatsdOutput() {
    end();
    if (socket_ >= 0) ::close(socket_);
}

std::string StatsdOutput::description() const { return type() + " (" + settings_.address + ")"; }

Result<void> StatsdOutput::open() {
    const std::size_t colon = settings_.address.rfind(':');
    if (settings_.address.empty() || colon == std::string::npos) {
        return Error{ErrorClass::generic, "connection string is invalid. Received: \"" + settings_.address + "\""};
    }
    const addrinfo hints{.ai_socktype = SOCK_DGRAM};
    addrinfo* found = nullptr;
    const std::string host = settings_.address.substr(0, colon);
    const std::string port = settings_.address.substr(colon + 1);
    if (::getaddrinfo(host.empty() ? "localhost" : host.c_str(), port.c_str(), &hints, &found) != 0) {
        return Error{ErrorClass::generic, "no address for " + settings_.address};
    }
    socket_ = ::socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const bool connected = socket_ >= 0 && ::connect(socket_, found->ai_addr, found->ai_addrlen) == 0;
    ::freeaddrinfo(found);
    if (!connected) return Error{ErrorClass::generic, "no socket to " + settings_.address};
    return {};
}

void StatsdOutput::write(const SampleQueue::Chunks& chunks) {
    std::string datagram;
    std::string line;
    std::int64_t lines = 0;
    for (const auto& chunk : chunks) {
        for (const metrics::Sample& sample : chunk->samples()) {
            line.clear();
            if (!append_statsd_line(line, settings_, context().registry.at(sample.metric), sample)) continue;
            if (lines == settings_.buffer_size || datagram.size() + 1 + line.size() > most_bytes) {
                send(datagram);
                lines = 0;
            }
            if (!datagram.empty()) datagram += '\n';
            datagram += line;
            ++lines;
        }
    }
    send(datagram);
}

void StatsdOutput::send(std::string& datagram) {
    if (datagram.empty()) return;
    if (::send(socket_, datagram.data(), datagram.size(), MSG_NOSIGNAL) < 0) ++failed_;
    datagram.clear();
}

Result<void> StatsdOutput::close() {
    if (failed_ > 0) {
        context().logger.warn("Couldn't send metrics", {{"output", type()}, {"datagrams", std::to_string(failed_)}});
    }
    return {};
}

}  // namespace k6::outputs

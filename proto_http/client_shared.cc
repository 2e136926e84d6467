#include "proto_http/client_shared.h"

#include <sys/mman.h>

#include <cstdlib>
#include <new>
#include <utility>

#include "engine/plan/plan.h"
#include "engine/runtime/worker.h"
#include "proto_http/shared_state.h"

namespace k6::http {

Result<std::shared_ptr<const Url>> UrlCache::find(std::string_view text) {
    // Mostly the one that was asked for before.
    if (last_ != nullptr && last_->text == text) return last_->url;
    Place& place = places_[std::hash<std::string_view>{}(text) % places];
    if (place.url && place.text == text) {
        last_ = &place;
        return place.url;
    }
    Result<Url> url = Url::parse(text);
    if (!url) return url.error();
    place.text = text;
    place.url = std::make_shared<const Url>(std::move(*url));
    last_ = &place;
    return place.url;
}

PageBlock::PageBlock(std::size_t size) : data_(nullptr), size_(size) {
    void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    data_ = static_cast<char*>(memory);
}

PageBlock::~PageBlock() {
    if (data_ != nullptr) ::munmap(data_, size_);
}

BufferPool::Buffer BufferPool::take() {
    if (free_.empty()) {
        // Nearly all responses are short: if all buffers began at the same place in a page, their beginnings would push
        // each other out of the cache.
        constexpr std::size_t page = 4096;
        constexpr std::size_t lines_apart = 7 * 64;
        const std::size_t offset = made_++ * lines_apart % page;
        PageBlock memory(buffer_size + page);
        char* begin = memory.data() + offset;
        return {std::move(memory), begin};
    }
    Buffer buffer = std::move(free_.back());
    free_.pop_back();
    return buffer;
}

ParserPool::Loan ParserPool::lend() {
    std::unique_ptr<ResponseParser> parser;
    if (free_.empty()) {
        parser = std::make_unique<ResponseParser>();
    } else {
        parser = std::move(free_.back());
        free_.pop_back();
    }
    return Loan(parser.release(), {this});
}

void ParserPool::take_back(ResponseParser* parser) noexcept {
    std::unique_ptr<ResponseParser> back(parser);
    if (free_.size() < most_kept) free_.push_back(std::move(back));
}

std::optional<std::string> process_environment(std::string_view name) {
    const char* value = std::getenv(std::string(name).c_str());
    if (value == nullptr) return std::nullopt;
    return value;
}

Result<ClientSettings> client_settings(const Plan& plan, std::string_view default_user_agent,
                                       const EnvironmentVariable& environment) {
    ClientSettings settings;
    settings.user_agent = plan.user_agent ? *plan.user_agent : std::string(default_user_agent);
    settings.max_redirects = static_cast<int>(plan.max_redirects);
    settings.max_redirects_chosen = plan.options.max_redirects.has_value();
    settings.insecure_skip_tls_verify = plan.insecure_skip_tls_verify;
    for (auto [name, version] :
         {std::pair{&plan.tls_version.min, &settings.tls_min}, std::pair{&plan.tls_version.max, &settings.tls_max}}) {
        if (name->empty()) continue;
        *version = tls_version_of(*name);
        if (!*version) return Error{ErrorClass::invalid_config, "unknown TLS version '" + *name + "'"};
    }
    settings.tls_cipher_suites = plan.tls_cipher_suites;
    settings.tls_auth = plan.tls_auth;
    settings.no_connection_reuse = plan.no_connection_reuse;
    settings.idle_connections = static_cast<int>(plan.batch);
    settings.idle_connections_per_host = static_cast<int>(plan.batch_per_host);
    settings.system_tags = plan.system_tags;
    settings.http_debug = plan.http_debug;
    if (plan.rps > 0) settings.rate_limiter = std::make_shared<RateLimiter>(plan.rps);
    auto rules = DialRules::make(plan);
    if (!rules) return rules.error();
    settings.dial_rules = std::move(*rules);
    if (environment) {
        auto proxies = ProxyRules::from_environment(environment);
        if (!proxies) return proxies.error();
        settings.proxies = std::move(*proxies);
        // As users of the field know it.
        const std::string debug = "," + environment("GODEBUG").value_or("") + ",";
        settings.http2 = debug.find(",http2client=0,") == std::string::npos;
    }
    return settings;
}

SharedClients::SharedClients(unsigned workers, std::string user_agent)
    : user_agent_(std::move(user_agent)), workers_(workers) {}
SharedClients::~SharedClients() = default;

Result<ClientShared*> SharedClients::of(const Plan& plan, Worker& worker) {
    std::call_once(once_, [&] { settings_.emplace(client_settings(plan, user_agent_, process_environment)); });
    if (!*settings_) return settings_->error();
    std::unique_ptr<ClientShared>& shared = workers_.at(worker.index());
    if (!shared) {
        auto made = ClientShared::make(worker, **settings_);
        if (!made) return made.error();
        shared = std::move(*made);
    }
    return shared.get();
}

Result<std::unique_ptr<ClientShared>> ClientShared::make(Worker& worker, ClientSettings settings) {
    auto tls = TlsContext::make(settings);
    if (!tls) return tls.error();
    return std::unique_ptr<ClientShared>(
        new ClientShared(std::make_unique<Impl>(worker, std::move(settings), std::move(*tls))));
}

ClientShared::ClientShared(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ClientShared::~ClientShared() = default;
Worker& ClientShared::worker() const noexcept { return impl_->worker; }
const ClientSettings& ClientShared::settings() const noexcept { return impl_->settings; }

}  // namespace k6::http

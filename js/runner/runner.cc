#include "js/runner/runner.h"

#include <algorithm>
#include <functional>
#include <mutex>
#include <random>
#include <utility>

#include "base/version.h"
#include "engine/runtime/resolver.h"
#include "engine/runtime/worker.h"
#include "js/runner/archive.h"
#include "js/runner/files.h"
#include "js/runner/instance.h"
#include "proto_http/client_shared.h"

namespace k6::js {

struct Runner::Impl {
    Impl(ScriptToLoad script, metrics::Registry& registry, Logger& logger)
        : remote(script.fetch ? std::move(script.fetch) : fetch_by_https(logger)),
          program(files, remote),
          environment{.program = program,
                      .files = files,
                      .shared_arrays = shared_arrays,
                      .logger = logger,
                      .registry = registry,
                      .secrets = script.secrets,
                      .console = script.console,
                      .variables = std::move(script.variables),
                      .base_compatibility = script.base_compatibility.value_or(false),
                      .frozen_variables = script.frozen_variables,
                      .seed = std::random_device{}()},
          kind(script.kind),
          archive_decides_compatibility(!script.base_compatibility),
          working_directory(std::move(script.working_directory)),
          clients(script.workers + 1, std::string(product_user_agent)),
          shares(script.workers + 1) {}

    Files files;
    RemoteModules remote;
    Program program;
    SharedArrays shared_arrays;
    ScriptEnvironment environment;
    ScriptKind kind;
    bool archive_decides_compatibility;
    std::string working_directory;
    ScriptSource source;
    std::optional<std::string> options;
    std::vector<std::string> functions;
    http::SharedClients clients;
    std::vector<WorkerShare> shares;  // by worker

    Result<void> find_source(const std::string& name, std::string standard_input) {
        if (name == "-") {
            source = {.text = std::move(standard_input),
                      .url = "file:///-",
                      .base = directory_url_of(file_url(working_directory) + "/-")};
        } else {
            auto found = program.read_entry(name, working_directory);
            if (!found) return found.error();
            source = *std::move(found);
        }
        const bool archived = kind == ScriptKind::detect ? is_archive(source.text) : kind == ScriptKind::archive;
        return archived ? open_archive() : Result<void>();
    }

    Result<void> open_archive() {
        auto archive = read_archive(source.text);
        if (!archive) return archive.error();
        source = {
            .text = std::move(archive->entry), .url = archive->entry_url, .base = directory_url_of(archive->entry_url)};
        if (source.url == "file:///-") source.base = archive->working_directory_url + '/';
        files.provide(std::move(archive->files));
        remote.provide(std::move(archive->remote));
        options = std::move(archive->options_json);
        if (archive_decides_compatibility) environment.base_compatibility = archive->base_compatibility;
        if (archive->variables) {
            // What this run is given comes before what the archive remembers.
            archive->variables->swap(environment.variables);
            for (auto& [key, value] : *archive->variables) environment.variables[key] = std::move(value);
        }
        return {};
    }

    Result<void> first_pass() {
        auto entry = program.load_entry(source);
        if (!entry) return entry.error();
        environment.entry = *entry;
        Instance instance(environment, nullptr, nullptr, nullptr);
        if (auto ready = instance.initialise(); !ready) return ready.error();
        if (!options) {
            auto json = instance.options_json();
            if (!json) return json.error();
            options = *std::move(json);
        }
        functions = instance.exported_functions();
        for (const char* lifecycle : {"setup", "teardown", "handleSummary"}) {
            const Value value = instance.exported(lifecycle);
            if (!value.is_nullish() && !value.is_function()) {
                return Error{ErrorClass::generic,
                             "exported identifier " + std::string(lifecycle) + " must be a function"};
            }
        }
        if (functions.empty()) return Error{ErrorClass::generic, "no exported functions in script"};
        files.freeze();
        program.freeze();
        return {};
    }
};

Runner::Runner() = default;
Runner::~Runner() = default;

Result<std::unique_ptr<Runner>> Runner::load(ScriptToLoad script, metrics::Registry& registry, Logger& logger) {
    std::unique_ptr<Runner> runner(new Runner);
    const std::string name = script.name;
    std::string standard_input = std::move(script.standard_input);
    runner->impl_ = std::make_unique<Impl>(std::move(script), registry, logger);
    // Init code may wait, for the network too, and deep recursion must meet a fiber's guarded stack: so it runs on a
    // fiber.
    Result<void> done;
    SystemClock clock;
    Resolver resolver{DnsSettings{}};
    // Parsing and lowering recurse as deep as the script nests.
    constexpr std::size_t stack_size = std::size_t{16} << 20;
    Worker worker({.index = 0, .clock = &clock, .stack_size = stack_size, .resolver = &resolver});
    worker.spawn([&] {
        done = runner->impl_->find_source(name, std::move(standard_input));
        if (done) done = runner->impl_->first_pass();
    });
    worker.request_stop();
    worker.run();
    if (!done) return done.error();
    return runner;
}

const std::optional<std::string>& Runner::options_json() const noexcept { return impl_->options; }

bool Runner::has_function(std::string_view name) const {
    return std::find(impl_->functions.begin(), impl_->functions.end(), name) != impl_->functions.end();
}

Archive Runner::archive() const {
    Archive archive{.entry_url = impl_->source.url,
                    .base_compatibility = impl_->environment.base_compatibility,
                    .entry = impl_->source.text};
    if (archive.entry_url.starts_with("file://")) {
        archive.entry_url = file_url(archive_path(path_of_file_url(archive.entry_url)));
    }
    archive.working_directory_url = file_url(archive_path(impl_->working_directory));
    for (const auto& [path, content] : impl_->files.contents()) archive.files[archive_path(path)] = content;
    archive.remote = impl_->remote.contents();
    return archive;
}

Result<std::unique_ptr<VuBody>> Runner::make_vu(Vu& vu) {
    auto clients = impl_->clients.of(vu.plan(), vu.worker());
    if (!clients) return clients.error();
    auto instance =
        std::make_unique<Instance>(impl_->environment, &vu, *clients, &impl_->shares.at(vu.worker().index()));
    if (auto ready = instance->initialise(); !ready) return ready.error();
    return std::unique_ptr<VuBody>(std::move(instance));
}

Result<void> Runner::setup(VuBody& body) {
    auto data = static_cast<Instance&>(body).run_setup();
    if (!data) return data.error();
    return set_setup_data(*std::move(data));
}

Result<void> Runner::set_setup_data(std::optional<std::string> json) {
    const std::lock_guard lock(impl_->environment.setup_data_mutex);
    impl_->environment.setup_data = std::move(json);
    return {};
}

Result<std::optional<Runner::SummaryParts>> Runner::handle_summary(Vu& vu, const std::string& data_json) {
    auto body = make_vu(vu);
    if (!body) return body.error();
    return static_cast<Instance&>(**body).run_handle_summary(data_json);
}

Result<void> Runner::teardown(VuBody& body) { return static_cast<Instance&>(body).run_teardown(); }

std::optional<std::string> Runner::setup_data_json() const {
    const std::lock_guard lock(impl_->environment.setup_data_mutex);
    return impl_->environment.setup_data;
}

}  // namespace k6::js

#include "tools/control/server.h"

#include <httplib.h>

#include <thread>
#include <utility>

#include "metrics/summary.h"
#include "tools/control/address.h"
#include "tools/control/documents.h"

namespace k6::control {
namespace {

using httplib::Request;
using httplib::Response;

constexpr const char* json_type = "application/json; charset=utf-8";

void answer(Response& response, std::string document) { response.set_content(std::move(document), json_type); }

void answer_error(Response& response, int status, std::string_view title, std::string_view detail) {
    response.status = status;
    answer(response, error_document(status, title, detail));
}

}  // namespace

struct ControlServer::Impl {
    explicit Impl(const Controlled& its) : controlled(its) {}

    void add_routes();
    void patch_status(const Request& request, Response& response);
    Result<metrics::SummaryModel> model();
    void run_setup(Response& response);

    Controlled controlled;
    httplib::Server server;
    int port = 0;
    std::thread thread;
};

ControlServer::ControlServer() = default;

ControlServer::~ControlServer() {
    if (!impl_->thread.joinable()) return;
    impl_->server.stop();
    impl_->thread.join();
}

int ControlServer::port() const noexcept { return impl_->port; }

Result<std::unique_ptr<ControlServer>> ControlServer::start(const std::string& address, const Controlled& controlled) {
    auto where = parse_address(address);
    if (!where) return Error{ErrorClass::cannot_start_api, where.error().message};
    std::unique_ptr<ControlServer> made(new ControlServer);
    made->impl_ = std::make_unique<Impl>(controlled);
    Impl& impl = *made->impl_;
    // A person or an orchestrator asks now and then: two threads do.
    impl.server.new_task_queue = [] { return new httplib::ThreadPool(2); };
    impl.server.set_read_timeout(10);
    impl.server.set_keep_alive_timeout(1);
    impl.server.set_payload_max_length(std::size_t{64} << 20);
    impl.add_routes();
    if (where->port == 0) {
        impl.port = impl.server.bind_to_any_port(where->host);
    } else if (impl.server.bind_to_port(where->host, where->port)) {
        impl.port = where->port;
    } else {
        impl.port = -1;
    }
    if (impl.port < 0) {
        return Error{ErrorClass::cannot_start_api, "the REST API cannot listen on " + address};
    }
    impl.thread = std::thread([&impl] { impl.server.listen_after_bind(); });
    while (!impl.server.is_running()) std::this_thread::yield();
    controlled.logger->debug("Started the REST API server", {{"addr", where->host + ":" + std::to_string(impl.port)}});
    return made;
}

void ControlServer::Impl::add_routes() {
    const auto with_model = [this](auto&& document) {
        return [this, document](const Request& request, Response& response) {
            auto made = model();
            if (!made) return answer_error(response, 500, "Metrics error", made.error().message);
            document(*made, request, response);
        };
    };
    server.Get("/v1/status", [this](const Request&, Response& response) {
        answer(response, status_document(controlled.run->progress()));
    });
    server.Patch("/v1/status", [this](const Request& request, Response& response) { patch_status(request, response); });
    server.Get("/v1/metrics", with_model([](const metrics::SummaryModel& all, const Request&, Response& response) {
                   answer(response, metrics_document(all));
               }));
    server.Get("/v1/metrics/(.+)",
               with_model([](const metrics::SummaryModel& all, const Request& request, Response& response) {
                   auto document = metric_document(all, request.matches[1].str());
                   if (!document) {
                       return answer_error(response, 404, "Not Found", "No metric with that ID was found");
                   }
                   answer(response, *std::move(document));
               }));
    server.Get("/v1/groups", with_model([](const metrics::SummaryModel& all, const Request&, Response& response) {
                   answer(response, groups_document(all));
               }));
    server.Get("/v1/groups/(.+)",
               with_model([](const metrics::SummaryModel& all, const Request& request, Response& response) {
                   auto document = group_document(all, request.matches[1].str());
                   if (!document) {
                       return answer_error(response, 404, "Not Found", "No group with that ID was found");
                   }
                   answer(response, *std::move(document));
               }));
    server.Get("/v1/setup", [this](const Request&, Response& response) {
        answer(response, setup_document(controlled.runner->setup_data_json()));
    });
    server.Post("/v1/setup", [this](const Request&, Response& response) { run_setup(response); });
    server.Put("/v1/setup", [this](const Request& request, Response& response) {
        auto data = parse_setup_data(request.body);
        if (!data) return answer_error(response, 400, "Error parsing request body", data.error().message);
        if (auto set = controlled.runner->set_setup_data(*std::move(data)); !set) {
            return answer_error(response, 400, "Error setting setup data", set.error().message);
        }
        answer(response, setup_document(controlled.runner->setup_data_json()));
    });
    server.Post("/v1/teardown", [this](const Request&, Response& response) {
        if (controlled.runner->has_teardown()) {
            if (auto done = controlled.run->call_teardown(); !done) {
                return answer_error(response, 500, "Error executing teardown", done.error().message);
            }
        }
        response.status = 200;
    });
    // What no route took: another method, an unknown path, or something that only asks whether anybody is there.
    server.set_error_handler([](const Request& request, Response& response) {
        if (!response.body.empty() || response.status != 404) return;
        constexpr std::string_view known[] = {"/v1/status", "/v1/metrics", "/v1/groups", "/v1/setup", "/v1/teardown"};
        for (const std::string_view path : known) {
            if (request.path == path || request.path.starts_with(std::string(path) + "/")) {
                response.status = 405;
                return;
            }
        }
        if (request.path.starts_with("/v1/")) return;
        response.status = 200;
        response.set_content("ok", "text/plain; charset=utf-8");
    });
}

void ControlServer::Impl::patch_status(const Request& request, Response& response) {
    auto patch = parse_status_patch(request.body);
    if (!patch) return answer_error(response, 400, "Invalid data", patch.error().message);
    Run& run = *controlled.run;
    if (patch->stopped == true) {
        run.stop({ErrorClass::stopped_by_api, "test run stopped from REST API"});
        return answer(response, status_document(run.progress()));
    }
    if (patch->paused) {
        if (auto done = *patch->paused ? run.pause() : run.resume(); !done) {
            return answer_error(response, 500, "Pause error", done.error().message);
        }
    }
    if (patch->vus || patch->max_vus) {
        if (auto done = run.update_external({.vus = patch->vus, .max_vus = patch->max_vus}); !done) {
            if (done.error().error_class == ErrorClass::invalid_config) {
                return answer_error(response, 400, "Config update error", done.error().message);
            }
            return answer_error(response, 500, "Execution config error", done.error().message);
        }
    }
    answer(response, status_document(run.progress()));
}

Result<metrics::SummaryModel> ControlServer::Impl::model() {
    auto measured = controlled.run->measure();
    if (!measured) return measured.error();
    const metrics::ThresholdSet none;
    return metrics::SummaryModel::build(measured->metrics, *controlled.registry, *controlled.submetrics,
                                        measured->thresholds ? *measured->thresholds : none, measured->elapsed);
}

void ControlServer::Impl::run_setup(Response& response) {
    if (controlled.runner->has_setup()) {
        if (auto done = controlled.run->call_setup(); !done) {
            return answer_error(response, 500, "Error executing setup", done.error().message);
        }
    }
    answer(response, setup_document(controlled.runner->setup_data_json()));
}

}  // namespace k6::control

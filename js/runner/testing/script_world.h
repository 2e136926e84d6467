// Runs a script in-process, as `k6 run` would: for tests of modules and of the runner.
//
//   ScriptWorld world;
//   world.file("lib.js", "export const a = 1");
//   const ScriptEnd end = world.run("import { a } from './lib.js'; export default () => console.log(a)");
//   end.console == {"1"}; end.exit_code == 0;
//
// By default in simulated time and without a network: timers and sleeps of hours take no time. With `real_time` (and a
// server of the test's own, its address in `variables`) the VUs have a network. Files lie in a folder of their own.
//
// One test at a time.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "engine/exec/fake_runner.h"
#include "engine/exec/resolver_settings.h"
#include "engine/exec/run.h"
#include "engine/plan/plan.h"
#include "engine/runtime/clock.h"
#include "engine/runtime/resolver.h"
#include "js/runner/runner.h"
#include "metrics/metric.h"
#include "metrics/submetric.h"
#include "metrics/threshold.h"

namespace k6::js {

/// Keeps records with their fields. Any thread.
class RecordingLogger final : public Logger {
public:
    struct Record {
        LogLevel level;
        std::string message;
        std::map<std::string, std::string> fields;
    };

    bool enabled(LogLevel) const override { return true; }
    void log(LogLevel level, std::string_view message, LogFields fields) override {
        Record record{level, std::string(message), {}};
        for (const auto& [key, value] : fields) record.fields.emplace(key, value);
        const std::lock_guard lock(mutex_);
        records_.push_back(std::move(record));
    }
    std::vector<Record> records() const {
        const std::lock_guard lock(mutex_);
        return records_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<Record> records_;
};

/// How a run ended.
struct ScriptEnd {
    int exit_code = 0;
    /// Of the error that ended the run, or that kept it from beginning; empty if there is none.
    std::string error;
    /// Messages of console.*, whatever the level, first init pass included.
    std::vector<std::string> console;
    /// Other messages of these levels.
    std::vector<std::string> warnings;
    std::vector<std::string> errors;
    std::vector<RecordingLogger::Record> records;
    /// All samples, by metric.
    std::map<std::string, std::vector<SampleList::Entry>> samples;
    std::optional<std::string> setup_data;
    std::optional<std::string> options_json;

    /// The console's messages, one to a line.
    std::string printed() const {
        std::string text;
        for (const std::string& line : console) text += (text.empty() ? "" : "\n") + line;
        return text;
    }
};

class ScriptWorld {
public:
    /// Laid over what the script exports.
    Options options;
    StringMap variables;
    const Secrets* secrets = nullptr;
    /// A system clock, and a resolver for the VUs.
    bool real_time = false;
    /// What stands for the network when modules are loaded over https.
    FetchModule fetch = [](const std::string& url) -> Result<FetchedModule> {
        return Error{ErrorClass::generic, "no network: " + url};
    };

    ScriptWorld() {
        std::string pattern =
            (std::filesystem::path(testing::TempDir()) / "script_world_XXXXXX").lexically_normal().string();
        folder_ = ::mkdtemp(pattern.data());
    }
    ~ScriptWorld() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    ScriptWorld(const ScriptWorld&) = delete;
    ScriptWorld& operator=(const ScriptWorld&) = delete;

    const std::string& folder() const { return folder_; }
    void file(const std::string& name, std::string_view content) const {
        const std::filesystem::path path = std::filesystem::path(folder_) / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << content;
    }

    /// Writes the text as main.js and runs it.
    ScriptEnd run(std::string_view script) {
        file("main.js", script);
        return run_file("main.js");
    }

    /// Runs a file of the folder, or whatever else `k6 run` takes.
    ScriptEnd run_file(const std::string& name) {
        ScriptEnd end;
        RecordingLogger logger;
        metrics::Registry registry;
        if (auto error = execute(name, logger, registry, end)) {
            end.error = error->message;
            end.exit_code = static_cast<int>(error->error_class);
        }
        end.records = logger.records();
        for (const RecordingLogger::Record& record : end.records) {
            const auto source = record.fields.find("source");
            if (source != record.fields.end() && source->second == "console") {
                end.console.push_back(record.message);
            } else if (record.level == LogLevel::warning) {
                end.warnings.push_back(record.message);
            } else if (record.level == LogLevel::error) {
                end.errors.push_back(record.message);
            }
        }
        return end;
    }

    /// The body of a default function, run once; what it throws is a failure of the test.
    ScriptEnd run_body(std::string_view body, std::string_view imports = {}) {
        ScriptEnd end = run(std::string(imports) + "\nexport default function () {" + std::string(body) + "\n}");
        EXPECT_EQ(end.error, "");
        for (const std::string& error : end.errors) ADD_FAILURE() << error;
        return end;
    }

private:
    std::optional<Error> execute(const std::string& name, Logger& logger, metrics::Registry& registry, ScriptEnd& end) {
        auto runner = Runner::load({.name = name,
                                    .working_directory = folder_,
                                    .variables = variables,
                                    .workers = 1,
                                    .secrets = secrets,
                                    .fetch = fetch},
                                   registry, logger);
        if (!runner) return runner.error();
        end.options_json = (*runner)->options_json();
        std::vector<OptionsLayer> layers;
        if (end.options_json) {
            auto parsed = parse_options_json(*end.options_json);
            if (!parsed) return parsed.error();
            layers.push_back({"script", std::move(parsed->options)});
        }
        layers.push_back({"cli", options});
        auto planned = plan_run(consolidate(layers).options,
                                [&](std::string_view function) { return (*runner)->has_function(function); });
        if (!planned) return planned.error();
        const Plan& plan = planned->plan;
        metrics::SubmetricSet submetrics;
        auto thresholds = metrics::ThresholdSet::create(plan.thresholds, registry, submetrics);
        if (!thresholds) return thresholds.error();
        SampleList samples(registry);
        SimulatedClock simulated;
        SystemClock system;
        Resolver resolver(dns_settings(plan));
        Run run({.plan = &plan,
                 .runner = runner->get(),
                 .registry = &registry,
                 .submetrics = &submetrics,
                 .thresholds = &*thresholds,
                 .samples = &samples,
                 .logger = &logger,
                 .clock = real_time ? static_cast<Clock*>(&system) : &simulated,
                 .resolver = real_time ? &resolver : nullptr,
                 .workers = 1,
                 .stack_size = std::size_t{8} << 20});
        const RunResult result = run.execute();
        for (std::size_t i = 0; i < registry.size(); ++i) {
            const std::string& metric = registry.at(metrics::MetricId{static_cast<std::uint32_t>(i)}).name;
            if (auto found = samples.of(metric); !found.empty()) end.samples[metric] = std::move(found);
        }
        end.setup_data = (*runner)->setup_data_json();
        return result.error;
    }

    std::string folder_;
};

}  // namespace k6::js

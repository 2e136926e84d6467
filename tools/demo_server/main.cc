// The demo server as a program: prints where it listens, serves until SIGINT or SIGTERM.
// Its regular expressions would double this file's compile time.
#define CXXOPTS_NO_REGEX

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cxxopts.hpp>
#include <fstream>
#include <iostream>
#include <string>
#include <utility>

#include "tools/demo_server/demo_server.h"

namespace {

using k6::demo::ClientCertificates;
using k6::demo::DemoServer;
using k6::demo::DemoServerOptions;

int fail(const std::string& message) {
    std::cerr << "demo_server: " << message << "\n";
    return 1;
}

bool write_file(const std::string& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    return file.good();
}

int serve(const cxxopts::ParseResult& arguments) {
    DemoServerOptions options;
    options.address = arguments["address"].as<std::string>();
    for (auto [name, port] : {std::pair{"port", &options.http_port}, std::pair{"https-port", &options.https_port}}) {
        // cxxopts would take 65537 for 1.
        int number = arguments[name].as<int>();
        if (number < 0 || number > UINT16_MAX) {
            return fail("--" + std::string(name) + " must be 0 to 65535, not " + std::to_string(number));
        }
        *port = static_cast<std::uint16_t>(number);
    }
    options.threads = arguments["threads"].as<int>();
    std::string client_certificates = arguments["client-certificates"].as<std::string>();
    if (client_certificates == "ask") {
        options.client_certificates = ClientCertificates::ask;
    } else if (client_certificates == "require") {
        options.client_certificates = ClientCertificates::require;
    } else if (client_certificates != "ignore") {
        return fail("--client-certificates is ignore, ask or require, not '" + client_certificates + "'");
    }

    const std::string ocsp = arguments["ocsp"].as<std::string>();
    if (ocsp != "none") {
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        k6::demo::OcspAnswer answer{.revoked_at = now - std::chrono::hours(24),
                                    .this_update = now - std::chrono::hours(1),
                                    .next_update = now + std::chrono::hours(24)};
        if (ocsp == "revoked") {
            answer.status = k6::demo::OcspStatus::revoked;
        } else if (ocsp == "unknown") {
            answer.status = k6::demo::OcspStatus::unknown;
        } else if (ocsp != "good") {
            return fail("--ocsp is none, good, revoked or unknown, not '" + ocsp + "'");
        }
        options.ocsp = answer;
    }

    // Blocked before the server's threads start, so that they inherit it and sigwait() below sees every signal.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);

    auto server = DemoServer::start(options);
    if (!server) return fail(server.error().message);
    std::string certificate_path = arguments["cert-out"].as<std::string>();
    if (!certificate_path.empty() && !write_file(certificate_path, (*server)->ca_pem())) {
        return fail("cannot write " + certificate_path);
    }
    // Whoever waits for these lines may go on at once: all is in place.
    std::cout << (*server)->http_url() << "\n" << (*server)->https_url() << "\n";
    if (!certificate_path.empty()) std::cout << "certificate " << certificate_path << "\n";
    std::cout << std::flush;

    int signal = 0;
    sigwait(&signals, &signal);
    (*server)->stop();
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    cxxopts::Options options("demo_server", "A server to aim load tests at; GET /routes lists what it can do.\n");
    options.add_options()                                                                                          //
        ("address", "IP address to listen on", cxxopts::value<std::string>()->default_value("127.0.0.1"))          //
        ("port", "port for HTTP; 0 is a free one", cxxopts::value<int>()->default_value("0"))                      //
        ("https-port", "port for HTTPS; 0 is a free one", cxxopts::value<int>()->default_value("0"))               //
        ("cert-out", "write the authority's certificate there (for SSL_CERT_FILE)",                                //
         cxxopts::value<std::string>()->default_value(""))                                                         //
        ("threads", "threads that serve", cxxopts::value<int>()->default_value("1"))                               //
        ("client-certificates", "ignore, ask or require", cxxopts::value<std::string>()->default_value("ignore"))  //
        ("ocsp", "what the authority says of the certificate, stapled to it: none, good, revoked or unknown",      //
         cxxopts::value<std::string>()->default_value("none"))                                                     //
        ("h,help", "print this");
    try {
        cxxopts::ParseResult arguments = options.parse(argc, argv);
        if (arguments.count("help") > 0) {
            std::cout << options.help();
            return 0;
        }
        if (!arguments.unmatched().empty()) return fail("unexpected argument '" + arguments.unmatched().front() + "'");
        return serve(arguments);
    } catch (const cxxopts::exceptions::exception& failure) {
        return fail(failure.what());
    }
}

// Prints one line for each program: its name and the nanoseconds that one operation takes.
//
//   engine_ours                        all programs
//   engine_ours NAME                   that one
//   engine_ours NAME ROUNDS            runs it so many times and prints nothing: for counting instructions
#include "tests/bench/engine_speed.h"

#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace k6::bench {

std::string sample_json() {
    std::string json = "{\"users\":[";
    for (int i = 0; i < 16; ++i) {
        if (i > 0) json += ',';
        const std::string number = std::to_string(i);
        json += "{\"id\":" + number + ",\"name\":\"user number " + number + "\",\"score\":" + number +
                ".25,\"tags\":[\"alpha\",\"beta\"],\"active\":true,\"none\":null}";
    }
    return json + "]}";
}

namespace {

struct Program {
    std::string_view name;
    int operations;
    std::string_view body;
    /// What an engine that knows more than ES5 runs instead.
    std::string_view modern = {};
};

// Names are those of the table in the README of js/mujs.
constexpr Program programs[] = {
    {"call from C++", 1, ""},
    {"script call", 1000, "function f() {} for (var i = 0; i < 1000; i++) f();"},
    {"property get", 1000, "var o = {alpha: 1, beta: 2}; for (var i = 0; i < 1000; i++) o.beta;"},
    {"native call", 1000, "for (var i = 0; i < 1000; i++) nothing();"},
    {"native call with 5 options", 1000, "for (var i = 0; i < 1000; i++) options({a: 1, b: 2, c: 3, d: 4, e: 5});"},
    {"empty loop", 1000, "for (var i = 0; i < 1000; i++) {}"},
    {"closure made", 1000, "for (var i = 0; i < 1000; i++) (function() { return i; });"},
    {"JSON.parse of 1.7 KB", 10, "for (var i = 0; i < 10; i++) JSON.parse(sample);"},
    {"JSON.stringify of 1.7 KB", 10, "var o = JSON.parse(sample); for (var i = 0; i < 10; i++) JSON.stringify(o);"},
    {"1,000 string appends", 1, "var s = ''; for (var i = 0; i < 1000; i++) s += 'part ' + i;"},
    {"throw and catch", 100, "for (var i = 0; i < 100; i++) try { throw new Error('x'); } catch (e) {}"},
    {"sort of 1,000 numbers", 1,
     "var a = [], x = 1; for (var i = 0; i < 1000; i++) { x = x * 16807 % 2147483647; a.push(x); }"
     "a.sort(function(p, q) { return p - q; });"},
    {"array push and read", 1000,
     "var a = [], t = 0; for (var i = 0; i < 1000; i++) a.push(i); for (var j = 0; j < 1000; j++) t += a[j];"},
    {"for...of of an array, against an index", 1000,
     "var a = [], t = 0; a.length = 0; for (var i = 0; i < 1000; i++) a[i] = i;"
     "for (var j = 0; j < a.length; j++) { var x = a[j]; t += x; } return t;",
     "const a = []; let t = 0; for (let i = 0; i < 1000; i++) a[i] = i; for (const x of a) { t += x; } return t;"},
    {"number to string", 1000, "for (var i = 0; i < 1000; i++) String(i + 0.1);"},
    {"regular expression exec", 100,
     "var r = /(\\w+)@(\\w+)\\.com/; for (var i = 0; i < 100; i++) r.exec('mail to someone@example.com please');"},
    {"split and join", 100, "for (var i = 0; i < 100; i++) 'a,b,c,d,e,f,g,h'.split(',').join(';');"},
    {"characters of 10 KB by index", 10000,
     "var s = 'abcdefghij'; while (s.length < 10000) s += s; s = s.substring(0, 10000); var n = 0;"
     "for (var i = 0; i < s.length; i++) if (s[i] === 'e') n++; return n;"},
    {"length of 10 KB", 1000,
     "var s = 'abcdefghij'; while (s.length < 10000) s += s; var n = 0; for (var i = 0; i < 1000; i++) n += s.length; "
     "return n;"},
    {"characters of 10 KB by charCodeAt", 10000,
     "var s = 'abcdefghij'; while (s.length < 10000) s += s; s = s.substring(0, 10000); var n = 0;"
     "for (var i = 0; i < s.length; i++) n += s.charCodeAt(i); return n;"},
    {"characters of 10 KB, not ASCII", 10000,
     "var s = 'abcd\\u00e9fghij'; while (s.length < 10000) s += s; s = s.substring(0, 10000); var n = 0;"
     "for (var i = 0; i < s.length; i++) n += s.charCodeAt(i); return n;"},
};

double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

std::unique_ptr<Engine> loaded(const Program& program) {
    std::unique_ptr<Engine> engine = make_engine();
    if (engine->modern() && !program.modern.empty()) {
        engine->load("new Function(\"" + std::string(program.modern) + "\")");
    } else {
        engine->load("(function() { " + std::string(program.body) + " })");
    }
    return engine;
}

double nanoseconds_each(const Program& program) {
    const std::unique_ptr<Engine> engine = loaded(program);
    std::vector<double> samples;
    int rounds = 1;
    // Rounds of at least 20 ms; the best of five.
    while (samples.size() < 5) {
        const double begin = cpu_seconds();
        for (int i = 0; i < rounds; ++i) engine->run();
        const double spent = cpu_seconds() - begin;
        if (spent < 0.02 && samples.empty()) {
            rounds *= 2;
            continue;
        }
        samples.push_back(spent * 1e9 / rounds / program.operations);
    }
    return *std::min_element(samples.begin(), samples.end());
}

}  // namespace
}  // namespace k6::bench

int main(int count, char** arguments) {
    using namespace k6::bench;
    for (const Program& program : programs) {
        if (count > 1 && program.name != arguments[1]) continue;
        if (count > 2) {
            const std::unique_ptr<Engine> engine = loaded(program);
            for (int i = std::atoi(arguments[2]); i > 0; --i) engine->run();
            continue;
        }
        std::printf("%.*s\t%.2f\n", static_cast<int>(program.name.size()), program.name.data(),
                    nanoseconds_each(program));
        std::fflush(stdout);
    }
}

// Runs a fuzz entry (LLVMFuzzerTestOneInput) on seeds and on mutations of them, the same ones in every run.
//
//   run_mutations(seeds, pieces, 2000);              // pieces: what the format's texts are made of
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace k6::js {

inline void run_mutations(std::span<const std::string_view> seeds, std::span<const std::string_view> pieces,
                          int rounds_per_seed) {
    const auto feed = [](const std::string& text) {
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    };
    std::minstd_rand random(1);
    for (const std::string_view seed : seeds) {
        std::string text(seed);
        for (int i = 0; i < rounds_per_seed; ++i) {
            feed(text);
            if (i % 8 == 0) text = seed;
            const std::size_t place = text.empty() ? 0 : random() % text.size();
            switch (random() % 5) {
                case 0:
                    if (!text.empty()) text[place] = static_cast<char>(random());
                    break;
                case 1:
                    text.erase(place, 1 + random() % 8);
                    break;
                case 2:
                    text.insert(place, text.substr(random() % (text.size() + 1), random() % 32));
                    break;
                case 3:
                    text.resize(place);
                    break;
                default:
                    text.insert(place, pieces[random() % pieces.size()]);
                    break;
            }
            if (text.size() > 4096) text.resize(4096);
        }
    }
}

}  // namespace k6::js

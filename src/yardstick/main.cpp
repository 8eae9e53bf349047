// gravbench-yardstick: what the machine itself can do at this moment (docs/yardstick.md). gravbench starts it beside
// its engines and asks for readings over a channel like theirs; from a shell it prints them.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <new>

#include "base/errors.h"
#include "base/files.h"
#include "machine/machine.h"
#include "yardstick/practical.h"
#include "yardstick/serve.h"
#include "yardstick/yardstick.h"

namespace {

using namespace gravbench;
using yardstick::Yardstick;

/// Where memory ends the kernel ends this process, and not the engine that is measured beside it.
void be_the_first_to_go() {
    std::ofstream("/proc/self/oom_score_adj") << 1000;
}

bool print(const Json& json) {
    std::cout << json.dump() << "\n" << std::flush;
    return static_cast<bool>(std::cout);
}

machine::PracticalPeaks practical_peaks(int threads) {
#ifndef GRAVBENCH_HAS_ONEDNN
    throw DataError("built without oneDNN");
#endif
    return yardstick::practical_peaks(executable_folder() / yardstick::practical_program, threads);
}

bool print_readings(Yardstick& yardstick, int threads, int count) {
    bool is_printed = print(machine::to_json(yardstick.description()));
    for (int i = 0; i < count && is_printed; ++i) {
        is_printed = print(machine::to_json(yardstick.read(threads)));
    }
    return is_printed;
}

}  // namespace

int main(int argc, char** argv) {
    const machine::Machine machine = machine::read_machine();
    CLI::App app(
        "Measures what the machine itself can do at this moment: arithmetic, caches, memory, clock.\n"
        "Prints what it measures with, then readings, a JSON object on each line.");
    int threads = machine::usable_physical_cores(machine);
    int count = 5;
    bool has_practical = false;
    bool is_serving = false;
    app.add_option("--threads", threads, "threads that measure together")
        ->check(CLI::Range(1, 4096))
        ->capture_default_str();
    app.add_option("--count", count, "how many readings")->check(CLI::Range(1, 1'000'000))->capture_default_str();
    app.add_flag("--practical", has_practical, "then what a matmul by oneDNN reaches, on one more line");
    app.add_flag("--serve", is_serving, "answer gravbench's requests, of up to --threads threads");
    CLI11_PARSE(app, argc, argv);
    if (is_serving) {
        be_the_first_to_go();
    }
    try {
        Yardstick yardstick(machine, machine::available_memory_bytes(), threads);
        if (is_serving) {
            serve(yardstick, threads, practical_peaks);
            return 0;
        }
        const bool is_printed = print_readings(yardstick, threads, count) &&
                                (!has_practical || print(machine::to_json(practical_peaks(threads))));
        if (is_printed) {
            return 0;
        }
        std::fputs("gravbench-yardstick: stdout cannot be written\n", stderr);
    } catch (const Error& error) {
        std::fprintf(stderr, "gravbench-yardstick: %s\n", error.what());
    } catch (const std::bad_alloc&) {
        std::fputs("gravbench-yardstick: out of memory\n", stderr);
    }
    return 2;
}

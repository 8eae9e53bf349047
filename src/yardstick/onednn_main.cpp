// gravbench-onednn: what oneDNN reaches on this machine by a large square matmul (docs/yardstick.md). Started by
// gravbench-yardstick (practical.h) with OMP_NUM_THREADS; prints a JSON object on one line.

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <oneapi/dnnl/dnnl.hpp>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/errors.h"
#include "machine/yardstick.h"

namespace {

using namespace gravbench;
using dnnl::memory;

struct Kind {
    const char* name;
    memory::data_type type;
    dnnl::fpmath_mode mode;
};
constexpr Kind kinds[] = {{"f32", memory::data_type::f32, dnnl::fpmath_mode::strict},
                          {"bf16", memory::data_type::bf16, dnnl::fpmath_mode::strict},
                          {"f32 as bf16", memory::data_type::f32, dnnl::fpmath_mode::bf16}};

/// A machine with many cores needs a large one. A reference kernel takes a tenth of a second for the smallest. In small
/// steps: on a busy machine a small call takes as long as its threads wait for each other, some 10 ms, and tells little
/// of a large one.
constexpr int sizes[] = {128, 256, 512, 1024, 2048, 4096};
constexpr double longest_call_s = 0.12;
constexpr double time_for_each_size_s = 0.03;
/// What disturbs one type may be over when it has its next turn.
constexpr int turns_for_best_size = 3;

double gflop(int size) {
    return 2.0 * size * size * size / 1e9;
}

/// With whatever layouts the library likes best.
dnnl::matmul::primitive_desc descriptor_for(const Kind& kind, int size, const dnnl::engine& engine) {
    const memory::desc matrix({size, size}, kind.type, memory::format_tag::any);
    dnnl::primitive_attr attributes;
    attributes.set_fpmath_mode(kind.mode);
#if DNNL_VERSION_MAJOR >= 3
    return dnnl::matmul::primitive_desc(engine, matrix, matrix, matrix, attributes);
#else
    return dnnl::matmul::primitive_desc(dnnl::matmul::desc(matrix, matrix, matrix), attributes, engine);
#endif
}

/// As f32 or as bf16 these are ones, or ones and zeros: no number that a CPU takes longer for.
memory ones(const memory::desc& description, const dnnl::engine& engine) {
    memory matrix(description, engine);
    std::fill_n(static_cast<float*>(matrix.get_data_handle()), description.get_size() / sizeof(float), 1.0F);
    return matrix;
}

class Matmul {
  public:
    Matmul(const Kind& kind, int size)
        : descriptor_(descriptor_for(kind, size, engine_)),
          matmul_(descriptor_),
          arguments_{{DNNL_ARG_SRC, ones(descriptor_.src_desc(), engine_)},
                     {DNNL_ARG_WEIGHTS, ones(descriptor_.weights_desc(), engine_)},
                     {DNNL_ARG_DST, ones(descriptor_.dst_desc(), engine_)}} {}

    std::string kernel() const { return descriptor_.impl_info_str(); }

    double seconds_of_one_call() {
        const std::int64_t begin = monotonic_ns();
        matmul_.execute(stream_, arguments_);
        stream_.wait();
        return static_cast<double>(std::max<std::int64_t>(monotonic_ns() - begin, 1)) / ns_per_s;
    }

  private:
    dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
    dnnl::stream stream_{engine_};
    dnnl::matmul::primitive_desc descriptor_;
    dnnl::matmul matmul_;
    std::unordered_map<int, memory> arguments_;
};

/// By the fastest of its calls: at least two, since the first one starts threads and touches memory.
machine::PracticalPeak measure(const Kind& kind, int size, double least_s) {
    Matmul matmul(kind, size);
    double spent = matmul.seconds_of_one_call();
    double best = spent;
    do {
        const double seconds = matmul.seconds_of_one_call();
        best = std::min(best, seconds);
        spent += seconds;
    } while (spent < least_s);
    return {kind.name, gflop(size) / best, matmul.kernel(), size};
}

bool is_less(const machine::PracticalPeak& one, const machine::PracticalPeak& other) {
    return one.gflops < other.gflops;
}

/// Of the sizes with which a call is not too long, by what smaller ones reached, the one that reaches most.
machine::PracticalPeak peak_of(const Kind& kind) {
    machine::PracticalPeak best = measure(kind, sizes[0], time_for_each_size_s);
    for (const int size : sizes) {
        if (size > sizes[0] && gflop(size) / best.gflops < longest_call_s) {
            best = std::max(best, measure(kind, size, time_for_each_size_s), is_less);
        }
    }
    return best;
}

/// Nothing where CPU or library cannot multiply that type.
std::optional<machine::PracticalPeak> peak_if_any(const Kind& kind) {
    try {
        return peak_of(kind);
    } catch (const dnnl::error& error) {
        if (error.status != dnnl_unimplemented) {
            throw;
        }
        return std::nullopt;
    }
}

std::vector<machine::PracticalPeak> peaks_of_all() {
    std::vector<std::pair<const Kind*, machine::PracticalPeak>> found;
    for (const Kind& kind : kinds) {
        if (const auto peak = peak_if_any(kind)) {
            found.emplace_back(&kind, *peak);
        }
    }
    for (int turn = 0; turn < turns_for_best_size; ++turn) {
        for (auto& [kind, peak] : found) {
            peak = std::max(peak, measure(*kind, peak.size, time_for_each_size_s), is_less);
        }
    }
    std::vector<machine::PracticalPeak> peaks;
    for (const auto& [kind, peak] : found) {
        peaks.push_back(peak);
    }
    return peaks;
}

std::string library_name() {
    const dnnl_version_t& version = *dnnl_version();
    return fmt::format("oneDNN {}.{}.{}", version.major, version.minor, version.patch);
}

machine::PracticalPeaks practical_peaks(const std::string& threads) {
    const char* given = std::getenv("OMP_NUM_THREADS");
    if (given == nullptr || threads != given) {
        throw DataError(fmt::format("OpenMP takes its threads from its environment: OMP_NUM_THREADS={}", threads));
    }
    if (DNNL_CPU_RUNTIME != DNNL_RUNTIME_OMP) {
        throw DataError("this oneDNN takes its threads from something else than OpenMP");
    }
    return {std::stoi(threads), library_name(), peaks_of_all()};
}

}  // namespace

int main(int argc, char** argv) {
    Json answer;
    try {
        if (argc != 2) {
            throw UsageError("usage: OMP_NUM_THREADS=N gravbench-onednn N");
        }
        answer = machine::to_json(practical_peaks(argv[1]));
    } catch (const std::exception& error) {
        answer = {{"error", error.what()}};
    }
    std::cout << answer.dump(-1, ' ', false, Json::error_handler_t::replace) << "\n" << std::flush;
    return std::cout && !answer.contains("error") ? 0 : 2;
}

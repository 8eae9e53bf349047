#include "plan/setting.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "base/errors.h"
#include "base/files.h"
#include "plan/identity.h"

namespace gravbench::plan {
namespace {

using Apply = std::function<void(const Value&, LaunchSetup&)>;

std::string upper_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
    return text;
}

/// Sets the variable to the value's text, unless the value is "default".
Apply environment(const std::string& variable) {
    return [variable](const Value& value, LaunchSetup& setup) {
        if (!is_word(value, "default")) {
            setup.environment[variable] = text_of(value);
        }
    };
}

void apply_threads(const Value& value, LaunchSetup& setup) {
    setup.environment["OMP_NUM_THREADS"] =
        is_word(value, "cores") ? std::to_string(setup.physical_cores) : text_of(value);
}

void apply_fpmath(const Value& value, LaunchSetup& setup) {
    // The older of the two names: every oneDNN since 2.6 knows it. Strict is said too, so that the log shows it.
    setup.environment["DNNL_DEFAULT_FPMATH_MODE"] = upper_case(text_of(value));
}

void apply_isa(const Value& value, LaunchSetup& setup) {
    if (!is_word(value, "default")) {
        setup.environment["ONEDNN_MAX_CPU_ISA"] = upper_case(text_of(value));
    }
}

void apply_thp(const Value& value, LaunchSetup& setup) {
    if (is_word(value, "on")) {
        setup.environment["THP_MEM_ALLOC_ENABLE"] = "1";
        // The aarch64 wheel's allocator is mimalloc, which never reads the former (docs/facts.md).
        setup.environment["MIMALLOC_ALLOW_LARGE_OS_PAGES"] = "1";
    }
}

void apply_allocator(const Value& value, LaunchSetup& setup) {
    static const std::map<std::string, std::vector<std::string>> libraries{
        {"jemalloc", {"libjemalloc.so.2"}},
        {"tcmalloc", {"libtcmalloc.so.4", "libtcmalloc_minimal.so.4"}},
        {"mimalloc", {"libmimalloc.so.3", "libmimalloc.so.2"}}};
    static const std::vector<std::string> folders{"/usr/local/lib", "/usr/lib/x86_64-linux-gnu",
                                                  "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"};
    if (is_word(value, "default")) {
        return;
    }
    const auto& names = libraries.at(text_of(value));
    for (const std::string& folder : folders) {
        for (const std::string& name : names) {
            const auto path = std::filesystem::path(folder) / name;
            if (is_there(path)) {
                setup.environment["LD_PRELOAD"] = path.string();
                return;
            }
        }
    }
    throw UsageError(fmt::format("--allocator: {} is not installed: no {} in {}", text_of(value),
                                 fmt::join(names, " or "), fmt::join(folders, ", ")));
}

constexpr double many = 1e12;
using Via = Setting::Via;

std::vector<Setting> make_settings() {
    // clang-format off
    return {
        {"batch", integer(1, many), 1, "input shape: how many items one inference takes", Via::shape, {}, {}},
        {"seq", integer(1, many), 128, "input shape: sequence length", Via::shape, {}, {}},
        {"threads", integer(1, 4096, {"cores"}), "cores",
         "threads of one inference (OMP_NUM_THREADS); cores: every physical core that may be used", Via::environment,
         apply_threads, {"OMP_NUM_THREADS"}},
        {"fpmath", one_of({"strict", "bf16", "f16", "any"}), "strict",
         "oneDNN's default floating-point math mode (DNNL_DEFAULT_FPMATH_MODE)", Via::environment, apply_fpmath,
         {"DNNL_DEFAULT_FPMATH_MODE", "ONEDNN_DEFAULT_FPMATH_MODE"}},
        {"matmul-precision", one_of({"highest", "high", "medium"}), "highest",
         "ATen's float32 matmul precision; medium lets x86 Linear layers reach oneDNN", Via::engine,
         {}, {}},
        {"dtype", one_of({"fp32", "bf16"}), "fp32",
         "which of the bundle's files; of OpenVINO, which makes bf16 of fp32, the precision that it computes in", Via::file,
         {}, {}},
        {"jit", one_of({"none", "freeze", "ofi", "llga"}), "none",
         "the file as it is; torch::jit::freeze; optimize_for_inference; freeze and the oneDNN Graph fuser", Via::engine,
         {}, {}},
        {"layout", one_of({"contiguous", "channels_last"}), "contiguous",
         "memory format of weights and inputs of 4 dimensions", Via::engine, {}, {}},
        {"lru-cache", integer(1, many, {"default"}), "default",
         "LRU_CACHE_CAPACITY, ideep's cache (0 makes an x86 convolution crash, so it starts at 1)", Via::environment,
         environment("LRU_CACHE_CAPACITY"), {"LRU_CACHE_CAPACITY"}},
        {"primitive-cache", integer(0, many, {"default"}), "default",
         "ONEDNN_PRIMITIVE_CACHE_CAPACITY, oneDNN's cache; 0 disables it", Via::environment,
         environment("ONEDNN_PRIMITIVE_CACHE_CAPACITY"),
         {"ONEDNN_PRIMITIVE_CACHE_CAPACITY", "DNNL_PRIMITIVE_CACHE_CAPACITY"}},
        {"thp", one_of({"off", "on"}), "off",
         "transparent huge pages for tensors (THP_MEM_ALLOC_ENABLE; mimalloc's large pages)", Via::environment, apply_thp,
         {"THP_MEM_ALLOC_ENABLE", "MIMALLOC_ALLOW_LARGE_OS_PAGES"}},
        {"allocator", one_of({"default", "jemalloc", "tcmalloc", "mimalloc"}), "default",
         "the process's malloc (LD_PRELOAD)", Via::environment, apply_allocator, {"LD_PRELOAD"}},
        {"isa", one_of({"default", "sse41", "avx", "avx2", "avx2_vnni", "avx512_core", "avx512_core_vnni", "avx512_core_bf16",
                        "avx512_core_fp16", "avx512_core_amx", "avx10_1_512", "asimd", "sve_128", "sve_256", "sve_512"}),
         "default", "the best instruction set that oneDNN may use (ONEDNN_MAX_CPU_ISA)", Via::environment, apply_isa,
         {"ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"}},
        {"onednn", one_of({"on", "off"}), "on", "whether ATen may use oneDNN (setUserEnabledMkldnn)", Via::engine,
         {}, {}},
        {"graph-optimization", one_of({"off", "basic", "extended", "all"}), "all",
         "how far ONNX Runtime may rewrite the graph (its graph optimization level)", Via::engine, {}, {}},
        {"arena", one_of({"on", "off"}), "on", "whether ONNX Runtime keeps freed memory in an arena for its own use",
         Via::engine, {}, {}},
        {"hint", one_of({"latency", "throughput"}), "latency", "what OpenVINO's defaults are to suit (PERFORMANCE_HINT)",
         Via::engine, {}, {}},
        {"engine", any_text(), default_engine,
         "torch, an engine of configs/engines (graviton3-emulated), or the path of a definition or program "
         "(docs/engines.md)", Via::program, {}, {}},
    };
    // clang-format on
}

}  // namespace

const std::vector<Setting>& settings() {
    static const std::vector<Setting> table = make_settings();
    return table;
}

const Setting* find_setting(const std::string& name) {
    const auto found = std::find_if(settings().begin(), settings().end(),
                                    [&](const Setting& setting) { return setting.name == name; });
    return found == settings().end() ? nullptr : &*found;
}

LaunchSetup launch_setup(const Settings& cell, const std::map<std::string, std::string>& environment,
                         int physical_cores) {
    LaunchSetup setup;
    setup.physical_cores = physical_cores;
    for (const Setting& setting : settings()) {
        if (const auto found = cell.find(setting.name); found != cell.end() && setting.apply) {
            setting.apply(found->second, setup);
        }
    }
    for (const auto& [variable, text] : environment) {
        setup.environment[variable] = text;
    }
    return setup;
}

std::optional<std::string> contradiction(const Settings& cell, const std::map<std::string, std::string>& environment) {
    for (const Setting& setting : settings()) {
        for (const std::string& variable : setting.variables) {
            if (const auto found = environment.find(variable); found != environment.end()) {
                return fmt::format("env {}={} contradicts the setting \"{}\", which sets that variable; use --{}",
                                   variable, found->second, setting.name, setting.name);
            }
        }
    }
    const auto is = [&](const char* name, const char* word) {
        const auto found = cell.find(name);
        return found != cell.end() && is_word(found->second, word);
    };
    if (is("onednn", "off") && is("jit", "llga")) {
        return "onednn off contradicts jit llga, which is oneDNN's Graph fuser";
    }
    if (is("onednn", "off") && cell.count("fpmath") != 0 && !is("fpmath", "strict")) {
        return fmt::format("onednn off contradicts fpmath {}, which is oneDNN's", text_of(cell.at("fpmath")));
    }
    return std::nullopt;
}

}  // namespace gravbench::plan

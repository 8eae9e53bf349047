#include <fmt/format.h>

#include "doctor/check.h"
#include "doctor/regression.h"

namespace gravbench::doctor {
namespace {

bool is_torch(const Facts& facts) {
    return facts.engine && !facts.engine->torch.empty();
}

std::vector<Finding> look_at_engine(const Facts& facts) {
    if (!facts.engine) {
        return facts.engine_error.empty()
                   ? std::vector<Finding>{{Status::unknown, "not asked (--engine none)", ""}}
                   : std::vector<Finding>{{Status::unfit, facts.engine_error,
                                           "build it (scripts/quickstart.sh), or name another with --engine"}};
    }
    const protocol::EngineDescription& engine = facts.engine->description;
    const std::string who = fmt::format("{} {}", engine.name, engine.version);
    if (!machine::is_same_cpu(engine.arch, engine.cpu, facts.machine)) {
        return {{Status::unfit,
                 fmt::format("{} runs on {} {}, this machine is {} {}: the engine is emulated", who, engine.arch,
                             engine.cpu, facts.machine.arch, facts.machine.cpu),
                 "measure on such a machine; under emulation only what runs can be seen: gravbench audit",
                 {},
                 "under emulation every instruction is translated: no time means anything"}};
    }
    return {{Status::good, fmt::format("{}{}{}", who, engine.isa.empty() ? "" : ", ", engine.isa), ""}};
}

std::vector<Finding> look_at_onednn(const Facts& facts) {
    if (!is_torch(facts)) {
        return {};
    }
    if (facts.engine->onednn.empty()) {
        return {{Status::warning, "this LibTorch is built without oneDNN",
                 "pip install torch (the official wheels have it)"}};
    }
    return {{Status::good, facts.engine->onednn, ""}};
}

std::vector<Finding> look_at_acl(const Facts& facts) {
    if (!is_torch(facts) || facts.engine->description.arch != "aarch64") {
        return {};
    }
    if (facts.engine->acl.empty()) {
        return {{Status::warning, "this LibTorch has no Arm Compute Library",
                 "use the official wheel for aarch64, or build with USE_MKLDNN=ON USE_MKLDNN_ACL=ON"}};
    }
    return {{Status::good, facts.engine->acl, ""}};
}

std::vector<Finding> look_at_blas(const Facts& facts) {
    if (!is_torch(facts)) {
        return {};
    }
    const std::string& blas = facts.engine->blas;
    if (blas.empty()) {
        return {{Status::unknown, "LibTorch does not tell which it was built with", ""}};
    }
    const bool is_mkl = blas.find("mkl") != std::string::npos;
    if (facts.engine->description.arch == "x86_64" && !is_mkl) {
        return {{Status::notice, fmt::format("{}: the official wheels for x86 have MKL", blas),
                 "compare with the official wheel before blaming the CPU"}};
    }
    return {{Status::good,
             fmt::format("{}{}", blas, is_mkl ? ": it computes fp32 Linear layers, which --fpmath does not reach" : ""),
             ""}};
}

std::vector<Finding> look_at_openmp(const Facts& facts) {
    if (!is_torch(facts)) {
        return {};
    }
    const std::vector<std::string>& runtimes = facts.engine->openmp;
    if (runtimes.empty()) {
        return {{Status::unknown, "the engine does not tell which is loaded", ""}};
    }
    if (runtimes.size() == 1) {
        return {{Status::good, runtimes.front(), ""}};
    }
    return {{Status::warning, fmt::format("{} in one process: {}", runtimes.size(), fmt::join(runtimes, ", ")),
             "link the engine to one runtime only (ldd shows who brings the other), or take it out of LD_PRELOAD"}};
}

std::vector<Finding> look_for_regressions(const Facts& facts) {
    std::vector<Finding> findings;
    for (const Regression& row : known_regressions(facts)) {
        findings.push_back({Status::warning, fmt::format("{}: {}", row.library, row.what), row.remedy, {}, row.thread});
    }
    if (findings.empty()) {
        findings.push_back({Status::good, fmt::format("none of {} applies", regressions().size()), ""});
    }
    return findings;
}

}  // namespace

const std::vector<Check>& engine_checks() {
    static const std::vector<Check> table{
        {"engine", "what measures must start, and must run on this machine's own CPU", look_at_engine},
        {"onednn", "LibTorch's fast convolutions are oneDNN's", look_at_onednn},
        {"arm compute library", "on aarch64, oneDNN's fast BF16 kernels and LibTorch's Linear layers are in it",
         look_at_acl},
        {"blas", "what does not go to oneDNN goes there", look_at_blas},
        {"openmp runtimes",
         "each has threads of its own, which compete for the same cores "
         "(https://github.com/pytorch/pytorch/issues/166087)",
         look_at_openmp},
        {"known regressions", "old versions are slow in ways that no setting mends", look_for_regressions},
    };
    return table;
}

}  // namespace gravbench::doctor

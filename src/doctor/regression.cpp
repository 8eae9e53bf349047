#include "doctor/regression.h"

#include <algorithm>
#include <cctype>

namespace gravbench::doctor {
namespace {

bool is_arm_engine(const Facts& facts) {
    return facts.engine && facts.engine->description.arch == "aarch64";
}

bool is_x86_engine(const Facts& facts) {
    return facts.engine && facts.engine->description.arch == "x86_64";
}

bool has_open_blas(const Facts& facts) {
    return is_arm_engine(facts) && facts.engine->blas.find("open") != std::string::npos &&
           machine::usable_physical_cores(facts.machine) > 1;
}

bool has_no_acl(const Facts& facts) {
    return is_arm_engine(facts) && facts.engine->acl.empty();
}

bool has_many_arm_cores(const Facts& facts) {
    return is_arm_engine(facts) && machine::usable_physical_cores(facts.machine) >= 32;
}

bool has_amx(const Facts& facts) {
    return is_x86_engine(facts) && has_isa(facts, "amx_bf16");
}

bool has_quota(const Facts& facts) {
    return facts.machine.cpu_quota.has_value();
}

std::string version_text(const Facts& facts, const std::string& library) {
    if (library == "linux") {
        return facts.machine.kernel;
    }
    return !facts.engine ? "" : library == "torch" ? facts.engine->torch : facts.engine->onednn;
}

}  // namespace

Version version_of(const std::string& text) {
    Version version;
    std::size_t at = 0;
    while (at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) != 0) {
        int number = 0;
        for (; at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) != 0 && number < 1000000; ++at) {
            number = 10 * number + (text[at] - '0');
        }
        version.push_back(number);
        at += at < text.size() && text[at] == '.' ? 1 : text.size();
    }
    return version;
}

const std::vector<Regression>& regressions() {
    static const std::vector<Regression> table{
        {"torch",
         {1, 13, 1},
         {1, 14},
         has_no_acl,
         "the wheel of 1.13.1 for aarch64 was built without oneDNN and Arm Compute Library; that of 1.13.0 has both",
         "pip install torch==1.13.0, or 'torch>=2.1'",
         "https://github.com/pytorch/pytorch/issues/96983"},
        {"torch",
         {2, 0, 0},
         {2, 0, 1},
         has_no_acl,
         "the first wheel of 2.0.0 for aarch64 was built without oneDNN and Arm Compute Library; build 2.0.0-1 has "
         "both",
         "pip install --force-reinstall torch==2.0.0, which takes build 2.0.0-1; or 'torch>=2.1'",
         "https://github.com/pytorch/pytorch/issues/96983"},
        {"torch",
         {2, 1},
         {2, 3},
         has_open_blas,
         "OpenBLAS with several threads: 4.9 s instead of 2.8 s for GPT2-large on a c7g.4xlarge",
         "pip install 'torch>=2.3'",
         "https://github.com/pytorch/pytorch/issues/119374"},
        {"torch",
         {2, 7},
         {2, 10},
         has_many_arm_cores,
         "the wheel's libgomp 8.5 becomes slower, not faster, from 32 threads on",
         "pip install 'torch>=2.10', or several processes of at most 16 threads",
         "https://github.com/pytorch/pytorch/issues/155795"},
        {"onednn",
         {3, 3, 2},
         {3, 3, 5},
         is_x86_engine,
         "convolutions slower than with 3.1.1, and a crash of conv2d after permute (torch 2.2)",
         "pip install 'torch>=2.3'",
         "https://github.com/pytorch/pytorch/pull/120767"},
        {"onednn",
         {3, 12, 3},
         {3, 12, 4},
         has_amx,
         "f16 matmuls run in the reference code, more than a thousand times slower (torch 2.14.0)",
         "another version of torch: 2.13.0 has oneDNN 3.12.0, which is not affected",
         "https://github.com/pytorch/pytorch/issues/193951"},
        {"linux",
         {0},
         {5, 4},
         has_quota,
         "processes are throttled before they have used up their CPU quota",
         "a kernel of 5.4 or later",
         "https://github.com/kubernetes/kubernetes/issues/67577"},
    };
    return table;
}

std::vector<Regression> known_regressions(const Facts& facts) {
    std::vector<Regression> found;
    std::copy_if(regressions().begin(), regressions().end(), std::back_inserter(found), [&](const Regression& row) {
        const Version version = version_of(version_text(facts, row.library));
        return !version.empty() && version >= row.first && version < row.mended && row.applies(facts);
    });
    return found;
}

}  // namespace gravbench::doctor

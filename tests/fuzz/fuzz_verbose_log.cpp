// libFuzzer target: whatever a log holds, reading it ends, without a fault, and what was read survives JSON.
// scripts/fuzz.sh builds and runs it.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "audit/audit.h"
#include "audit/comparison.h"
#include "audit/requirement.h"
#include "audit/summary.h"

using namespace gravbench;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) {
        return 0;
    }
    // The first two bytes say where warm-up ends and how many inferences followed; the rest is the log.
    const std::string log(reinterpret_cast<const char*>(data) + 2, size - 2);
    const std::size_t border = log.size() * data[0] / 255;
    const std::vector<std::int64_t> samples(data[1] % 5, 1000000);
    const audit::Audit audit = audit::make_audit({log.substr(0, border), log.substr(border)}, samples);
    const Json json = audit::describe(audit, 1.0, true);
    // What no JSON can hold, broken UTF-8, is what a document replaces when it is written.
    const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
    const audit::Audit again = audit::audit_from(Json::parse(text));
    if (again.kernels.size() != audit.kernels.size() || again.sequence != audit.sequence) {
        std::abort();
    }
    for (const audit::RequirementKind& kind : audit::requirement_kinds()) {
        audit::complaint({kind.name, kind.has_share ? audit::default_share : 0}, audit);
    }
    audit::describe_difference(audit, again);
    return 0;
}

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "base/errors.h"
#include "base/files.h"
#include "base/text.h"
#include "cli/command.h"
#include "compare/across.h"
#include "compare/comparison.h"
#include "doctor/report.h"
#include "document/writer.h"
#include "plan/plan.h"
#include "protocol/messages.h"

namespace gravbench::cli {
namespace {

struct Schema {
    const char* name;
    std::string (*text)();
};

const std::vector<Schema>& schemas() {
    static const std::vector<Schema> table{{"results", [] { return std::string(results_schema()); }},
                                           {"comparison", [] { return std::string(comparison_schema()); }},
                                           {"across", [] { return std::string(across_schema()); }},
                                           {"config", [] { return readable_json(plan::config_schema()); }},
                                           {"manifest", [] { return std::string(manifest_schema()); }},
                                           {"protocol", [] { return std::string(protocol_schema()); }},
                                           {"doctor", [] { return std::string(doctor_schema()); }}};
    return table;
}

std::vector<std::string> schema_names() {
    std::vector<std::string> names;
    for (const Schema& schema : schemas()) {
        names.emplace_back(schema.name);
    }
    return names;
}

std::string listed(const std::vector<std::string>& names) {
    return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

Action set_up_schema(CLI::App& app, const std::vector<std::string>&) {
    auto name = std::make_shared<std::string>();
    app.add_option("NAME", *name, listed(schema_names()))->required();
    return [name] {
        const auto found = std::find_if(schemas().begin(), schemas().end(),
                                        [&](const Schema& schema) { return *name == schema.name; });
        if (found == schemas().end()) {
            throw UsageError(fmt::format("schema: \"{}\" is not one of {}{}", *name, listed(schema_names()),
                                         did_you_mean(*name, schema_names())));
        }
        const std::string text = found->text();
        print_to(stdout, text);
        return ExitCode::fine;
    };
}

}  // namespace gravbench::cli

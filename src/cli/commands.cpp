#include "cli/command.h"

namespace gravbench::cli {

const std::vector<Command>& commands() {
    static const std::vector<Command> table{
        {"run", "measure models under every combination of the settings given", set_up_run},
        {"audit", "show which kernels oneDNN ran, in which precision, and what became of each setting", set_up_audit},
        {"show", "show a results document as a table, CSV, ...", set_up_show},
        {"models", "list the bundles found, with their inputs", set_up_models},
        {"schema", "print the JSON Schema of a results document, a config, a manifest or the engine protocol",
         set_up_schema},
    };
    return table;
}

}  // namespace gravbench::cli

#include "cli/command.h"

namespace gravbench::cli {

const std::vector<Command>& commands() {
    static const std::vector<Command> table{
        {"run", "measure models under every combination of the settings given", set_up_run},
        {"audit", "show which kernels oneDNN ran, in which precision, and what became of each setting", set_up_audit},
        {"doctor", "say whether this machine is set up as the Graviton guide advises, and fit to measure",
         set_up_doctor},
        {"show", "show a results document as a table, CSV, ...", set_up_show},
        {"models", "list the bundles found, with their inputs", set_up_models},
        {"schema",
         "print the JSON Schema of a results document, a config, a manifest, the engine protocol or the doctor",
         set_up_schema},
    };
    return table;
}

}  // namespace gravbench::cli

#include "cli/command.h"

namespace gravbench::cli {

const std::vector<Command>& commands() {
    static const std::vector<Command> table{
        {"run", "measure models under every combination of the settings given", set_up_run},
        {"audit", "show which kernels oneDNN ran, in which precision, and what became of each setting", set_up_audit},
        {"compare", "judge one results document against another: faster, slower, the same, or not to be told",
         set_up_compare},
        {"noise", "measure how small a difference this machine can show, by one cell against itself", set_up_noise},
        {"doctor", "say whether this machine is set up as the Graviton guide advises, and fit to measure",
         set_up_doctor},
        {"check-engine", "say which rules of the engine protocol a program does not keep", set_up_check_engine},
        {"show", "show a results document as a table, CSV, ...", set_up_show},
        {"models", "list the bundles found, with their inputs", set_up_models},
        {"schema",
         "print the JSON Schema of a results document, a comparison, a config, a manifest, the engine protocol or the "
         "doctor",
         set_up_schema},
    };
    return table;
}

}  // namespace gravbench::cli

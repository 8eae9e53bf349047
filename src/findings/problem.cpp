#include "findings/problem.h"

#include <algorithm>

namespace gravbench::findings {

const std::vector<ProblemKind>& problem_kinds() {
    constexpr ExitCode fine = ExitCode::fine;
    constexpr ExitCode accuracy = ExitCode::accuracy;
    constexpr ExitCode untrusted = ExitCode::not_trustworthy;
    constexpr ExitCode failed = ExitCode::cell_failed;
    // clang-format off
    static const std::vector<ProblemKind> table{
        {"engine_not_started", "the engine could not be started", "check --engine and the log", true, failed},
        {"protocol_mismatch", "the engine speaks another protocol version", "use front and engine of one release", true, failed},
        {"engine_garbled", "the engine sent what is no message of the protocol", "report it to the engine's author", true, failed},
        {"engine_crashed", "a signal ended the engine", "see the log; try with other settings", true, failed},
        {"engine_exited", "the engine ended before it was told to", "see the log: the model may call exit", true, failed},
        {"engine_killed", "somebody killed the engine, most often the kernel for lack of memory", "smaller batch, or a machine with more memory", true, failed},
        {"engine_timeout", "the engine did not answer in time", "see the log; raise --timeout if the model is slow", true, failed},
        {"log_too_large", "the model or engine printed without end", "see the log", true, failed},
        {"bad_request", "the engine did not understand the front", "use front and engine of one release", true, failed},
        {"unknown_request", "the engine does not know a request", "use front and engine of one release", true, failed},
        {"setting_not_supported", "the engine cannot apply a setting", "leave the setting out for this engine", true, failed},
        {"model_not_loadable", "the engine cannot read the model's file", "export it again", true, failed},
        {"prepare_failed", "freezing, optimising or compiling the model failed", "see the message; --jit none leaves it as it is", true, failed},
        {"inputs_do_not_fit", "the model takes other arguments", "correct --input or the manifest", true, failed},
        {"inference_failed", "the model's forward threw", "see the message", true, failed},
        {"out_of_memory", "an allocation failed", "smaller batch, or a machine with more memory", true, failed},
        {"reference_not_readable", "the reference's file is damaged", "remove it; it is made again", true, failed},
        {"outputs_do_not_match", "the outputs are not shaped like the reference's", "use --accuracy off if that is intended", true, failed},
        {"reference_failed", "there is no reference to compare with", "see the message, or use --accuracy off", true, failed},
        {"nonfinite_output", "the outputs hold NaN, or infinities that the reference has not", "do not use these settings", true, accuracy},
        {"accuracy_below_limit", "the cosine similarity is below --min-cosine", "do not use these settings, or lower the limit", true, accuracy},
        {"reference_differs_from_export", "this engine's reference is not what eager PyTorch gave at export", "export the model again; if it stays, the engine computes something else", true, untrusted},
        {"setting_without_effect", "a setting that was asked for changed nothing, or is not in force", "leave it out, or see the evidence", false, fine},
        {"requirement_not_met", "the audit does not show what --require asks for", "see the kernels named; gravbench audit shows all", true, untrusted},
        {"audit_failed", "the launch under oneDNN's profile failed", "see the message; --audit off does without", false, fine},
        {"audit_incomplete", "lines of oneDNN's log could not be read", "report the log to gravbench's authors", false, fine},
        {"setting_unknown_effect", "nothing shows what became of a setting that was asked for", "see the evidence; outputs and latency beside a cell without it may tell", false, fine},
        {"not_audited", "there was no time left for the audit", "raise --max-time", false, fine},
        {"not_measured", "there was no time left for the cell", "raise --max-time", true, untrusted},
        {"figure_missing", "the figure that was asked for cannot be given", "see the reason; longer blocks (--duration, --iterations, --blocks) have more samples", false, untrusted},
        {"launches_in_groups", "launches form groups that are far from each other, so that a figure of all lies near none", "see whether something else ran during some of them; more launches show how often each group comes", false, fine},
        {"not_converged", "the figure is not known to --precision", "give the time that the message names to --max-time, or settle for less precision", false, fine},
        {"disturbed", "other work on the machine took part in many blocks", "stop what else runs; see gravbench doctor", false, fine},
        {"drifting", "launches got slower or faster as the run went on", "see whether the machine throttles, or another load came or went", false, fine},
        {"unusual_launch", "a launch is far from the others", "look at its place in samples; more launches show whether it belongs there", false, fine},
        {"not_steady", "warm-up was not seen to end in most launches", "raise --warmup-time", false, fine},
        {"engine_not_idle", "the engine goes on working between blocks, so it cannot wait beside others", "figures stand, but its cells are not interleaved block by block", false, fine},
        {"too_few_launches", "fewer launches than asked for", "raise --max-time, or see the failed launches", false, fine},
        {"launch_failed", "some launches failed, others did not", "see the message", false, failed},
        {"emulated", "the engine runs on an emulated CPU: its times mean nothing", "measure on the real machine", true, fine},
        {"interrupted", "the run was stopped before the cell had all its launches", "the same command with --resume goes on with it", false, fine},
    };
    // clang-format on
    return table;
}

const ProblemKind* find_problem_kind(const std::string& code) {
    const auto found = std::find_if(problem_kinds().begin(), problem_kinds().end(),
                                    [&](const ProblemKind& kind) { return kind.code == code; });
    return found == problem_kinds().end() ? nullptr : &*found;
}

bool is_invalid(const std::vector<Problem>& problems) {
    return std::any_of(problems.begin(), problems.end(), [](const Problem& problem) {
        const ProblemKind* kind = find_problem_kind(problem.code);
        return kind != nullptr && kind->invalidates;
    });
}

}  // namespace gravbench::findings

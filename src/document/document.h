#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "audit/audit.h"
#include "base/exit_code.h"
#include "base/json.h"
#include "base/value.h"
#include "figures/latency.h"
#include "figures/precision.h"
#include "findings/effect.h"
#include "findings/problem.h"
#include "machine/machine.h"
#include "plan/identity.h"
#include "plan/plan.h"
#include "protocol/messages.h"
#include "records/launch_record.h"

/// A results document: all that one command measured, with its figures and findings. document/build.h makes one from
/// records, document/writer.h writes it, document/reader.h reads any that a released version wrote. Views, comparisons
/// and exit codes take `const Document&`.
namespace gravbench::document {

struct Tool {
    std::string version;
    std::string commit;
};

struct Run {
    std::string id;
    std::string started;   ///< UTC, ISO 8601
    std::string finished;  ///< UTC, ISO 8601
    bool is_complete = true;
    Tool tool;
    std::string command;
    std::uint64_t seed = 0;
    /// What was asked for, as a config file has it; kept as it was, for `run --baseline`. Nothing here looks into it.
    Json given = Json::object();
};

/// What a machine's readings were made with, and the best of them: its peaks, by the number of threads. And what a
/// library reaches, by the number of threads too.
struct Yardstick {
    /// Nothing where the readings are of an interrupted run that went on without a yardstick.
    std::optional<machine::YardstickDescription> loops;
    std::vector<machine::YardstickReading> peaks;
    std::vector<machine::PracticalPeaks> practical = {};
};

/// One machine of the document; launches point to it.
struct Machine {
    machine::Machine host;
    /// Nothing where no block has a reading.
    std::optional<Yardstick> yardstick = {};
};

/// One engine of the document, as it described itself; launches point to it. The same program under another setting may
/// describe itself otherwise, and is then another entry.
struct Engine {
    protocol::EngineDescription description;
    /// Whether its CPU is not the machine's own, so that its times mean nothing.
    bool is_emulated = false;
    /// Nothing in documents of earlier versions, and of journals.
    std::optional<plan::EngineFile> file = {};
};

struct Model {
    std::string name;
    std::optional<std::string> sha256;  ///< of the file that was measured
    std::string weights_kind;           ///< "random", "pretrained", ...; empty where nothing is said
    /// Where it comes from and what its weights are, as the manifest says; kept as it was.
    Json source;
    Json weights;
};

struct Launch {
    std::size_t machine = 0;  ///< index into Document::machines
    std::size_t engine = 0;   ///< index into Document::engines
    bool is_unusual = false;  ///< far from the cell's other launches
    records::Launch measured;
};

/// What the audit's launch gave. Figures that follow from the kernels are made where they are shown (audit/summary.h).
struct Audit {
    audit::Audit kernels;
    /// The cell's mean latency without the profile, against which shares are taken; nothing under emulation.
    std::optional<double> unprofiled_ms;
    /// Share of an inference's time outside of oneDNN, and why that is not known where it is not.
    std::optional<double> outside_onednn;
    std::string outside_reason;
    bool is_bf16_requested = false;
    int busy_threads = 0;  ///< 0 is not known
    std::int64_t huge_page_bytes = 0;
};

struct Cell {
    plan::Identity identity;
    std::string key;  ///< the identity as people write it
    Model model;
    /// What it ran on first, as indices into Document; nothing where no engine answered.
    std::optional<std::size_t> engine;
    std::optional<std::size_t> machine;
    plan::Settings requested;  ///< complete, but for shape and engine
    std::map<std::string, Value> effective;
    std::vector<findings::Effect> effects;
    std::map<std::string, std::string> environment;
    std::optional<figures::Latency> latency;  ///< in ms; nothing without a complete launch, as are the next two
    std::optional<figures::Figure> throughput;
    std::optional<figures::ColdStart> cold_start;
    std::optional<std::int64_t> peak_rss_bytes;
    std::optional<records::Accuracy> accuracy;
    std::optional<Audit> audit;
    std::optional<figures::Precision> precision;
    std::vector<Launch> launches;  ///< complete ones, in the order of time
    std::vector<findings::Problem> problems;
    std::string log_tail;  ///< of a cell without a complete launch
    bool is_valid = false;

    bool has_problem(const std::string& code) const;
    /// Length of the dimension "batch"; 1 without one.
    std::int64_t batch() const;
    std::size_t blocks() const;
    std::size_t disturbed_blocks() const;
};

/// Two variants that were measured against each other in one run, as indices into Document::cells.
struct Versus {
    std::size_t base = 0;
    std::size_t other = 0;
};

struct Document {
    std::string name;  ///< its file's, or "this run"
    Run run;
    std::vector<Machine> machines;
    std::vector<Engine> engines;
    std::vector<Versus> versus;
    std::vector<Cell> cells;
};

/// The engine that the cell ran on; nullptr where none answered.
const Engine* engine_of(const Document& document, const Cell& cell);
/// The machine that the cell ran on; the document's first where it never ran.
const machine::Machine& machine_of(const Document& document, const Cell& cell);
/// Whether it ran on an emulated CPU.
bool is_emulated(const Document& document, const Cell& cell);
bool is_any_emulated(const Document& document);

/// What a run that gave this document exits with: the gravest of its cells' problems. A cell without a complete launch
/// never leads to `fine`.
ExitCode exit_code_for(const Document& document);

}  // namespace gravbench::document

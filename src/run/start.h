#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "machine/machine.h"
#include "plan/plan.h"
#include "records/journal.h"

namespace gravbench::run {

/// A run's identity, and what an earlier, interrupted try has measured already.
struct Start {
    std::string id;
    std::string started;  ///< UTC
    std::vector<records::LaunchRecord> launches;
    std::vector<records::AuditRecord> audits;
    /// Nothing without an output, for one that is a device or a pipe, or where it could not be made.
    std::optional<records::Journal> journal;
    /// What the user should know.
    std::vector<std::string> notes;
};

/// What must be equal for a journal's launches to belong to this run, by the names that its user knows: "--seed",
/// "engine torch", "machine", "cell resnet50:batch=8".
std::map<std::string, std::string> fingerprint(const plan::Plan& plan, const machine::Machine& host);

/// What differs between two of them, as the end of a sentence: "--blocks was 2 and is 3". Empty where nothing does.
std::string difference(const std::map<std::string, std::string>& before, const std::map<std::string, std::string>& now);

/// Throws UsageError for --resume without an output beside which a journal could lie.
void check_resume(const plan::Plan& plan, bool has_resume);

/// Held while the run lasts: of two that measure into one output, the second is refused at once. Nothing where the
/// output is no file. Throws UsageError that names the other process.
std::optional<records::OutputLock> lock_output(const plan::Plan& plan);

/// Opens the journal beside the plan's output, which is locked. One that an interrupted run left is gone on with where
/// `has_resume`, and kept under another name otherwise. Throws UsageError where it is of another run, saying in what.
Start begin(const plan::Plan& plan, const machine::Machine& host, bool has_resume);

}  // namespace gravbench::run

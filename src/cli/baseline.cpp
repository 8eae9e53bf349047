#include "cli/baseline.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <utility>

#include "base/errors.h"
#include "base/files.h"
#include "base/text.h"
#include "document/reader.h"
#include "plan/cell.h"
#include "run/engine_definition.h"
#include "run/probe.h"
#include "run/stop_signal.h"

namespace gravbench::cli {
namespace {

/// The first variants of a run that has two: what it was judged against.
std::set<std::size_t> bases_of(const document::Document& document) {
    std::set<std::size_t> bases;
    for (const document::Versus& pair : document.versus) {
        bases.insert(pair.base);
    }
    return bases;
}

/// The engines that were judged there: of a run with two variants those of the new one. Hashes by path.
std::map<std::string, std::string> judged_engines(const document::Document& document) {
    const std::set<std::size_t> bases = bases_of(document);
    std::map<std::string, std::string> engines;
    for (std::size_t i = 0; i < document.cells.size(); ++i) {
        const document::Engine* engine = document::engine_of(document, document.cells[i]);
        if (bases.count(i) == 0 && engine != nullptr && engine->file) {
            engines[engine->file->path] = engine->file->sha256;
        }
    }
    return engines;
}

/// Why the engine of that file cannot be measured again; empty where it can.
std::string fault_of(const std::string& path, const std::string& sha256) {
    try {
        const run::Engine old = run::find_engine(path);
        const auto file = run::file_of(old);
        if (!file || file->sha256 != sha256) {
            return "is another program now";
        }
        const TemporaryFolder work_folder;
        const run::StopSignal stop;
        run::probe_engine(old, work_folder.path(), plan::Sampling().timeout, stop.descriptor());
        return "";
    } catch (const UsageError&) {
        return "is not there any more";
    } catch (const Error& error) {  // A library that it needs may be another one now.
        return fmt::format("does not start any more ({})", first_line(error.what()));
    }
}

/// Looks for the engine of the baseline. It is measured again where it is still there, unchanged, and not the one that
/// is measured anyway.
void find_old_engine(const std::string& new_engine, Baseline& baseline) {
    const std::map<std::string, std::string> engines = judged_engines(baseline.document);
    if (engines.size() != 1 || is_same_file(engines.begin()->first, run::find_engine(new_engine).origin)) {
        return;
    }
    const auto& [path, sha256] = *engines.begin();
    if (const std::string fault = fault_of(path, sha256); !fault.empty()) {
        baseline.note = fmt::format("{}, the baseline's engine, {}", path, fault);
        return;
    }
    baseline.old_engine = path;
    baseline.new_engine = new_engine;
}

/// The engine that is asked for; empty where there are several.
std::string asked_engine(const plan::Layer& given) {
    const auto found = given.find(plan::engine_key);
    if (found == given.end()) {
        return plan::default_engine;
    }
    return found->second.size() == 1 ? found->second.front().value.get<std::string>() : "";
}

/// Decides whether the baseline's engine is measured again.
void choose_old_engine(const plan::Layer& given, const std::string& asked, Baseline& baseline) {
    const bool has_versus = given.count("versus") != 0 || given.count("versus-engine") != 0;
    const std::string new_engine = asked_engine(given);
    if (asked == no_engine || has_versus) {
        return;
    }
    if (new_engine.empty()) {
        if (!asked.empty()) {
            throw UsageError("--baseline-engine contradicts --engine: it is measured against one engine, not several");
        }
        return;
    }
    if (asked.empty()) {
        find_old_engine(new_engine, baseline);
    } else {
        baseline.old_engine = asked;
        baseline.new_engine = new_engine;
    }
}

/// The judged cell of the baseline that differs in the engine's label at most, which depends on how it was named.
const document::Cell* counterpart(const document::Document& baseline, const document::Cell& now) {
    const std::set<std::size_t> bases = bases_of(baseline);
    for (std::size_t i = 0; i < baseline.cells.size(); ++i) {
        plan::Identity identity = baseline.cells[i].identity;
        identity.engine = now.identity.engine;
        identity.variant = now.identity.variant;
        if (bases.count(i) == 0 && identity == now.identity) {
            return &baseline.cells[i];
        }
    }
    return nullptr;
}

/// The engine's label in all of these cells; empty where they have several.
std::string label_of(const std::vector<const document::Cell*>& cells) {
    std::set<std::string> labels;
    for (const document::Cell* cell : cells) {
        labels.insert(cell->identity.engine);
    }
    return labels.size() == 1 ? *labels.begin() : "";
}

}  // namespace

Baseline read_baseline(const std::string& path) {
    return {document::read(path), "", "", ""};
}

plan::Layer with_old_engine(plan::Layer given, const std::string& asked, Baseline& baseline) {
    choose_old_engine(given, asked, baseline);
    if (baseline.is_measured_again()) {
        given[plan::engine_key] = {{baseline.old_engine, "--baseline-engine"}};
        given["versus-engine"] = {{baseline.new_engine, "--engine"}};
    }
    return given;
}

void tell(const Baseline& baseline, plan::Plan& plan) {
    if (!baseline.note.empty()) {
        plan.notes.push_back(baseline.note + ": the verdict is on two runs (--baseline-engine PATH names a copy)");
    }
    if (!baseline.old_engine.empty()) {
        plan.notes.push_back(
            fmt::format("{}, the baseline's engine, is measured again beside {}: the verdict is "
                        "between the two now (--baseline-engine none judges by the stored figures)",
                        baseline.old_engine, baseline.new_engine));
        plan.given[plan::engine_key] = Json::array({baseline.new_engine});
    }
}

std::string stored_lines(const Baseline& baseline, const document::Document& document, const std::string& metric) {
    std::string lines;
    for (const document::Versus& pair : document.versus) {
        const document::Cell& now = document.cells[pair.base];
        const document::Cell* then = baseline.is_measured_again() ? counterpart(baseline.document, now) : nullptr;
        const auto before = then != nullptr && then->latency ? then->latency->at(metric).value : std::nullopt;
        const auto after = now.latency ? now.latency->at(metric).value : std::nullopt;
        if (before && after) {
            lines += fmt::format("stored  {}: {} was {:.4g} ms by the same engine then, and is {:.4g} now ({:+.1f}%)\n",
                                 then->key, metric, *before, *after, 100 * (*after / *before - 1));
        }
    }
    return lines;
}

compare::Matches match_stored(const Baseline& baseline, const document::Document& document) {
    const document::Document& stored = baseline.document;
    const std::set<std::size_t> bases = bases_of(stored);
    std::vector<const document::Cell*> judged;
    std::vector<const document::Cell*> now;
    for (std::size_t i = 0; i < stored.cells.size(); ++i) {
        if (bases.count(i) == 0) {
            judged.push_back(&stored.cells[i]);
        }
    }
    for (const document::Cell& cell : document.cells) {
        now.push_back(&cell);
    }
    const std::string label = label_of(judged);
    const std::string new_label = label_of(now);
    if (bases.empty() || label.empty() || new_label.empty()) {
        return compare::match(stored, {}, document, {});
    }
    return compare::match(stored, {{plan::engine_key, label}}, document, {{plan::engine_key, new_label}});
}

}  // namespace gravbench::cli

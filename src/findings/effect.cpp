#include "findings/effect.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "findings/kernel_effect.h"
#include "findings/numbers.h"

namespace gravbench::findings {
namespace {

using Verdict = Effect::Verdict;
using records::Alternative;
using records::AuditRecord;

/// In the order of the verdicts.
constexpr std::array<const char*, 4> verdict_names{"engaged", "partly", "no effect", "unknown"};

/// How many threads were asked for: a number, or what the engine made of `cores`; 0 where it does not say.
std::int64_t threads_asked_for(const Judged& judged) {
    if (const auto* count = std::get_if<std::int64_t>(&judged.value)) {
        return *count;
    }
    const auto effective = judged.own.effective.find("threads");
    const auto* count =
        effective == judged.own.effective.end() ? nullptr : std::get_if<std::int64_t>(&effective->second);
    return count == nullptr ? 0 : *count;
}

Judgement judge_threads(const Judged& judged) {
    const std::int64_t asked = threads_asked_for(judged);
    const int ran = judged.own.busy_threads;
    if (asked == 0) {
        return {Verdict::unknown, "the engine does not say how many threads it was to use"};
    }
    if (ran == 0) {
        return {Verdict::unknown, "the launch was too short to see which threads worked"};
    }
    const std::string evidence = fmt::format("{} threads worked, of {} asked for", ran, asked);
    return {ran == asked ? Verdict::engaged : ran > 1 ? Verdict::partly : Verdict::no_effect, evidence};
}

Judgement judge_thp(const Judged& judged) {
    const double mebibytes = static_cast<double>(judged.own.huge_page_bytes) / (1 << 20);
    if (judged.own.huge_page_bytes == 0) {
        return {Verdict::no_effect,
                fmt::format("no huge page backs the engine's memory (AnonHugePages 0; the host's mode is {})",
                            judged.thp_mode.empty() ? "unknown" : judged.thp_mode)};
    }
    const std::string amount = fmt::format("{:.0f} MiB of the engine's memory are huge pages", mebibytes);
    if (judged.thp_mode == "always") {
        return {Verdict::unknown, amount + ", but the host's mode is always: they come without the setting too"};
    }
    return {Verdict::engaged, amount};
}

Judgement judge_allocator(const Judged& judged) {
    const auto name = "lib" + text_of(judged.value);
    for (const std::string& library : judged.own.libraries) {
        const std::string file = library.substr(library.rfind('/') + 1);
        if (file.rfind(name, 0) == 0) {
            return {Verdict::engaged, file + " is mapped into the engine"};
        }
    }
    return {Verdict::no_effect, "no " + name + " is mapped into the engine"};
}

/// What the engine itself says, where no log shows more.
Judgement judge_by_engine(const Judged& judged) {
    const auto found = judged.own.effective.find(judged.setting);
    if (found == judged.own.effective.end()) {
        return {Verdict::unknown, "the engine does not say what is in force"};
    }
    return {found->second == judged.value ? Verdict::engaged : Verdict::no_effect,
            fmt::format("the engine says that {} is in force", text_of(found->second))};
}

struct Judge {
    const char* setting;
    Judgement (*judge)(const Judged& judged);
    /// What outputs say of it, against those with the setting at its default.
    Numbers numbers;
    /// Values whose audits it is compared with.
    std::vector<Value> alternatives;
};

std::vector<Value> words(const std::vector<std::string>& texts) {
    return {texts.begin(), texts.end()};
}

const std::vector<Judge>& judges() {
    // clang-format off
    static const std::vector<Judge> table{
        {"threads", judge_threads, Numbers::nothing, {}},
        {"fpmath", judge_fpmath, Numbers::proof, {}},
        {"matmul-precision", judge_matmul_precision, Numbers::proof, words({"highest"})},
        {"dtype", judge_dtype, Numbers::proof, {}},
        {"jit", judge_jit, Numbers::hints, words({"none"})},
        {"layout", judge_layout, Numbers::hints, words({"contiguous"})},
        // ideep's cache cannot be switched off (docs/facts.md): 1 is the smallest that works.
        {"lru-cache", judge_cache, Numbers::nothing, {std::string("default"), std::int64_t{1}, std::int64_t{1024}}},
        {"primitive-cache", judge_cache, Numbers::nothing, {std::string("default"), std::int64_t{0}, std::int64_t{1024}}},
        {"thp", judge_thp, Numbers::nothing, {}},
        {"allocator", judge_allocator, Numbers::nothing, {}},
        {"isa", judge_isa, Numbers::hints, words({"default"})},
        {"onednn", judge_onednn, Numbers::nothing, {}},
        {"graph-optimization", judge_by_engine, Numbers::hints, {}},
        {"arena", judge_by_engine, Numbers::nothing, {}},
        {"hint", judge_by_engine, Numbers::nothing, {}},
    };
    // clang-format on
    return table;
}

bool contains(const std::vector<Value>& values, const Value& value) {
    return std::find(values.begin(), values.end(), value) != values.end();
}

Judgement judged_by_all(const Judge& judge, const Judged& judged, const Value& default_value) {
    const Alternative* without = nullptr;
    for (const Alternative* other : judged.alternatives) {
        if (other->record.problem && contains(judge.alternatives, other->value)) {
            return {Verdict::unknown, "an audit to compare with failed: " + other->record.problem->message};
        }
        without = other->value == default_value ? other : without;
    }
    Judgement judgement = judge.judge(judged);
    return without != nullptr && without->outputs
               ? weighed(std::move(judgement), judge.numbers, *without->outputs, default_value)
               : judgement;
}

const Judge* judge_for(const std::string& setting) {
    const auto& table = judges();
    const auto found =
        std::find_if(table.begin(), table.end(), [&](const Judge& judge) { return judge.setting == setting; });
    return found == table.end() ? nullptr : &*found;
}

/// The value to judge: one that is not at its default, and always the threads.
const Value* asked_for(const plan::Cell& cell, const plan::Setting& setting) {
    const auto found = cell.settings.find(setting.name);
    const bool is_judged =
        found != cell.settings.end() && (setting.name == "threads" || found->second != setting.default_value);
    return is_judged ? &found->second : nullptr;
}

}  // namespace

std::string name_of(Verdict verdict) {
    return verdict_names.at(static_cast<std::size_t>(verdict));
}

std::optional<Verdict> verdict_named(const std::string& name) {
    const auto found = std::find(verdict_names.begin(), verdict_names.end(), name);
    return found == verdict_names.end() ? std::nullopt
                                        : std::optional(static_cast<Verdict>(found - verdict_names.begin()));
}

std::vector<Value> alternatives_for(const std::string& setting, const Value& value) {
    const plan::Setting* known = plan::find_setting(setting);
    const Judge* judge = judge_for(setting);
    if (judge == nullptr || known == nullptr || value == known->default_value) {
        return {};
    }
    std::vector<Value> others;
    std::copy_if(judge->alternatives.begin(), judge->alternatives.end(), std::back_inserter(others),
                 [&](const Value& other) { return other != value; });
    if (judge->numbers != Numbers::nothing && !contains(others, known->default_value)) {
        others.push_back(known->default_value);
    }
    return others;
}

bool looks_at_outputs(const std::string& setting) {
    const Judge* judge = judge_for(setting);
    return judge != nullptr && judge->numbers != Numbers::nothing;
}

std::vector<Effect> effects_of(const plan::Cell& cell, const AuditRecord& own,
                               const std::vector<Alternative>& alternatives, const std::string& thp_mode) {
    std::vector<Effect> effects;
    for (const plan::Setting& setting : plan::settings()) {
        const Judge* judge = judge_for(setting.name);
        const Value* value = judge == nullptr ? nullptr : asked_for(cell, setting);
        if (value == nullptr) {
            continue;
        }
        Judged judged{setting.name, *value, own, {}, thp_mode};
        for (const Alternative& alternative : alternatives) {
            if (alternative.setting == setting.name) {
                judged.alternatives.push_back(&alternative);
            }
        }
        Judgement judgement = judged_by_all(*judge, judged, setting.default_value);
        effects.push_back({setting.name, *value, judgement.verdict, std::move(judgement.evidence)});
    }
    return effects;
}

}  // namespace gravbench::findings

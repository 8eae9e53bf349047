#include "results/effect.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "results/kernel_effect.h"

namespace gravbench::results {
namespace {

using Verdict = Effect::Verdict;

Judgement judge_threads(const Judged& judged) {
    const int asked = judged.own.effective.is_object() && judged.value == "cores"
                          ? judged.own.effective.value("threads", 0)
                          : (judged.value.is_number_integer() ? judged.value.get<int>() : 0);
    const int ran = judged.own.busy_threads;
    if (ran == 0 || asked == 0) {
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
    const auto name = "lib" + judged.value.get<std::string>();
    for (const std::string& library : judged.own.libraries) {
        const std::string file = library.substr(library.rfind('/') + 1);
        if (file.rfind(name, 0) == 0) {
            return {Verdict::engaged, file + " is mapped into the engine"};
        }
    }
    return {Verdict::no_effect, "no " + name + " is mapped into the engine"};
}

struct Judge {
    const char* setting;
    Judgement (*judge)(const Judged& judged);
    /// Values to compare with.
    std::vector<Json> alternatives;
};

const std::vector<Judge>& judges() {
    // clang-format off
    static const std::vector<Judge> table{
        {"threads", judge_threads, {}},
        {"fpmath", judge_fpmath, {}},
        {"matmul-precision", judge_matmul_precision, {"highest"}},
        {"dtype", judge_dtype, {}},
        {"jit", judge_jit, {"none"}},
        {"layout", judge_layout, {"contiguous"}},
        // ideep's cache cannot be switched off (docs/facts.md): 1 is the smallest that works.
        {"lru-cache", judge_cache, {"default", 1, 1024}},
        {"primitive-cache", judge_cache, {"default", 0, 1024}},
        {"thp", judge_thp, {}},
        {"allocator", judge_allocator, {}},
        {"isa", judge_isa, {"default"}},
        {"onednn", judge_onednn, {}},
    };
    // clang-format on
    return table;
}

const Judge* judge_for(const std::string& setting) {
    const auto& table = judges();
    const auto found =
        std::find_if(table.begin(), table.end(), [&](const Judge& judge) { return judge.setting == setting; });
    return found == table.end() ? nullptr : &*found;
}

bool is_asked_for(const plan::Cell& cell, const plan::Setting& setting) {
    return setting.via != plan::Setting::Via::shape && cell.settings.contains(setting.name) &&
           (setting.name == "threads" || cell.settings[setting.name] != setting.default_value);
}

}  // namespace

std::string name_of(Verdict verdict) {
    static constexpr std::array<const char*, 4> names{"engaged", "partly", "no effect", "unknown"};
    return names.at(static_cast<std::size_t>(verdict));
}

std::vector<Json> alternatives_for(const std::string& setting, const Json& value) {
    const plan::Setting* known = plan::find_setting(setting);
    const Judge* judge = judge_for(setting);
    if (judge == nullptr || known == nullptr || value == known->default_value) {
        return {};
    }
    std::vector<Json> others;
    std::copy_if(judge->alternatives.begin(), judge->alternatives.end(), std::back_inserter(others),
                 [&](const Json& other) { return other != value; });
    return others;
}

std::vector<Effect> effects_of(const plan::Cell& cell, const AuditRecord& own,
                               const std::vector<Alternative>& alternatives, const std::string& thp_mode) {
    std::vector<Effect> effects;
    for (const plan::Setting& setting : plan::settings()) {
        const Judge* judge = judge_for(setting.name);
        if (judge == nullptr || !is_asked_for(cell, setting)) {
            continue;
        }
        const Json& value = cell.settings[setting.name];
        Judged judged{value, own, {}, thp_mode};
        std::string failed;
        for (const Alternative& alternative : alternatives) {
            if (alternative.setting == setting.name) {
                judged.alternatives.push_back(&alternative);
                failed = alternative.record.problem ? alternative.record.problem->message : failed;
            }
        }
        Judgement judgement = failed.empty()
                                  ? judge->judge(judged)
                                  : Judgement{Verdict::unknown, "an audit to compare with failed: " + failed};
        effects.push_back({setting.name, value, judgement.verdict, std::move(judgement.evidence)});
    }
    return effects;
}

Json to_json(const Effect& effect) {
    return {{"setting", effect.setting},
            {"value", effect.value},
            {"verdict", name_of(effect.verdict)},
            {"evidence", effect.evidence}};
}

}  // namespace gravbench::results

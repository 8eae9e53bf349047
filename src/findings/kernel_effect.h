#pragma once

#include <string>
#include <vector>

#include "findings/effect.h"

/// What oneDNN's kernels say of a setting's effect: the judges of findings/effect.cpp that read the log.
namespace gravbench::findings {

/// What is judged: a setting's value, the cell's own audit, and those that differ from it in this setting only.
struct Judged {
    const std::string& setting;
    const Value& value;
    const records::AuditRecord& own;
    std::vector<const records::Alternative*> alternatives;
    std::string thp_mode;
};

struct Judgement {
    Effect::Verdict verdict = Effect::Verdict::unknown;
    std::string evidence;
};

Judgement judge_fpmath(const Judged& judged);
Judgement judge_matmul_precision(const Judged& judged);
Judgement judge_dtype(const Judged& judged);
Judgement judge_jit(const Judged& judged);
Judgement judge_layout(const Judged& judged);
Judgement judge_cache(const Judged& judged);
Judgement judge_isa(const Judged& judged);
Judgement judge_onednn(const Judged& judged);

}  // namespace gravbench::findings

#pragma once

#include "base/json.h"
#include "noise_model/noise_model.h"

namespace gravbench::fake_engine {

/// The machine that a script's "noise" describes, for the launch that `load` asks for. Members, all optional:
///   "seed"              of all that is random; two engines that are to be independent need two                [1]
///   "median_ns"         of a typical launch                                                             [1000000]
///   "slowdown"          a factor for this engine: 1.05 is 5% slower                                           [1]
///   "scale_by_setting"  {"NAME=VALUE": factor}: as well, for launches with that environment variable or that setting
///                       ("jit=freeze"), or of that "dtype=..."                                               [{}]
///   "between_launches", "between_blocks", "within"
///                       deviations of the logarithm: 0.05 is 5%                                               [0]
///   "autocorrelation"   of neighbouring inferences                                                            [0]
///   "tail"              degrees of freedom of Student's t for launches and inferences, from 3            [normal]
///   "drift"             how much slower each launch is than the one before it, as a share of the first        [0]
/// A launch is told by its number in FILE.loads, so engines with scripts of their own count for themselves: their n-th
/// launches are slowed alike by drift, as two that are measured side by side.
noise::Model noise_model_from(const Json& noise, const Json& load);

/// A block as `request` asks for it, by "count" or by "duration_ns", which passes only in the samples' own time.
Json noisy_samples(noise::Launch& launch, const Json& request);

}  // namespace gravbench::fake_engine

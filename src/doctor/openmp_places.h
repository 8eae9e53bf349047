#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace gravbench::doctor {

/// CPUs that a thread may be bound to together.
using Place = std::set<int>;

/// OMP_PLACES as an explicit list, "{0},{2:2}" or "{0:4}:2:4" (OpenMP 5.2, 21.1.6). Nothing for an abstract name, an
/// exclusion ("!"), or what is no such list.
std::optional<std::vector<Place>> parse_places(const std::string& text);

/// GOMP_CPU_AFFINITY, "0 3 1-2 4-15:2": a place for each CPU. Nothing for what is no such list.
std::optional<std::vector<Place>> parse_gomp_affinity(const std::string& text);

}  // namespace gravbench::doctor

#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "figures/launch_noise.h"
#include "plan/plan.h"

namespace gravbench::run {

/// What the launches of one unit measure: as flags have it, or chosen by what the launches before them showed. The
/// first ones take many short blocks, which show both how blocks differ and how launches do. From the third launch on
/// the shape is that of the cheapest design for the wanted precision (stats/variance.h), made anew at 5, 10, 20, ...
/// launches. It follows from how samples spread and what they cost, never from what they are.
class ShapeChoice {
  public:
    /// `sides` is 2 for a pair of variants, whose ratio is what is to be known.
    ShapeChoice(const plan::RunOptions& options, std::size_t sides);

    /// A complete launch of a side.
    void observe(std::size_t side, const records::Launch& launch);
    const plan::LaunchShape& shape();

  private:
    /// The launches that all sides have.
    std::vector<std::vector<figures::LaunchNoise>> together() const;
    stats::DesignLimits limits(double inference_s, double inferences_of_block) const;
    void choose(const std::vector<std::vector<figures::LaunchNoise>>& sides);

    bool chooses_blocks_;
    bool chooses_length_;
    std::size_t least_launches_;
    double precision_;
    plan::LaunchShape shape_;
    std::vector<std::map<int, figures::LaunchNoise>> sides_;
    std::size_t next_ = 2;  ///< launches at which it is chosen next
};

}  // namespace gravbench::run

#pragma once

#include <cstdint>
#include <optional>

/// Latencies of a made-up machine whose truth is known, so that figures and verdicts can be held against it. The fake
/// engine draws its samples from it, and so does the simulation (tests/benchmarks/verdicts).
namespace gravbench::noise {

/// A latency is median * slowdown * drift of the launch * effects of launch, block and inference. Effects have median
/// 1; their deviations are those of the logarithm. Zero is none.
struct Model {
    std::uint64_t seed = 1;
    double median = 1e6;          ///< of a typical launch, in nanoseconds
    double slowdown = 1;          ///< 1.05 is 5% slower
    double between_launches = 0;  ///< each launch keeps its own speed for as long as it lives
    double between_blocks = 0;
    double within = 0;           ///< between the inferences of a block
    double autocorrelation = 0;  ///< of neighbouring inferences, in [0, 1)
    /// Whole degrees of freedom, at least 3, of Student's t in place of the normal distribution, for the effects of
    /// launches and of inferences. It is scaled to the same deviation.
    std::optional<int> tail;
    /// How much slower each launch is than the one before it, as a share of the first: 0.01 is 5% after 5 launches.
    double drift = 0;
};

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), with distributions written out: those of <random> may differ
/// between libraries.
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next();
    double uniform();  ///< in (0, 1)
    double normal();
    /// Of deviation 1: Student's t where there is a tail, else normal.
    double effect(std::optional<int> tail);

  private:
    std::uint64_t state_;
    std::optional<double> spare_;
};

/// The inferences of one launch, in order. The same model and number give the same.
class Launch {
  public:
    Launch(const Model& model, std::uint64_t number);
    void begin_block();
    /// The latency of the next inference, in nanoseconds.
    double next();

  private:
    Model model_;
    Random random_;
    double launch_ = 0;  ///< logarithms, as all that follows
    double block_ = 0;
    double inference_ = 0;
};

}  // namespace gravbench::noise

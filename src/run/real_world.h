#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "plan/plan.h"
#include "run/launch.h"
#include "run/reference.h"
#include "run/world.h"

namespace gravbench::run {

/// The world as it is: engines are processes, and the clock is the machine's.
class RealWorld final : public World {
  public:
    /// `references` is needed where the plan asks for accuracy. `warn` is told what went wrong that costs no launch: a
    /// log that --keep-logs asked for, or a reference, that could not be kept.
    RealWorld(const plan::Plan& plan, LaunchContext context, References* references,
              std::function<void(const std::string&)> warn);

    std::int64_t monotonic_ns() const override;
    void wait_until(std::int64_t monotonic_ns) override;
    std::int64_t available_memory_bytes() const override;
    std::int64_t expected_bytes(const plan::Cell& cell) const override;
    std::unique_ptr<LiveLaunch> launch(const plan::Cell& cell, int number, Purpose purpose,
                                       const plan::LaunchShape& shape) override;
    const Reference& reference_for(const plan::Cell& cell) override;

  private:
    const plan::Plan& plan_;
    LaunchContext context_;
    LaunchContext audit_context_;
    References* references_;
    std::function<void(const std::string&)> warn_;
    std::size_t told_ = 0;  ///< of the references' notes
};

}  // namespace gravbench::run

#include "run/real_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <utility>

#include "base/clock.h"
#include "base/errors.h"
#include "base/files.h"
#include "machine/machine.h"
#include "run/profile.h"
#include "run/stop_signal.h"

namespace gravbench::run {
namespace {

namespace fs = std::filesystem;

/// A cell's key where the characters that shells and paths mind are dashes.
std::string file_name(std::string key) {
    std::replace_if(
        key.begin(), key.end(),
        [](unsigned char c) { return std::isalnum(c) == 0 && c != '.' && c != '=' && c != '_'; }, '-');
    return key;
}

LaunchContext for_audits(LaunchContext context) {
    context.sampling.warmup_time = std::chrono::nanoseconds(0);
    context.yardstick = nullptr;
    return context;
}

/// One engine process.
class ProcessLaunch final : public LiveLaunch {
  public:
    ProcessLaunch(const LaunchContext& context, const plan::Cell& cell, const plan::Model& model, int number,
                  const plan::LaunchShape& shape, std::unique_ptr<Profile> profile,
                  std::function<void(const Profile&)> keep_log)
        : profile_(std::move(profile)),
          keep_log_(std::move(keep_log)),
          launch_(context, cell, model, number, shape, profile_.get()) {}

    void take_block(int round) override { launch_.take_block(round); }
    void compare_with(const Reference& reference) override { launch_.compare_with(reference); }
    std::optional<fs::path> save_outputs() override { return launch_.save_outputs(); }
    void finish() override { launch_.finish(); }
    const records::LaunchRecord& record() const override { return launch_.record(); }
    records::AuditRecord take_audit() override {
        keep_log_(*profile_);
        return profile_->record(launch_.record());
    }

  private:
    std::unique_ptr<Profile> profile_;
    std::function<void(const Profile&)> keep_log_;
    Launch launch_;
};

}  // namespace

RealWorld::RealWorld(const plan::Plan& plan, LaunchContext context, References* references,
                     std::function<void(const std::string&)> warn)
    : plan_(plan),
      context_(std::move(context)),
      audit_context_(for_audits(context_)),
      references_(references),
      warn_(std::move(warn)) {}

std::int64_t RealWorld::monotonic_ns() const {
    return gravbench::monotonic_ns();
}

void RealWorld::wait_until(std::int64_t monotonic_ns) {
    const std::chrono::nanoseconds left(monotonic_ns - gravbench::monotonic_ns());
    if (left.count() > 0 && is_raised_within(context_.stop_descriptor, left)) {
        throw Interrupted();
    }
}

std::int64_t RealWorld::available_memory_bytes() const {
    return machine::available_memory_bytes();
}

/// The weights, once more while they are read, and the libraries.
std::int64_t RealWorld::expected_bytes(const plan::Cell& cell) const {
    std::error_code unknown;
    const auto file = fs::file_size(plan_.models[cell.model].files.at(cell.file).path, unknown);
    return (std::int64_t{512} << 20) + (unknown ? 0 : 3 * static_cast<std::int64_t>(file));
}

std::unique_ptr<LiveLaunch> RealWorld::launch(const plan::Cell& cell, int number, Purpose purpose,
                                              const plan::LaunchShape& shape) {
    const auto keep_log = [this, key = cell.key](const Profile& profile) {
        const std::string& folder = plan_.options.places.keep_logs;
        if (folder.empty()) {
            return;
        }
        try {
            write_file(fs::path(folder) / (file_name(key) + ".log"), read_file(profile.log()));
        } catch (const DataError& error) {
            warn_(fmt::format("--keep-logs: {}", error.what()));
        }
    };
    return std::make_unique<ProcessLaunch>(
        purpose == Purpose::audit ? audit_context_ : context_, cell, plan_.models[cell.model], number, shape,
        purpose == Purpose::timing ? nullptr : std::make_unique<Profile>(), keep_log);
}

const Reference& RealWorld::reference_for(const plan::Cell& cell) {
    const Reference& reference = references_->reference_for(cell);
    for (; told_ < references_->notes().size(); ++told_) {
        warn_(references_->notes()[told_]);
    }
    return reference;
}

}  // namespace gravbench::run

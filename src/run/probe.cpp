#include "run/probe.h"

#include <fmt/format.h>

#include "base/errors.h"
#include "run/launch.h"

namespace gravbench::run {

protocol::Hello probe_engine(const Engine& engine, const std::filesystem::path& work_folder,
                             std::chrono::nanoseconds timeout, int stop_descriptor) {
    const std::filesystem::path log = work_folder / "probe.log";
    try {
        EngineClient client(engine, environment_for(engine), log, timeout, stop_descriptor);
        protocol::Hello hello = client.hello();
        client.quit();
        return hello;
    } catch (const EngineError& error) {
        throw EngineError(error.problem(), fmt::format("{}: {}", engine.command.front(), with_log(error.what(), log)));
    }
}

}  // namespace gravbench::run

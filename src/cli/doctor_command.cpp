#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>

#include "base/clock.h"
#include "base/errors.h"
#include "base/files.h"
#include "cli/command.h"
#include "doctor/report.h"
#include "plan/option.h"
#include "run/engine_definition.h"
#include "run/probe.h"
#include "run/stop_signal.h"
#include "view/format.h"
#include "view/table.h"

namespace gravbench::cli {
namespace {

struct DoctorFlags {
    std::string engine;
    std::string duration = "1s";
    std::string format = "table";
    std::string output;
};

std::map<std::string, std::string> shell_environment() {
    std::map<std::string, std::string> variables;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string text = *entry;
        variables[text.substr(0, text.find('='))] = text.substr(std::min(text.size(), text.find('=') + 1));
    }
    return variables;
}

/// The engine to ask. One that was named must be there; the default may be missing, which is a finding.
std::optional<run::Engine> engine_to_ask(const DoctorFlags& flags, doctor::Facts& facts) {
    if (flags.engine == "none") {
        return std::nullopt;
    }
    if (!flags.engine.empty()) {
        return run::find_engine(flags.engine);
    }
    try {
        return run::find_engine("torch");
    } catch (const UsageError& error) {
        facts.engine_error = error.what();
        return std::nullopt;
    }
}

void ask(const run::Engine& engine, int stop_descriptor, doctor::Facts& facts) {
    const TemporaryFolder work_folder;
    try {
        const protocol::Hello hello =
            run::probe_engine(engine, work_folder.path(), plan::Sampling().timeout, stop_descriptor);
        facts.engine = doctor::engine_from(hello.engine);
    } catch (const EngineError& error) {
        facts.engine_error = error.what();
    }
}

/// Half of the time it listens, half of it it works. Throws Interrupted.
void measure(std::chrono::nanoseconds duration, const run::StopSignal& stop, doctor::Facts& facts) {
    const auto& cpus = facts.host.usable_cpus;
    facts.timer = doctor::measure_timer();
    const doctor::Counters start = doctor::read_counters(cpus);
    doctor::wait_quietly(duration / 2, stop.descriptor());
    const doctor::Counters middle = doctor::read_counters(cpus);
    facts.noise = doctor::measure_noise(machine::usable_physical_cores(facts.machine), duration / 2,
                                        [&] { return stop.is_raised(); });
    // Half of a measurement is no ground for a verdict.
    if (stop.is_raised()) {
        throw Interrupted();
    }
    facts.quiet = doctor::activity_between(start, middle, ::getpid());
    facts.loaded = doctor::activity_between(middle, doctor::read_counters(cpus), ::getpid());
}

std::string rendered(const std::string& format, const doctor::Facts& facts,
                     const std::vector<doctor::Finding>& findings) {
    if (format == "json") {
        return readable_json(doctor::to_json(facts, findings));
    }
    if (format == "markdown") {
        return view::markdown(doctor::report_rows(findings)) + "\n" + doctor::verdict(findings) + "\n";
    }
    return doctor::readable_report(facts, findings);
}

void check(const DoctorFlags& flags) {
    view::find_format(view::Content::doctor, flags.format);
    if (!flags.output.empty()) {
        check_writable(flags.output);
    }
}

ExitCode examine(const DoctorFlags& flags) {
    check(flags);
    const std::chrono::nanoseconds duration = parse_duration(flags.duration, "--duration");
    const run::StopSignal stop;
    const machine::Self self = machine::read_self();
    doctor::Facts facts;
    facts.machine = machine::read_machine(self);
    facts.host = doctor::read_host(self);
    facts.environment = shell_environment();
    if (const auto engine = engine_to_ask(flags, facts)) {
        ask(*engine, stop.descriptor(), facts);
    }
    measure(duration, stop, facts);
    const std::vector<doctor::Finding> findings = doctor::diagnose(facts);
    if (!flags.output.empty()) {
        write_file(flags.output, readable_json(doctor::to_json(facts, findings)));
    }
    const std::string text = rendered(flags.format, facts, findings);
    print_to(stdout, text);
    return doctor::is_fit(findings) ? ExitCode::fine : ExitCode::not_trustworthy;
}

}  // namespace

Action set_up_doctor(CLI::App& app, const std::vector<std::string>&) {
    auto flags = std::make_shared<DoctorFlags>();
    app.add_option("--engine", flags->engine, "the engine to ask about its libraries, as for run, or none [torch]")
        ->type_name("ENGINE");
    app.add_option("--duration", flags->duration, "how long to listen for other load, and to measure noise")
        ->type_name("TIME")
        ->capture_default_str();
    app.add_option("--format", flags->format, view::format_names(view::Content::doctor))
        ->type_name("FORMAT")
        ->capture_default_str();
    app.add_option("-o,--output", flags->output, "also write the findings there, as JSON")->type_name("FILE");
    app.footer("Exit code 4 where the machine is not fit to measure. docs/doctor.md says what each check looks at.");
    return [flags] { return examine(*flags); };
}

}  // namespace gravbench::cli

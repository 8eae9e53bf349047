#include "report.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>

namespace gravbench::verdicts {
namespace {

std::string percent(double share) {
    return fmt::format("{:6.1f}", 100 * share);
}

Json to_json(const IntervalRates& rates) {
    return {{"coverage", rates.coverage}, {"median_width", rates.median_width}};
}

Json to_json(const WideRates& rates) {
    return {{"uncorrected", rates.uncorrected}, {"corrected", rates.corrected}, {"corrected_p", rates.corrected_p}};
}

Json to_json(const SettlingRates& rates) {
    return {{"open", rates.open},
            {"named", rates.named},
            {"settled", rates.settled},
            {"median_launches", rates.median_launches}};
}

Json to_json(const ScenarioRates& rates) {
    Json by_rule = Json::object();
    for (std::size_t i = 0; i < rules().size(); ++i) {
        by_rule[rules()[i].name] = {{"false_alarms", rates.rules[i].false_alarms}, {"found", rates.rules[i].found}};
    }
    return {{"noise", rates.scenario.kind},
            {"between_launches", rates.scenario.between_launches},
            {"launches", rates.scenario.launches},
            {"p50", to_json(rates.p50)},
            {"p50_student", to_json(rates.p50_student)},
            {"p99", to_json(rates.p99)},
            {"p99_student", to_json(rates.p99_student)},
            {"ratio", to_json(rates.ratio)},
            {"rules", by_rule},
            {"any_alarm_of_many_cells_paired", to_json(rates.wide_paired)},
            {"any_alarm_of_many_cells_independent", to_json(rates.wide_independent)},
            {"settling_same", to_json(rates.settling_same)},
            {"settling_slowed", to_json(rates.settling_slowed)}};
}

/// How improbable a count must be to be a fault. There are some three hundred checks, so that one in three hundred
/// simulations fails by chance, whatever its seed.
constexpr double improbable = 1e-5;

double count_of(double share, std::size_t runs) {
    return std::round(share * static_cast<double>(runs));
}

/// Whether the true share is below `least`, beyond what chance explains (exactly: with few runs a normal approximation
/// would not do).
bool is_below(double share, double least, std::size_t runs) {
    const boost::math::binomial expected(static_cast<double>(runs), least);
    return boost::math::cdf(expected, count_of(share, runs)) < improbable;
}

bool is_above(double share, double most, std::size_t runs) {
    return is_below(1 - share, 1 - most, runs);
}

class Check {
  public:
    explicit Check(const SimulationSize& size) : size_(size) {}

    void intervals(const ScenarioRates& rates) {
        at_least(rates.p50.coverage, 0.93, size_.runs, rates, "coverage of p50");
        at_least(rates.p99.coverage, 0.93, size_.runs, rates, "coverage of p99");
        at_least(rates.ratio.coverage, 0.93, size_.runs, rates, "coverage of the ratio");
        at_most(rates.p50.coverage, 0.97, size_.runs, rates, "coverage of p50");
        at_most(rates.p99.coverage, 0.97, size_.runs, rates, "coverage of p99");
        at_most(rates.ratio.coverage, 0.97, size_.runs, rates, "coverage of the ratio");
    }

    void verdicts(const ScenarioRates& rates) {
        for (const char* name : {"paired", "independent", "paired_p", "independent_p"}) {
            at_most(of(rates, name).false_alarms, 0.05, size_.runs, rates, fmt::format("false alarms, {}", name));
        }
        for (const WideRates& wide : {rates.wide_paired, rates.wide_independent}) {
            at_most(wide.corrected_p, 0.05, size_.wide_runs, rates, "any false alarm of many cells");
        }
        // Verdicts that never come would never be wrong.
        if (rates.scenario.launches == 24 && rates.scenario.between_launches <= 0.02) {
            at_least(of(rates, "paired").found, 0.9, size_.runs, rates, "slowdowns found");
        }
    }

    /// Four of five is what it promises.
    void settling(const ScenarioRates& rates) {
        for (const SettlingRates& settling : {rates.settling_same, rates.settling_slowed}) {
            if (settling.named > 0) {
                at_least(static_cast<double>(settling.settled) / static_cast<double>(settling.named), 0.75,
                         settling.named, rates, "settled by the launches that were named");
            }
        }
    }

    /// Where launches differ by 5%, as processes do, others must be seen to do worse.
    void peers(const ScenarioRates& rates) {
        if (rates.scenario.between_launches == 0.05) {
            at_least(of(rates, "mann_whitney").false_alarms, 0.5, size_.runs, rates, "false alarms, Mann-Whitney");
            at_least(of(rates, "welch").false_alarms, 0.5, size_.runs, rates, "false alarms, Welch");
            at_most(of(rates, "limit_5").found, 0.6, size_.runs, rates, "slowdowns found by a limit of 5%");
        }
    }

    /// What a reduced number of runs of one scenario cannot show, all of them together do.
    void together(const std::vector<ScenarioRates>& all) {
        for (const auto interval : {&ScenarioRates::p50, &ScenarioRates::p99, &ScenarioRates::ratio}) {
            const double coverage = mean(all, [&](const auto& one) { return (one.*interval).coverage; });
            const std::size_t runs = size_.runs * all.size();
            if (is_below(coverage, 0.93, runs) || is_above(coverage, 0.97, runs)) {
                faults.push_back(fmt::format("all scenarios: intervals cover {:.3f}", coverage));
            }
        }
        for (const char* name : {"paired_p", "independent_p"}) {
            const double alarms = mean(all, [&](const auto& one) { return of(one, name).false_alarms; });
            if (is_above(alarms, 0.05, size_.runs * all.size())) {
                faults.push_back(fmt::format("all scenarios: false alarms, {}, are {:.3f}", name, alarms));
            }
        }
        for (const auto wide : {&ScenarioRates::wide_paired, &ScenarioRates::wide_independent}) {
            const double alarms = mean(all, [&](const auto& one) { return (one.*wide).corrected_p; });
            if (is_above(alarms, 0.05, size_.wide_runs * all.size())) {
                faults.push_back(fmt::format("all scenarios: any false alarm of many cells is {:.3f}", alarms));
            }
        }
    }

    std::vector<std::string> faults;

  private:
    template <typename Share>
    static double mean(const std::vector<ScenarioRates>& rates, Share share) {
        double sum = 0;
        for (const ScenarioRates& one : rates) {
            sum += share(one);
        }
        return sum / static_cast<double>(rates.size());
    }

    static const RuleRates& of(const ScenarioRates& rates, const std::string& name) {
        const auto is_named = [&](const Rule& rule) { return rule.name == name; };
        return rates.rules[std::find_if(rules().begin(), rules().end(), is_named) - rules().begin()];
    }

    void at_least(double share, double least, std::size_t runs, const ScenarioRates& rates, const std::string& what) {
        if (is_below(share, least, runs)) {
            fault(share, "at least", least, rates, what);
        }
    }

    void at_most(double share, double most, std::size_t runs, const ScenarioRates& rates, const std::string& what) {
        if (is_above(share, most, runs)) {
            fault(share, "at most", most, rates, what);
        }
    }

    void fault(double share, const char* relation, double limit, const ScenarioRates& rates, const std::string& what) {
        faults.push_back(fmt::format("{} noise, launches differ by {:.0f}%, {} launches: {} is {:.3f}, must be {} {}",
                                     rates.scenario.kind, 100 * rates.scenario.between_launches,
                                     rates.scenario.launches, what, share, relation, limit));
    }

    const SimulationSize& size_;
};

}  // namespace

std::string headings() {
    std::string text =
        "All in percent. cover: of the 95% intervals (and of Student's t over the launches' own), with their median "
        "width. any of 50:\nruns of 50 cells with any false alarm, uncorrected and corrected. false alarms, and a "
        "slowdown of 5% found, by rule:\n";
    for (const Rule& rule : rules()) {
        text += fmt::format("  {:14} {}\n", rule.name, rule.where);
    }
    text += fmt::format("\n{:30} {:^27} {:^27} {:^13} {:^13}", "", "p50", "p99", "ratio", "any of 50");
    for (const Rule& rule : rules()) {
        text += fmt::format(" {:>13}", rule.name);
    }
    text += fmt::format("\n{:14} {:>7} {:>8}", "noise", "between", "launches");
    for (int i = 0; i < 2; ++i) {
        text += fmt::format(" {:>6} {:>6} {:>6} {:>6}", "cover", "(t)", "width", "(t)");
    }
    text += fmt::format(" {:>6} {:>6} {:>6} {:>6}", "cover", "width", "uncor.", "corr.");
    for (std::size_t i = 0; i < rules().size(); ++i) {
        text += fmt::format(" {:>6} {:>6}", "false", "found");
    }
    return text + "\n";
}

std::string row(const ScenarioRates& rates) {
    std::string text = fmt::format("{:14} {:>6.0f}% {:>8}", rates.scenario.kind, 100 * rates.scenario.between_launches,
                                   rates.scenario.launches);
    for (const auto& [interval, student] :
         {std::pair{rates.p50, rates.p50_student}, std::pair{rates.p99, rates.p99_student}}) {
        for (const double share : {interval.coverage, student.coverage, interval.median_width, student.median_width}) {
            text += " " + percent(share);
        }
    }
    text += " " + percent(rates.ratio.coverage) + " " + percent(rates.ratio.median_width);
    text += " " + percent(rates.wide_paired.uncorrected) + " " + percent(rates.wide_paired.corrected);
    for (const RuleRates& rule : rates.rules) {
        text += " " + percent(rule.false_alarms) + " " + percent(rule.found);
    }
    return text + "\n";
}

std::string settling_table(const std::vector<ScenarioRates>& rates, const SimulationSize& size) {
    std::string text = fmt::format(
        "\nOf {} verdicts on 5 launches: how many are open, for how many of these launches are named that would settle "
        "them (in the median),\nand how many of these so many launches do settle, where nothing differs and with a "
        "slowdown of 5%.\n{:14} {:>7} {:^33} {:^33}\n{:22}",
        size.runs, "noise", "between", "same", "slowed", "");
    for (int i = 0; i < 2; ++i) {
        text += fmt::format(" {:>8} {:>7} {:>8} {:>7}", "open", "named", "launches", "settled");
    }
    text += "\n";
    for (const ScenarioRates& one : rates) {
        if (one.scenario.launches != 5) {
            continue;
        }
        text += fmt::format("{:14} {:>6.0f}%", one.scenario.kind, 100 * one.scenario.between_launches);
        for (const SettlingRates& settling : {one.settling_same, one.settling_slowed}) {
            text += fmt::format(" {:>8} {:>7} {:>8.0f} {:>7}", settling.open, settling.named, settling.median_launches,
                                settling.settled);
        }
        text += "\n";
    }
    return text;
}

Json to_json(const std::vector<ScenarioRates>& rates, const SimulationSize& size) {
    Json scenarios = Json::array();
    for (const ScenarioRates& one : rates) {
        scenarios.push_back(to_json(one));
    }
    Json by_name = Json::object();
    for (const Rule& rule : rules()) {
        by_name[rule.name] = rule.where;
    }
    return {{"runs", size.runs}, {"wide_runs", size.wide_runs}, {"cells_of_a_wide_run", wide_cells},
            {"seed", size.seed}, {"tolerance", tolerance},      {"true_slowdown", slowdown},
            {"rules", by_name},  {"scenarios", scenarios}};
}

std::vector<std::string> faults_of(const std::vector<ScenarioRates>& rates, const SimulationSize& size) {
    Check check(size);
    for (const ScenarioRates& one : rates) {
        check.intervals(one);
        check.verdicts(one);
        check.peers(one);
        check.settling(one);
    }
    check.together(rates);
    return check.faults;
}

}  // namespace gravbench::verdicts

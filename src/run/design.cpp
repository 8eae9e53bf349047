#include "run/design.h"

#include <algorithm>
#include <utility>

#include "figures/precision.h"

namespace gravbench::run {
namespace {

/// The two variants of each pair, or every cell by itself.
std::vector<Group> units_of(const plan::Plan& plan) {
    std::vector<Group> units;
    for (const plan::Plan::Pair& pair : plan.versus) {
        units.push_back({pair.base, pair.other});
    }
    for (std::size_t cell = 0; plan.versus.empty() && cell < plan.cells.size(); ++cell) {
        units.push_back({cell});
    }
    return units;
}

}  // namespace

Rounds::Rounds(const plan::Plan& plan)
    : units_(units_of(plan)), unit_of_(plan.cells.size()), cells_(plan.cells.size()), sampling_(plan.options.sampling) {
    for (std::size_t unit = 0; unit < units_.size(); ++unit) {
        shapes_.emplace_back(plan.options, units_[unit].size());
        for (const std::size_t cell : units_[unit]) {
            unit_of_[cell] = unit;
        }
    }
}

void Rounds::observe(std::size_t cell, const records::LaunchRecord& record) {
    Seen& seen = cells_[cell];
    seen.numbers.insert(record.launch.number);
    seen.has_complete = seen.has_complete || record.is_complete();
    // One that has only failed will fail again; one that has succeeded may go on.
    seen.is_given_up = seen.is_given_up || !seen.has_complete;
    if (record.is_complete()) {
        const std::size_t unit = unit_of_[cell];
        shapes_[unit].observe(cell == units_[unit].front() ? 0 : 1, record.launch);
    }
}

/// The cells of the unit that lack the launch that it is at.
Group Rounds::wanted(std::size_t unit) const {
    Group cells;
    std::copy_if(units_[unit].begin(), units_[unit].end(), std::back_inserter(cells), [&](std::size_t cell) {
        return !cells_[cell].is_given_up && cells_[cell].numbers.count(number_) == 0;
    });
    return cells;
}

std::optional<Wave> Rounds::next() {
    for (; number_ < plan::Sampling::most_launches; ++number_) {
        Wave wave{number_, number_ >= sampling_.launches, {}, {}};
        bool is_any_unfinished = false;
        for (const std::size_t unit : round_order(units_.size(), sampling_.seed, number_)) {
            if (wave.is_extra && is_enough(unit)) {
                continue;
            }
            const bool is_alive = std::any_of(units_[unit].begin(), units_[unit].end(),
                                              [&](std::size_t cell) { return !cells_[cell].is_given_up; });
            is_any_unfinished = is_any_unfinished || is_alive;
            if (Group cells = wanted(unit); !cells.empty()) {
                wave.units.push_back(std::move(cells));
                wave.shapes.push_back(shapes_[unit].shape());
            }
        }
        if (!wave.units.empty()) {
            ++number_;
            return wave;
        }
        if (!is_any_unfinished) {
            return std::nullopt;
        }
    }
    return std::nullopt;
}

FigureSource figure_source() {
    return {figures::launch_figure_with_blocks,
            [](const std::vector<stats::LaunchFigure>& figures) { return figures::half_width(figures); },
            [](const figures::Launches& launches, const std::string& metric) {
                return figures::half_width(launches, metric);
            },
            [](const std::vector<double>& ratios) { return figures::ratio_half_width(ratios); }};
}

UntilPrecise::UntilPrecise(const plan::Plan& plan, FigureSource source)
    : Rounds(plan),
      source_(std::move(source)),
      metric_(plan.options.stopping.metric),
      wanted_(plan.options.wanted_precision()),
      is_of_launches_(metric_ == "p50"),
      known_(plan.cells.size()) {}

void UntilPrecise::observe(std::size_t cell, const records::LaunchRecord& record) {
    Rounds::observe(cell, record);
    if (!record.is_complete()) {
        return;
    }
    Known& known = known_[cell];
    if (auto figure = source_.of_launch(record.launch, metric_)) {
        known.figures.push_back(std::move(*figure));
    } else {
        known.lacks_figure = true;
    }
    if (!is_of_launches_) {
        known.launches.push_back(record.launch);
    }
}

/// An interval is of all launches. From ten launches on, or with all samples, it is made again only when there are a
/// tenth more of them, so that the work of all together grows as the launches do.
bool UntilPrecise::is_time_to_judge(const Known& known) const {
    constexpr std::size_t few = 10;
    const std::size_t launches = known.figures.size();
    const bool is_cheap = is_of_launches_ && launches < few;
    return launches > known.judged && (is_cheap || 10 * launches >= 11 * known.judged);
}

std::optional<double> UntilPrecise::half_width(const Known& known) const {
    return is_of_launches_ ? source_.half_width(known.figures) : source_.tail_half_width(known.launches, metric_);
}

bool UntilPrecise::is_enough(std::size_t unit) {
    Known& known = known_[units()[unit].front()];
    if (known.lacks_figure) {  // Of every launch: more of them would not help.
        return true;
    }
    if (is_time_to_judge(known)) {
        known.judged = known.figures.size();
        const auto reached = half_width(known);
        known.is_precise = reached && *reached <= wanted_;
    }
    return known.is_precise;
}

Pairs::Pairs(const plan::Plan& plan, FigureSource source)
    : Rounds(plan),
      source_(std::move(source)),
      metric_(plan.options.stopping.metric),
      wanted_(plan.options.wanted_precision()),
      known_(units().size()) {}

void Pairs::observe(std::size_t cell, const records::LaunchRecord& record) {
    Rounds::observe(cell, record);
    if (!record.is_complete()) {
        return;
    }
    const std::size_t unit = unit_of(cell);
    Known& known = known_[unit];
    const auto figure = source_.of_launch(record.launch, metric_);
    if (!figure) {
        known.lacks_figure = true;
        return;
    }
    const int number = record.launch.number;
    (cell == units()[unit].front() ? known.base : known.other)[number] = figure->value;
    const auto base = known.base.find(number);
    const auto other = known.other.find(number);
    if (base != known.base.end() && other != known.other.end()) {
        known.ratios.push_back(other->second / base->second);
        known.base.erase(base);
        known.other.erase(other);
    }
}

bool Pairs::is_enough(std::size_t unit) {
    // Without its partner a variant compares with nothing.
    if (std::any_of(units()[unit].begin(), units()[unit].end(), [&](std::size_t cell) { return gives_up(cell); })) {
        return true;
    }
    Known& known = known_[unit];
    if (known.lacks_figure) {
        return true;
    }
    if (known.ratios.size() > known.judged) {
        known.judged = known.ratios.size();
        const auto reached = source_.ratio_half_width(known.ratios);
        known.is_precise = reached && *reached <= wanted_;
    }
    return known.is_precise;
}

std::unique_ptr<Design> design_for(const plan::Plan& plan) {
    if (plan.options.sampling.has_fixed_launches) {
        return std::make_unique<FixedLaunches>(plan);
    }
    if (plan.versus.empty()) {
        return std::make_unique<UntilPrecise>(plan);
    }
    return std::make_unique<Pairs>(plan);
}

}  // namespace gravbench::run

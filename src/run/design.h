#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "figures/latency.h"
#include "plan/plan.h"
#include "records/launch_record.h"
#include "run/order.h"
#include "run/shape_choice.h"

namespace gravbench::run {

/// One launch more of some cells, side by side as far as memory goes.
struct Wave {
    int number = 0;  ///< of these launches
    /// Whether it is beyond what the plan asks for in any case.
    bool is_extra = false;
    /// In the order in which they begin. The cells of one unit begin together or not at all.
    std::vector<Group> units;
    /// What the launches of each unit measure.
    std::vector<plan::LaunchShape> shapes;
};

/// Decides what is measured next. It sees what launches measured, and starts nothing: the session does (session.h).
class Design {
  public:
    virtual ~Design() = default;
    /// What comes next, after all that was observed; nothing where that is enough.
    virtual std::optional<Wave> next() = 0;
    /// A launch of the cell is over. Cells are indices into Plan::cells.
    virtual void observe(std::size_t cell, const records::LaunchRecord& record) = 0;
    /// The cell cannot be measured.
    virtual void give_up(std::size_t cell) = 0;
    virtual bool gives_up(std::size_t cell) const = 0;
};

/// Every unit gets launch 0, then every unit launch 1, and so on in an order that is shuffled anew for each: a drift of
/// the machine falls on all alike. Each gets the plan's launches, and more until it `is_enough`. Launches that are
/// there already, of an interrupted run, are not asked for again. One whose launches have all failed gets no more.
class Rounds : public Design {
  public:
    std::optional<Wave> next() final;
    void observe(std::size_t cell, const records::LaunchRecord& record) override;
    void give_up(std::size_t cell) final { cells_[cell].is_given_up = true; }
    bool gives_up(std::size_t cell) const final { return cells_[cell].is_given_up; }

  protected:
    explicit Rounds(const plan::Plan& plan);
    /// Whether launches beyond the plan's would be wasted on this unit.
    virtual bool is_enough(std::size_t unit) = 0;
    const std::vector<Group>& units() const { return units_; }
    std::size_t unit_of(std::size_t cell) const { return unit_of_[cell]; }

  private:
    struct Seen {
        std::set<int> numbers;
        bool has_complete = false;
        bool is_given_up = false;
    };
    Group wanted(std::size_t unit) const;

    std::vector<Group> units_;
    std::vector<std::size_t> unit_of_;
    std::vector<ShapeChoice> shapes_;  ///< of the units
    std::vector<Seen> cells_;
    plan::Sampling sampling_;
    int number_ = 0;
};

/// The plan's launches, and no more.
class FixedLaunches final : public Rounds {
  public:
    explicit FixedLaunches(const plan::Plan& plan) : Rounds(plan) {}

  private:
    bool is_enough(std::size_t) override { return true; }
};

/// The figures that the designs look at; a launch's own is made once. Tests count the calls.
struct FigureSource {
    std::function<std::optional<stats::LaunchFigure>(const records::Launch& launch, const std::string& metric)>
        of_launch;
    /// Of "p50", by the launches' own.
    std::function<std::optional<double>(const std::vector<stats::LaunchFigure>& figures)> half_width;
    /// Of the mean and the other percentiles, which are those of all samples.
    std::function<std::optional<double>(const figures::Launches& launches, const std::string& metric)> tail_half_width;
    std::function<std::optional<double>(const std::vector<double>& ratios)> ratio_half_width;
};
FigureSource figure_source();

/// More launches of each cell until half the width of its figure's interval is what was wanted.
class UntilPrecise final : public Rounds {
  public:
    explicit UntilPrecise(const plan::Plan& plan, FigureSource source = figure_source());
    void observe(std::size_t cell, const records::LaunchRecord& record) override;

  private:
    struct Known {
        std::vector<stats::LaunchFigure> figures;
        figures::Launches launches;  ///< for a percentile of all samples only
        /// Whether a launch has too few samples for the figure.
        bool lacks_figure = false;
        std::size_t judged = 0;  ///< how many launches there were when it was last looked at
        bool is_precise = false;
    };
    bool is_enough(std::size_t unit) override;
    bool is_time_to_judge(const Known& known) const;
    std::optional<double> half_width(const Known& known) const;

    FigureSource source_;
    std::string metric_;
    double wanted_;
    bool is_of_launches_;  ///< whether the figure is made of the launches' own
    std::vector<Known> known_;
};

/// More launches of both variants of each pair until their ratio is known as precisely as was wanted.
class Pairs final : public Rounds {
  public:
    explicit Pairs(const plan::Plan& plan, FigureSource source = figure_source());
    void observe(std::size_t cell, const records::LaunchRecord& record) override;

  private:
    struct Known {
        std::map<int, double> base;   ///< figures whose partner is still to come, by the launch's number
        std::map<int, double> other;  ///< one of the two holds it
        std::vector<double> ratios;   ///< other / base
        bool lacks_figure = false;    ///< as in UntilPrecise
        std::size_t judged = 0;
        bool is_precise = false;
    };
    bool is_enough(std::size_t unit) override;

    FigureSource source_;
    std::string metric_;
    double wanted_;
    std::vector<Known> known_;
};

/// The design that the plan asks for.
std::unique_ptr<Design> design_for(const plan::Plan& plan);

}  // namespace gravbench::run

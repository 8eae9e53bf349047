#include "scenario.h"

#include <algorithm>
#include <cmath>

#include "stats/quantile.h"

namespace gravbench::verdicts {
namespace {

constexpr double total_drift = 0.12;

/// All inferences that launches of this kind could make, without what tells launches apart.
std::vector<double> typical_launch(const std::string& kind) {
    noise::Model typical = model_of(kind, 0, 2);
    typical.drift = 0;
    // Does not change how inferences are distributed, only their order.
    typical.autocorrelation = 0;
    noise::Launch launch(typical, 0);
    std::vector<double> samples(1'000'000);
    for (double& sample : samples) {
        launch.begin_block();
        sample = launch.next();
    }
    std::sort(samples.begin(), samples.end());
    return samples;
}

double mean_drift(const Scenario& scenario) {
    double sum = 0;
    for (std::size_t i = 0; i < scenario.launches; ++i) {
        sum += std::log1p(scenario.model.drift * static_cast<double>(i));
    }
    return std::exp(sum / static_cast<double>(scenario.launches));
}

stats::LaunchFigure median_of(const std::vector<double>& sorted, std::vector<std::vector<double>> blocks) {
    stats::LaunchFigure figure{stats::launch_quantile(sorted, 0.5), {}};
    for (auto& block : blocks) {
        std::sort(block.begin(), block.end());
        figure.blocks.push_back(stats::launch_quantile(block, 0.5));
    }
    return figure;
}

}  // namespace

noise::Model model_of(const std::string& kind, double between_launches, std::size_t launches) {
    noise::Model model;
    model.between_launches = between_launches;
    model.between_blocks = 0.01;
    model.within = 0.03;
    if (kind == "autocorrelated") {
        model.autocorrelation = 0.8;
    } else if (kind == "drifting") {
        model.drift = total_drift / static_cast<double>(launches - 1);
    } else if (kind == "heavy-tailed") {
        model.tail = 3;
    }
    return model;
}

std::vector<Scenario> all_scenarios() {
    std::vector<Scenario> scenarios;
    for (const char* kind : {"plain", "autocorrelated", "drifting", "heavy-tailed"}) {
        const std::vector<double> typical = typical_launch(kind);
        for (const std::size_t launches : {5, 12, 24}) {
            for (const double between : {0.0, 0.02, 0.05, 0.11}) {
                Scenario scenario{kind, between, launches, model_of(kind, between, launches), 0, 0};
                scenario.p50 = stats::quantile(typical, 0.5) * mean_drift(scenario);
                scenario.p99 = stats::quantile(typical, 0.99) * mean_drift(scenario);
                scenarios.push_back(std::move(scenario));
            }
        }
    }
    return scenarios;
}

Cell measure(const Scenario& scenario, const LaunchShape& shape, std::uint64_t seed) {
    noise::Model model = scenario.model;
    model.seed = seed;
    Cell cell;
    for (std::size_t number = 0; number < scenario.launches; ++number) {
        noise::Launch launch(model, number);
        std::vector<std::vector<double>> blocks(shape.blocks, std::vector<double>(shape.samples));
        std::vector<double> all;
        for (auto& block : blocks) {
            launch.begin_block();
            std::generate(block.begin(), block.end(), [&] { return launch.next(); });
            all.insert(all.end(), block.begin(), block.end());
        }
        std::sort(all.begin(), all.end());
        cell.p50.push_back(median_of(all, blocks));
        cell.p99.push_back(stats::launch_quantile(all, 0.99));
        cell.samples.push_back(std::move(blocks));
        cell.measured.launch_p50.push_back(cell.p50.back().value);
        cell.measured.pooled.insert(cell.measured.pooled.end(), all.begin(), all.end());
    }
    std::sort(cell.measured.pooled.begin(), cell.measured.pooled.end());
    return cell;
}

}  // namespace gravbench::verdicts

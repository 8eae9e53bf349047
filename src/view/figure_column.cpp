#include "view/figure_column.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

#include "audit/summary.h"
#include "document/roofline.h"
#include "view/number.h"

namespace gravbench::view {
namespace {

using document::Cell;
using document::Document;
using Digits = Column::Digits;

template <typename Number>
ColumnValue value_or_nothing(const std::optional<Number>& value) {
    return value ? ColumnValue(*value) : ColumnValue();
}

/// A share as people read it, in percent.
ColumnValue percent_or_nothing(const std::optional<double>& share) {
    return share ? ColumnValue(100 * *share) : ColumnValue();
}

/// A percentile, or the mean.
Column latency(const std::string& figure, const std::string& heading, bool is_shown, int importance) {
    Column column{figure + "_ms", heading, {}, is_shown, Digits::significant, importance};
    column.value = [figure](const Cell& cell) {
        return cell.latency ? value_or_nothing(cell.latency->at(figure).value) : ColumnValue();
    };
    column.reason = [figure](const Cell& cell) {
        return cell.latency ? cell.latency->at(figure).reason : std::string();
    };
    return column;
}

/// A member of the latency that every cell with a complete launch has.
template <typename Number>
Column of_samples(const std::string& name, const std::string& heading, Number figures::Latency::*member) {
    Column column{name, heading, {}, false};
    column.digits = std::is_floating_point_v<Number> ? Digits::significant : Digits::whole;
    column.value = [member](const Cell& cell) -> ColumnValue {
        using Kind = std::conditional_t<std::is_floating_point_v<Number>, double, std::int64_t>;
        return cell.latency ? ColumnValue(static_cast<Kind>((*cell.latency).*member)) : ColumnValue();
    };
    return column;
}

ColumnValue p50_interval(const Cell& cell) {
    const auto interval = cell.latency ? cell.latency->at("p50").ci95 : std::nullopt;
    return interval ? ColumnValue(four_digits(interval->low) + " .. " + four_digits(interval->high)) : ColumnValue();
}

std::string no_p50_interval(const Cell& cell) {
    return cell.latency ? cell.latency->at("p50").interval_reason : "";
}

ColumnValue throughput(const Cell& cell) {
    return cell.throughput ? value_or_nothing(cell.throughput->value) : ColumnValue();
}

std::string no_throughput(const Cell& cell) {
    return cell.throughput ? cell.throughput->reason : "";
}

Column accuracy(const std::string& name, const std::string& heading,
                std::optional<double> protocol::Comparison::*member, bool is_shown, Digits digits, int importance) {
    Column column{name, heading, {}, is_shown, digits, importance};
    column.value = [member](const Cell& cell) {
        return cell.accuracy ? value_or_nothing(cell.accuracy->outputs.*member) : ColumnValue();
    };
    return column;
}

Column cold_start(const std::string& name, const std::string& heading,
                  std::optional<double> figures::ColdStart::*member, bool is_shown, int importance) {
    Column column{name, heading, {}, is_shown, Digits::significant, importance};
    column.value = [member](const Cell& cell) {
        return cell.cold_start ? value_or_nothing((*cell.cold_start).*member) : ColumnValue();
    };
    return column;
}

ColumnValue peak_mib(const Cell& cell) {
    constexpr double mib = 1 << 20;
    return cell.peak_rss_bytes ? ColumnValue(static_cast<double>(*cell.peak_rss_bytes) / mib) : ColumnValue();
}

ColumnValue bf16_percent(const Cell& cell) {
    return cell.audit ? percent_or_nothing(audit::summarise(cell.audit->kernels).bf16_share) : ColumnValue();
}

ColumnValue acl_percent(const Cell& cell) {
    return cell.audit ? percent_or_nothing(audit::summarise(cell.audit->kernels).acl_share) : ColumnValue();
}

ColumnValue outside_percent(const Cell& cell) {
    return cell.audit ? percent_or_nothing(cell.audit->outside_onednn) : ColumnValue();
}

std::string outside_unknown(const Cell& cell) {
    return cell.audit ? cell.audit->outside_reason : "";
}

/// The share of the machine's arithmetic peak, of the cells that have one.
std::map<const Cell*, double> peak_shares(const Document& document) {
    const auto rooflines = document::rooflines_of(document);
    std::map<const Cell*, double> shares;
    for (std::size_t i = 0; i < rooflines.size(); ++i) {
        if (rooflines[i]) {
            shares[&document.cells[i]] = rooflines[i]->peak_share;
        }
    }
    return shares;
}

ColumnValue problem_codes(const Cell& cell) {
    std::vector<std::string> codes;
    for (const findings::Problem& problem : cell.problems) {
        if (std::count(codes.begin(), codes.end(), problem.code) == 0) {
            codes.push_back(problem.code);
        }
    }
    return codes.empty() ? ColumnValue() : ColumnValue(fmt::format("{}", fmt::join(codes, " ")));
}

}  // namespace

std::vector<Column> figure_columns(const Document& document) {
    constexpr Digits digits = Digits::significant;
    constexpr bool shown = true;
    constexpr bool only_csv = false;
    const bool has_bf16 = std::any_of(document.cells.begin(), document.cells.end(),
                                      [](const Cell& cell) { return bf16_percent(cell) != ColumnValue(); });
    constexpr Role figure = Role::figure;
    const auto shares = std::make_shared<const std::map<const Cell*, double>>(peak_shares(document));
    const auto peak_percent = [shares](const Cell& cell) {
        const auto found = shares->find(&cell);
        return found == shares->end() ? ColumnValue() : ColumnValue(100 * found->second);
    };
    return {
        latency("p50", "p50 ms", shown, always),
        {"p50_ci95_ms", "95% interval", p50_interval, shown, digits, 60, figure, no_p50_interval},
        latency("mean", "mean ms", only_csv, 0),
        of_samples("stddev_ms", "stddev ms", &figures::Latency::stddev),
        of_samples("min_ms", "min ms", &figures::Latency::min),
        latency("p90", "p90 ms", shown, 35),
        latency("p95", "p95 ms", only_csv, 0),
        latency("p99", "p99 ms", shown, 40),
        latency("p99_9", "p99.9 ms", only_csv, 0),
        of_samples("max_ms", "max ms", &figures::Latency::max),
        {"throughput_per_s", "items/s", throughput, shown, digits, 55, figure, no_throughput},
        accuracy("cosine_similarity", "cosine", &protocol::Comparison::cosine_similarity, shown, Digits::six_decimals,
                 50),
        accuracy("max_abs_error", "max error", &protocol::Comparison::max_abs_error, only_csv, digits, 0),
        accuracy("top1_agreement", "top-1", &protocol::Comparison::top1_agreement, only_csv, digits, 0),
        cold_start("load_ms", "load ms", &figures::ColdStart::load, only_csv, 0),
        cold_start("first_inference_ms", "first ms", &figures::ColdStart::first_inference, shown, 25),
        {"peak_rss_mib", "peak MiB", peak_mib, shown, Digits::whole, 20},
        {"bf16_percent", "bf16 %", bf16_percent, has_bf16, Digits::whole, 30},
        {"peak_percent", "peak %", peak_percent, !shares->empty(), Digits::whole, 28},
        {"acl_percent", "ACL %", acl_percent, only_csv, Digits::whole},
        {"outside_onednn_percent", "outside oneDNN %", outside_percent, only_csv, Digits::whole, 0, figure,
         outside_unknown},
        of_samples("samples", "samples", &figures::Latency::samples),
        of_samples("launches", "launches", &figures::Latency::launches),
        {"problems", "problems", problem_codes, shown, digits, 90},
    };
}

}  // namespace gravbench::view

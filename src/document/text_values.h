#pragma once

#include <simdjson.h>

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/checked_json.h"
#include "base/json.h"
#include "document/strict_json.h"
#include "stats/summary.h"

/// Values of a text that simdjson has parsed, each checked as it is read. They are for what a document has so much of
/// that making JSON values of it first (base/checked_json.h) would take too long. All throw DataError
/// ("r.json: cells[3].launches[0].number: expected a whole number from 0 to 9"), or simdjson::simdjson_error where the
/// text is no JSON.
namespace gravbench::document {

/// Where a value stands; written out only where something is wrong with it.
struct Place {
    const Place* up;
    std::string_view name;
    std::size_t index;  ///< `none` for a member
    static constexpr std::size_t none = ~std::size_t{0};

    std::string text() const;
    Place member(std::string_view of) const { return {this, of, none}; }
    Place item(std::size_t number) const { return {this, "", number}; }
};

/// Members of one object, by names that the parser keeps until its text is done. A second one of the same name would
/// silently replace the first.
class MembersOnce {
  public:
    void add(std::string_view name, const Place& place) {
        if (names_.size() == most_members || has(name)) {
            throw_not_added(name, place);
        }
        names_.push_back(name);
    }
    bool has(std::string_view name) const { return std::find(names_.begin(), names_.end(), name) != names_.end(); }
    /// Throws for the first of them that is not there.
    void require(std::initializer_list<std::string_view> names, const Place& place) const;

  private:
    [[noreturn]] void throw_not_added(std::string_view name, const Place& place) const;

    boost::container::small_vector<std::string_view, 16> names_;
};

simdjson::ondemand::object object_at(simdjson::ondemand::value found, const Place& place);

/// Hands each member's name, value and place to `use`. Which there were.
template <typename Use>
MembersOnce for_each_member(simdjson::ondemand::object object, const Place& place, Use use) {
    MembersOnce once;
    for (auto field : object) {
        const std::string_view key = field.unescaped_key();
        once.add(key, place);
        use(key, field.value(), place.member(key));
    }
    return once;
}
template <typename Use>
MembersOnce for_each_member(simdjson::ondemand::value found, const Place& place, Use use) {
    return for_each_member(object_at(found, place), place, use);
}

simdjson::ondemand::array list_at(simdjson::ondemand::value found, const Place& place);
std::int64_t integer_at(simdjson::ondemand::value found, checked::Range range, const Place& place);
int small_integer_at(simdjson::ondemand::value found, const Place& place);
bool truth_at(simdjson::ondemand::value found, const Place& place);
std::string text_at(simdjson::ondemand::value found, const Place& place);
std::vector<std::int64_t> integers_at(simdjson::ondemand::value found, checked::Range range, const Place& place);
/// Not below 0.
double number_at(simdjson::ondemand::value found, const Place& place);
bool is_null(simdjson::ondemand::value found);
std::optional<double> number_or_null(simdjson::ondemand::value found, const Place& place);
/// Two ascending numbers.
std::optional<stats::Interval> interval_or_null(simdjson::ondemand::value found, const Place& place);
std::vector<std::string> texts_at(simdjson::ondemand::value found, const Place& place);

/// The same as strict_json() of its text, in a third of the time.
Json small_json(simdjson::ondemand::value found, const Place& place, std::size_t depth = 0);

/// What nobody asks for must be JSON nevertheless: in what was parsed it is only looked for where it is read.
void check_ignored(simdjson::ondemand::value found, const Place& place);

}  // namespace gravbench::document

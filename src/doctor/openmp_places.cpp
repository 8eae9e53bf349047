#include "doctor/openmp_places.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "machine/host_files.h"

namespace gravbench::doctor {
namespace {

/// Keeps a malformed list from filling the memory.
constexpr int most_cpus = 65536;

std::optional<int> number_of(const std::string& text) {
    const bool is_number =
        !text.empty() && text.size() < 6 && text.find_first_not_of("0123456789") == std::string::npos;
    return is_number ? std::optional(std::stoi(text)) : std::nullopt;
}

struct Interval {
    int first = 0;
    int count = 1;
    int stride = 1;
};

/// The ":count:stride" behind the first of an interval; both may be left out.
bool read_count_and_stride(const std::vector<std::string>& parts, Interval& interval) {
    const bool is_backward = parts.size() == 3 && !parts[2].empty() && parts[2][0] == '-';
    const auto count = parts.size() > 1 ? number_of(parts[1]) : std::optional(1);
    const auto stride = parts.size() > 2 ? number_of(is_backward ? parts[2].substr(1) : parts[2]) : std::optional(1);
    if (parts.size() > 3 || !count || !stride || *count < 1) {
        return false;
    }
    interval.count = *count;
    interval.stride = is_backward ? -*stride : *stride;
    return true;
}

/// "0", "0:4", "0:4:2" inside the braces.
bool add_resources(const std::string& text, Place& place) {
    const std::vector<std::string> parts = split(text, ':');
    const auto first = number_of(parts.front());
    Interval interval;
    if (!first || !read_count_and_stride(parts, interval)) {
        return false;
    }
    for (int i = 0; i < interval.count && i < most_cpus; ++i) {
        place.insert(*first + i * interval.stride);
    }
    return true;
}

std::optional<Place> place_of(const std::string& inside) {
    Place place;
    for (const std::string& resources : split(inside, ',')) {
        if (!add_resources(resources, place)) {
            return std::nullopt;
        }
    }
    return place;
}

/// "{...}" with what may follow, ":4:2".
bool add_places(const std::string& text, std::vector<Place>& places) {
    const auto close = text.find('}');
    if (text.empty() || text[0] != '{' || close == std::string::npos) {
        return false;
    }
    const auto place = place_of(text.substr(1, close - 1));
    // "x" stands where an interval of numbers has its first.
    const std::vector<std::string> parts = split("x" + text.substr(close + 1), ':');
    Interval interval;
    if (!place || parts.front() != "x" || !read_count_and_stride(parts, interval)) {
        return false;
    }
    for (int i = 0; i < interval.count && i < most_cpus; ++i) {
        Place moved;
        for (const int cpu : *place) {
            moved.insert(cpu + i * interval.stride);
        }
        places.push_back(std::move(moved));
    }
    return true;
}

std::string without_any_blanks(std::string text) {
    text.erase(std::remove_if(text.begin(), text.end(), [](unsigned char c) { return std::isspace(c) != 0; }),
               text.end());
    return text;
}

/// "a,b" split at commas that stand outside of braces.
std::vector<std::string> split_outside_braces(const std::string& text) {
    std::vector<std::string> pieces{""};
    int depth = 0;
    for (const char c : text) {
        depth += c == '{' ? 1 : c == '}' ? -1 : 0;
        if (c == ',' && depth == 0) {
            pieces.emplace_back();
        } else {
            pieces.back() += c;
        }
    }
    return pieces;
}

/// "4", "4-15", "4-15:2".
bool add_affinity(const std::string& entry, std::vector<Place>& places) {
    const auto dash = entry.find('-');
    const auto colon = entry.find(':');
    const auto first = number_of(entry.substr(0, std::min(dash, colon)));
    const auto last = dash == std::string::npos ? first : number_of(entry.substr(dash + 1, colon - dash - 1));
    const auto stride = colon == std::string::npos ? std::optional(1) : number_of(entry.substr(colon + 1));
    if (!first || !last || !stride || *stride < 1) {
        return false;
    }
    for (int cpu = *first; cpu <= *last; cpu += *stride) {
        places.push_back({cpu});
    }
    return true;
}

}  // namespace

std::optional<std::vector<Place>> parse_places(const std::string& text) {
    std::vector<Place> places;
    for (const std::string& piece : split_outside_braces(without_any_blanks(text))) {
        if (!add_places(piece, places)) {
            return std::nullopt;
        }
    }
    return places;
}

std::optional<std::vector<Place>> parse_gomp_affinity(const std::string& text) {
    std::string separated = text;
    std::replace(separated.begin(), separated.end(), ' ', ',');
    std::vector<Place> places;
    for (const std::string& entry : split(separated, ',')) {
        if (!entry.empty() && !add_affinity(entry, places)) {
            return std::nullopt;
        }
    }
    return places.empty() ? std::nullopt : std::optional(places);
}

}  // namespace gravbench::doctor

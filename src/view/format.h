#pragma once

#include <string>
#include <vector>

namespace gravbench::view {

/// What can be shown.
enum class Content { results, comparison, across, audit, doctor };

/// A way to show something. The table `formats()` is the only list of them: each command asks it.
struct Format {
    std::string name;
    std::string help;
    std::vector<Content> contents;  ///< what can be shown in it
    bool is_for_people = false;     ///< else other text beside it would spoil it
};

const std::vector<Format>& formats();

/// The names of those that this content has: "table, markdown, csv".
std::string format_names(Content content);

/// Throws UsageError that lists the formats which this content has.
const Format& find_format(Content content, const std::string& name);

}  // namespace gravbench::view

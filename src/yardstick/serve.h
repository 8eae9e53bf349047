#pragma once

#include <functional>
#include <string>

#include "base/json.h"
#include "machine/yardstick.h"
#include "yardstick/yardstick.h"

namespace gravbench::yardstick {

/// What a library reaches with so many threads (yardstick/practical.h). Throws DataError where there is none.
using PracticalPeaksOf = std::function<machine::PracticalPeaks(int threads)>;

/// The reply to one line of the channel: {"request":"describe"}, {"request":"read","threads":2} or
/// {"request":"practical","threads":2}. Where it is none of these, or cannot be had, {"error":...} says why. Never
/// throws DataError.
Json answer(const std::string& line, Yardstick& yardstick, int most_threads, const PracticalPeaksOf& practical);

/// One reply to each line of the channel on which gravbench hands its engines theirs, until it is gone.
void serve(Yardstick& yardstick, int most_threads, const PracticalPeaksOf& practical);

}  // namespace gravbench::yardstick

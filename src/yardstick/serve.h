#pragma once

#include <string>

#include "base/json.h"
#include "yardstick/yardstick.h"

namespace gravbench::yardstick {

/// The reply to one line of the channel: {"request":"describe"} or {"request":"read","threads":2}. Where it is neither,
/// {"error":...} says why. Never throws DataError.
Json answer(const std::string& line, Yardstick& yardstick, int most_threads);

/// One reply to each line of the channel on which gravbench hands its engines theirs, until it is gone.
void serve(Yardstick& yardstick, int most_threads);

}  // namespace gravbench::yardstick

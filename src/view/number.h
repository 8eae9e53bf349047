#pragma once

#include <string>

namespace gravbench::view {

/// Four digits that matter, without an exponent: 0.02314, 62.14, 1234. A dash for what is not finite.
std::string four_digits(double number);

/// As many digits as it takes to read the same number again: 0.1, 512.0. Nothing for what is not finite.
std::string all_digits(double number);

/// A ratio as people read it: 1.052 is +5.2%.
std::string signed_percent(double ratio);

}  // namespace gravbench::view

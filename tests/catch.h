#pragma once

// Catch2 2.13 (Debian 12) has one header, 3.x (Debian 13, Ubuntu 24.04) has many, and some names moved.
// Include this instead of either; then `Approx`, `Contains`, `EndsWith` and `StartsWith` work unqualified.

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
inline auto Contains(const std::string& text) {
    return Catch::Matchers::ContainsSubstring(text);
}
#else
#include <catch2/catch.hpp>  // brings Approx into the global namespace itself
inline auto Contains(const std::string& text) {
    return Catch::Matchers::Contains(text);
}
#endif

using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

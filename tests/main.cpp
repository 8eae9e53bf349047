// Only where Catch2 brings no main of its own: some packages of 2.x lack the target Catch2WithMain.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>

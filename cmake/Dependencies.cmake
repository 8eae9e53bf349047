# Libraries come from the distribution; where it lacks one, FetchContent takes a pinned release with its hash.
include(FetchContent)

macro(gravbench_dependency name version url sha256)
  find_package(${name} ${version} QUIET)
  if(${name}_FOUND)
    message(STATUS "${name}: ${${name}_VERSION} from the system")
  else()
    message(STATUS "${name}: not found, fetching ${url}")
    FetchContent_Declare(${name} URL ${url} URL_HASH SHA256=${sha256} SYSTEM DOWNLOAD_EXTRACT_TIMESTAMP OFF)
    FetchContent_MakeAvailable(${name})
  endif()
endmacro()

gravbench_dependency(fmt 9 https://github.com/fmtlib/fmt/archive/10.2.1.tar.gz
  1250e4cc58bf06ee631567523f48848dc4596133e163f02615c97f78bab6c811)
gravbench_dependency(nlohmann_json 3.10 https://github.com/nlohmann/json/releases/download/v3.11.3/json.tar.xz
  d6c65aca6b1ed68e7a182f4757257b107ae403032760ed6ef121c9d55e81757d)
gravbench_dependency(CLI11 2.1 https://github.com/CLIUtils/CLI11/archive/v2.4.2.tar.gz
  f2d893a65c3b1324c50d4e682c0cdc021dd0477ae2c048544f39eed6654b699a)
if(GRAVBENCH_TESTS)
  # Catch2 2.13 (Debian 12) and 3.x (Debian 13, Ubuntu 24.04) both work: tests/catch.h hides the difference.
  gravbench_dependency(Catch2 "" https://github.com/catchorg/Catch2/archive/v3.6.0.tar.gz
    485932259a75c7c6b72d4b874242c489ea5155d17efa345eb8cc72159f49f356)
endif()

# Only gravbench-onednn needs oneDNN, of version 2 or 3, and is left out without it. It takes too long to build to be fetched.
# Not by its own CMake package: Debian's asks for the headers of OpenCL, and fails without.
find_path(DNNL_INCLUDE_DIR oneapi/dnnl/dnnl.hpp)
find_library(DNNL_LIBRARY dnnl)
if(DNNL_INCLUDE_DIR AND DNNL_LIBRARY)
  message(STATUS "dnnl: ${DNNL_LIBRARY} from the system")
else()
  message(STATUS "dnnl: not found, built without oneDNN: the yardstick has no practical peak (docs/yardstick.md)")
endif()

if(POLICY CMP0167)
  cmake_policy(SET CMP0167 NEW)  # Boost's own CMake package
endif()
find_package(Boost 1.74 REQUIRED)      # headers only: Boost.Math's distributions
find_package(OpenSSL 1.1 REQUIRED)     # SHA-256
find_package(simdjson 3.0 REQUIRED)    # documents of ten thousand cells are read in a fraction of a second

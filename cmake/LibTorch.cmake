# Finds LibTorch for src/engines/torch, the only folder that sees it: -DTORCH_DIR or $TORCH_DIR (the LibTorch zip's folder, or the
# `torch` folder of a Python wheel), else CMAKE_PREFIX_PATH, else the virtual environment that scripts/setup.sh makes in build/venv.
# Cross-compiled: the wheel that scripts/emulated_graviton.sh unpacked. It is one version for a whole build: old wheels have C++'s old
# string ABI, which then is that of all that an engine links.
#
# Sets TORCH_LIBRARIES and TORCH_INSTALL_PREFIX.
option(GRAVBENCH_TORCH_PACKAGE "Find LibTorch by its own CMake package; else TORCH_DIR is linked as it is" ON)
if(CMAKE_CROSSCOMPILING)
  set(default_torch ${GRAVBENCH_EMULATED}/torch)  # What $TORCH_DIR names is for this machine.
else()
  set(default_torch $ENV{TORCH_DIR})
endif()
set(TORCH_DIR "${default_torch}" CACHE PATH "Folder of LibTorch: the zip's, or the torch folder of a wheel")

# The package asks for what LibTorch was built with: CUDA for the aarch64 wheel, which the CPU's path does not need.
function(gravbench_link_torch folder)
  if(NOT EXISTS ${folder}/include/torch/script.h)
    message(FATAL_ERROR "${folder}/include/torch/script.h: no such file: TORCH_DIR names no LibTorch")
  endif()
  add_library(torch_as_it_is INTERFACE)
  target_include_directories(torch_as_it_is SYSTEM INTERFACE ${folder}/include ${folder}/include/torch/csrc/api/include)
  # What these libraries need in turn is found beside them when the program starts.
  foreach(name torch_cpu c10)
    find_library(library_${name} ${name} PATHS ${folder}/lib ${folder}/lib/${CMAKE_LIBRARY_ARCHITECTURE}
                 REQUIRED NO_CACHE NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH)
    target_link_libraries(torch_as_it_is INTERFACE ${library_${name}})
  endforeach()
  target_link_libraries(torch_as_it_is INTERFACE -Wl,--allow-shlib-undefined)
endfunction()

if(CMAKE_CROSSCOMPILING OR NOT GRAVBENCH_TORCH_PACKAGE)
  if(NOT TORCH_DIR)
    set(TORCH_DIR ${default_torch})  # In build trees of earlier versions the cache has an empty one.
  endif()
  gravbench_link_torch("${TORCH_DIR}")
  set(TORCH_INSTALL_PREFIX ${TORCH_DIR})
  set(TORCH_LIBRARIES torch_as_it_is)
  set(torch_config ${TORCH_DIR}/share/cmake/Torch/TorchConfig.cmake)
  if(EXISTS ${torch_config})
    file(STRINGS ${torch_config} TORCH_CXX_FLAGS REGEX "_GLIBCXX_USE_CXX11_ABI=0")
  endif()
else()
  file(GLOB venv_torch ${PROJECT_SOURCE_DIR}/build/venv/lib/python3*/site-packages/torch)
  find_package(Torch QUIET HINTS ${TORCH_DIR} ${venv_torch} PATH_SUFFIXES share/cmake/Torch)
  if(NOT Torch_FOUND)
    message(FATAL_ERROR
      "LibTorch was not found. Run scripts/setup.sh, which puts it into build/venv; or give the folder of one that you have with "
      "-DTORCH_DIR=...; or build the front alone with -DGRAVBENCH_ENGINE=OFF.")
  endif()
endif()
message(STATUS "LibTorch: ${Torch_VERSION} in ${TORCH_INSTALL_PREFIX}")

if(TORCH_CXX_FLAGS MATCHES "_GLIBCXX_USE_CXX11_ABI=0")
  message(STATUS "LibTorch has the old string ABI, and so has all that is built here")
  add_compile_definitions(_GLIBCXX_USE_CXX11_ABI=0)
  set(GRAVBENCH_FMT fmt::fmt-header-only)  # The system's libfmt has the new one.
endif()

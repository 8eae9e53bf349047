# Finds LibTorch for src/engines/torch, the only folder that sees it: -DTORCH_DIR or $TORCH_DIR (the LibTorch zip's folder, or the `torch`
# folder of a Python wheel), else CMAKE_PREFIX_PATH, else the virtual environment that scripts/setup.sh makes in build/venv.
# Cross-compiled: the wheel that scripts/emulated_graviton.sh unpacked.
if(CMAKE_CROSSCOMPILING)
  # The aarch64 wheel's own CMake package asks for CUDA, which the CPU's path does not need.
  set(TORCH_INSTALL_PREFIX ${GRAVBENCH_EMULATED}/torch)
  if(NOT TARGET torch_aarch64)
    add_library(torch_aarch64 INTERFACE)
    target_include_directories(torch_aarch64 SYSTEM INTERFACE
      ${TORCH_INSTALL_PREFIX}/include ${TORCH_INSTALL_PREFIX}/include/torch/csrc/api/include)
    # What these libraries need in turn is found beside them when the program starts.
    target_link_libraries(torch_aarch64 INTERFACE
      ${TORCH_INSTALL_PREFIX}/lib/libtorch_cpu.so ${TORCH_INSTALL_PREFIX}/lib/libc10.so -Wl,--allow-shlib-undefined)
  endif()
  set(TORCH_LIBRARIES torch_aarch64)
  message(STATUS "LibTorch: for aarch64, in ${TORCH_INSTALL_PREFIX}")
  return()
endif()

set(TORCH_DIR "$ENV{TORCH_DIR}" CACHE PATH "Folder of LibTorch: the zip's, or the torch folder of a wheel")
file(GLOB venv_torch ${PROJECT_SOURCE_DIR}/build/venv/lib/python3*/site-packages/torch)
find_package(Torch QUIET HINTS ${TORCH_DIR} ${venv_torch} PATH_SUFFIXES share/cmake/Torch)
if(NOT Torch_FOUND)
  message(FATAL_ERROR
    "LibTorch was not found. Run scripts/setup.sh, which puts it into build/venv; or give the folder of one that you have with "
    "-DTORCH_DIR=...; or build the front alone with -DGRAVBENCH_ENGINE=OFF.")
endif()
message(STATUS "LibTorch: ${Torch_VERSION} in ${TORCH_INSTALL_PREFIX}")

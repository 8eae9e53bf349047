# Finds LibTorch for src/engine, the only folder that sees it: -DTORCH_DIR or $TORCH_DIR (the LibTorch zip's folder, or the `torch`
# folder of a Python wheel), else CMAKE_PREFIX_PATH, else the virtual environment that scripts/setup.sh makes in build/venv.
set(TORCH_DIR "$ENV{TORCH_DIR}" CACHE PATH "Folder of LibTorch: the zip's, or the torch folder of a wheel")
file(GLOB venv_torch ${PROJECT_SOURCE_DIR}/build/venv/lib/python3*/site-packages/torch)
find_package(Torch QUIET HINTS ${TORCH_DIR} ${venv_torch} PATH_SUFFIXES share/cmake/Torch)
if(NOT Torch_FOUND)
  message(FATAL_ERROR
    "LibTorch was not found. Run scripts/setup.sh, which puts it into build/venv; or give the folder of one that you have with "
    "-DTORCH_DIR=...; or build the front alone with -DGRAVBENCH_ENGINE=OFF.")
endif()
message(STATUS "LibTorch: ${Torch_VERSION} in ${TORCH_INSTALL_PREFIX}")

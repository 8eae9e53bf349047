# Cross-compiles for aarch64 with Debian's compiler, against what scripts/emulated_graviton.sh fetched; tests run in QEMU as a
# Neoverse V1, the core of a Graviton3.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)

set(GRAVBENCH_EMULATED ${CMAKE_CURRENT_LIST_DIR}/../build/emulated)
get_filename_component(GRAVBENCH_EMULATED ${GRAVBENCH_EMULATED} ABSOLUTE)
set(CMAKE_FIND_ROOT_PATH ${GRAVBENCH_EMULATED}/sysroot)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(OPENSSL_USE_STATIC_LIBS ON)
# Debian keeps what differs between architectures here; its own compilers look there by themselves.
set(CMAKE_CXX_STANDARD_INCLUDE_DIRECTORIES ${GRAVBENCH_EMULATED}/sysroot/usr/include/aarch64-linux-gnu)

set(CMAKE_CROSSCOMPILING_EMULATOR ${GRAVBENCH_EMULATED}/qemu-aarch64 -cpu neoverse-v1 -L /usr/aarch64-linux-gnu)

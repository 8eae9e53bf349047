# What the engines of other libraries than LibTorch share. Their libraries are optional.

# gravbench_engine_library(name header library): the target library_NAME, where -DNAME_DIR=... has include/ and lib/ of it,
# scripts/engines.sh fetched it into build/engines/NAME, or the system has it. Else no target, and a line that says so.
function(gravbench_engine_library name header library)
  if(CMAKE_CROSSCOMPILING)
    return()
  endif()
  string(TOUPPER ${name} prefix)
  set(${prefix}_DIR "${PROJECT_SOURCE_DIR}/build/engines/${name}" CACHE PATH "Folder with include/ and lib/ of ${name}")
  find_path(${prefix}_INCLUDE_DIR ${header} HINTS ${${prefix}_DIR}/include PATH_SUFFIXES ${name})
  find_library(${prefix}_LIBRARY ${library} HINTS ${${prefix}_DIR}/lib)
  if(NOT ${prefix}_INCLUDE_DIR OR NOT ${prefix}_LIBRARY)
    message(STATUS "${name}: not found, built without gravbench-${name} (scripts/engines.sh ${name} fetches it)")
    return()
  endif()
  message(STATUS "${name}: ${${prefix}_LIBRARY}")
  add_library(library_${name} INTERFACE)
  target_include_directories(library_${name} SYSTEM INTERFACE ${${prefix}_INCLUDE_DIR})
  target_link_libraries(library_${name} INTERFACE ${${prefix}_LIBRARY})
endfunction()

# gravbench_engine_program(name): the program gravbench-NAME of the folder engines/NAME.
function(gravbench_engine_program name)
  string(TOUPPER ${name} prefix)
  add_executable(gravbench-${name} main.cpp)
  target_link_libraries(gravbench-${name} PRIVATE gravbench_engines_${name} gravbench_options)
  # As installed it finds its library where that was when it was built, or beside itself.
  cmake_path(GET ${prefix}_LIBRARY PARENT_PATH folder)
  set_target_properties(gravbench-${name} PROPERTIES INSTALL_RPATH "$ORIGIN/../lib;${folder}")
  install(TARGETS gravbench-${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()

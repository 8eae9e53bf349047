# One library for each folder of src: gravbench_library(folder SOURCES ... LINKS ... USES ...). LINKS are what its headers include,
# USES what only its sources do: whoever links the folder does not see these. So an include that docs/architecture.md does not allow
# does not build.

add_library(gravbench_options INTERFACE)
target_include_directories(gravbench_options INTERFACE ${PROJECT_BINARY_DIR}/generated)
target_compile_options(gravbench_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual
  # GCC 12 and 13 see both in inlined library code (nlohmann's iterators, std::string), where nothing is wrong.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-restrict>
  $<$<BOOL:${GRAVBENCH_WERROR}>:-Werror>)
if(GRAVBENCH_SANITIZE)
  target_compile_options(gravbench_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  target_link_options(gravbench_options INTERFACE -fsanitize=address,undefined)
endif()
if(GRAVBENCH_FUZZ)
  target_compile_options(gravbench_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# Presets that nobody develops with compile all files of a folder as one (CMAKE_UNITY_BUILD): a third of the time. So names in
# anonymous namespaces differ within a folder; the release build, file by file, is what finds a missing include.

# Each folder is seen by others as "folder/header.h" through a folder of links that holds nothing else, so that
# linking a folder is the only way to include it.
function(gravbench_library folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS;USES")
  string(REPLACE "/" "_" name ${folder})  # engines/torch is gravbench_engines_torch
  set(view ${PROJECT_BINARY_DIR}/include/${name})
  cmake_path(GET folder PARENT_PATH parent)
  file(MAKE_DIRECTORY ${view}/${parent})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${view}/${folder} SYMBOLIC)
  add_library(gravbench_${name} STATIC ${arg_SOURCES})
  target_include_directories(gravbench_${name} PUBLIC ${view})
  target_link_libraries(gravbench_${name} PUBLIC ${arg_LINKS} PRIVATE ${arg_USES} gravbench_options)
  if(NOT CMAKE_DISABLE_PRECOMPILE_HEADERS AND NOT folder MATCHES "^(base|engines/torch)$")
    target_precompile_headers(gravbench_${name} REUSE_FROM gravbench_base)
  endif()
endfunction()

# gravbench_optimise(file...): comparing documents of ten thousand cells is the work of these files, and -O2 halves it.
# (Precompiled headers are of one level only.)
function(gravbench_optimise)
  if(CMAKE_CXX_FLAGS_RELEASE MATCHES "-O1")
    set_source_files_properties(${ARGN} PROPERTIES
      SKIP_PRECOMPILE_HEADERS ON COMPILE_OPTIONS "$<$<CONFIG:Release>:-O2>")
  endif()
endfunction()

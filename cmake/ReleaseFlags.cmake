# CMAKE_USER_MAKE_RULES_OVERRIDE of the project: CMake reads it in project(), after a toolchain file and the compiler's defaults and
# before it fills its cache. So this changes CMake's own default for Release, and nothing that somebody gave.
#
# The front waits for engines, and what an engine times is inside LibTorch: -O2 and -O3 only made builds longer.
string(STRIP "${CMAKE_CXX_FLAGS_RELEASE_INIT}" default_flags)
if(default_flags STREQUAL "-O3 -DNDEBUG")
  if(" $ENV{CXXFLAGS} ${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_INIT}" MATCHES " -O")
    set(CMAKE_CXX_FLAGS_RELEASE_INIT "-DNDEBUG")  # A second -O would win over the user's.
  else()
    set(CMAKE_CXX_FLAGS_RELEASE_INIT "-O1 -DNDEBUG")
  endif()
endif()
unset(default_flags)

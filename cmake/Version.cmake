# Run at each build: writes OUTPUT with the version and the commit, only when it changes.
execute_process(COMMAND git -C ${SOURCE_DIR} describe --always --dirty --abbrev=12 OUTPUT_VARIABLE COMMIT
                OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE RESULT)
if(NOT RESULT EQUAL 0)
  set(COMMIT unknown)
endif()
set(CONTENT "#pragma once\n\nnamespace gravbench {\ninline constexpr const char* version = \"${VERSION}\";\ninline constexpr const char* commit = \"${COMMIT}\";\n}  // namespace gravbench\n")
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "${CONTENT}" @ONLY)

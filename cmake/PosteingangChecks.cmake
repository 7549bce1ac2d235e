# Targets for people and for check.sh: format, format-check, tidy, cppcheck.
set(rooms base store config ocr classify filing ingest workers cli portal tests)
set(patterns)
foreach(room ${rooms})
    list(APPEND patterns ${CMAKE_SOURCE_DIR}/${room}/*.c ${CMAKE_SOURCE_DIR}/${room}/*.h)
endforeach()
file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${patterns})
set(product_sources ${sources})
list(FILTER product_sources INCLUDE REGEX "\\.c$")
list(FILTER product_sources EXCLUDE REGEX "/tests/")

add_custom_target(format COMMAND clang-format -i ${sources} VERBATIM)
add_custom_target(format-check COMMAND clang-format --dry-run --Werror ${sources} VERBATIM)
add_custom_target(tidy COMMAND run-clang-tidy -quiet -p ${CMAKE_BINARY_DIR} ${product_sources}
                  VERBATIM)
add_custom_target(cppcheck COMMAND cppcheck --quiet --error-exitcode=1 --std=c11
    --enable=warning,portability --inline-suppr --suppress=missingIncludeSystem
    -I ${CMAKE_SOURCE_DIR} ${product_sources} VERBATIM)

# Language, warnings, hardening and sanitizers, the same for every target.
# POSTEINGANG_SANITIZE: comma-separated list for -fsanitize=, or empty.
# POSTEINGANG_WERROR:   ON in presets and CI, OFF by default.

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Kind of build" FORCE)
endif()

set(POSTEINGANG_SANITIZE "" CACHE STRING "Sanitizers for -fsanitize=, comma-separated")
option(POSTEINGANG_WERROR "Treat warnings as errors" OFF)
option(POSTEINGANG_FUZZ "Build the libFuzzer targets (clang only)" OFF)

add_library(posteingang_flags INTERFACE)
target_compile_definitions(posteingang_flags INTERFACE _GNU_SOURCE POSTEINGANG_VERSION="${PROJECT_VERSION}")
target_include_directories(posteingang_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(posteingang_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes
    -Wmissing-prototypes -Wold-style-definition -Wpointer-arith -Wcast-qual -Wcast-align
    -Wwrite-strings -Wformat=2 -Wundef -Wvla -Wnull-dereference -Wswitch-enum
    -Wimplicit-fallthrough -Wdouble-promotion
    $<$<C_COMPILER_ID:GNU>:-Wlogical-op -Wduplicated-cond -Wduplicated-branches>
    $<$<BOOL:${POSTEINGANG_WERROR}>:-Werror>
    -fstack-protector-strong)
target_link_options(posteingang_flags INTERFACE -Wl,-z,relro,-z,now)

if(POSTEINGANG_SANITIZE)
    # GCC's -Wnull-dereference sees ghosts in sanitizer-instrumented code.
    target_compile_options(posteingang_flags INTERFACE -fsanitize=${POSTEINGANG_SANITIZE}
        -fno-sanitize-recover=all -fno-omit-frame-pointer -Wno-null-dereference)
    target_link_options(posteingang_flags INTERFACE -fsanitize=${POSTEINGANG_SANITIZE})
    target_compile_definitions(posteingang_flags INTERFACE POSTEINGANG_SANITIZED=1)
elseif(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
    target_compile_definitions(posteingang_flags INTERFACE _FORTIFY_SOURCE=2)
endif()
if(POSTEINGANG_FUZZ)
    target_compile_options(posteingang_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

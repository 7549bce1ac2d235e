# Verbs for the rooms' CMakeLists.txt.

# posteingang_room(NAME SOURCES a.c b.c ROOMS base store LIBRARIES PkgConfig::X)
# A room's static library. ROOMS must be those that docs/architecture.md allows.
function(posteingang_room name)
    cmake_parse_arguments(ROOM "" "" "SOURCES;ROOMS;LIBRARIES" ${ARGN})
    add_library(${name} STATIC ${ROOM_SOURCES})
    target_link_libraries(${name} PUBLIC ${ROOM_ROOMS} PRIVATE posteingang_flags
                          PUBLIC ${ROOM_LIBRARIES})
    target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
    set_property(GLOBAL APPEND PROPERTY POSTEINGANG_ROOMS ${name})
endfunction()

# posteingang_program(NAME SOURCES x_main.c ROOMS … LIBRARIES …): a program in build/bin.
function(posteingang_program name)
    cmake_parse_arguments(PROGRAM "" "" "SOURCES;ROOMS;LIBRARIES" ${ARGN})
    add_executable(${name} ${PROGRAM_SOURCES})
    target_link_libraries(${name} PRIVATE posteingang_flags ${PROGRAM_ROOMS} ${PROGRAM_LIBRARIES})
    target_compile_options(${name} PRIVATE -fPIE)
    target_link_options(${name} PRIVATE -pie)
endfunction()

# posteingang_test(NAME SOURCES test_x.c ROOMS … LABEL unit TIMEOUT 60): a cmocka program,
# run in a fresh folder of its own below build/tests-scratch.
function(posteingang_test name)
    cmake_parse_arguments(TEST "" "LABEL;TIMEOUT" "SOURCES;ROOMS;LIBRARIES" ${ARGN})
    if(NOT TEST_LABEL)
        set(TEST_LABEL unit)
    endif()
    if(NOT TEST_TIMEOUT)
        set(TEST_TIMEOUT 120)
    endif()
    add_executable(${name} ${TEST_SOURCES})
    target_link_libraries(${name} PRIVATE posteingang_flags ${TEST_ROOMS} ${TEST_LIBRARIES}
                          PkgConfig::CMOCKA)
    set_target_properties(${name} PROPERTIES
                          RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests-bin)
    add_test(NAME ${name} COMMAND ${CMAKE_SOURCE_DIR}/tests/support/in_fresh_folder.sh
             ${CMAKE_BINARY_DIR}/tests-scratch/${name} $<TARGET_FILE:${name}>)
    set_tests_properties(${name} PROPERTIES LABELS ${TEST_LABEL} TIMEOUT ${TEST_TIMEOUT}
        ENVIRONMENT "SOURCE_DIR=${CMAKE_SOURCE_DIR};BIN_DIR=${CMAKE_BINARY_DIR}/bin;OMP_THREAD_LIMIT=1;ASAN_OPTIONS=handle_segv=2:detect_leaks=1;UBSAN_OPTIONS=print_stacktrace=1")
    posteingang_test_cost(${name})
endfunction()

# posteingang_script_test(NAME COMMAND … LABEL flow TIMEOUT 300): a test that is a script.
function(posteingang_script_test name)
    cmake_parse_arguments(TEST "" "LABEL;TIMEOUT" "COMMAND" ${ARGN})
    add_test(NAME ${name} COMMAND ${CMAKE_SOURCE_DIR}/tests/support/in_fresh_folder.sh
             ${CMAKE_BINARY_DIR}/tests-scratch/${name} ${TEST_COMMAND})
    set_tests_properties(${name} PROPERTIES LABELS ${TEST_LABEL} TIMEOUT ${TEST_TIMEOUT}
        ENVIRONMENT "SOURCE_DIR=${CMAKE_SOURCE_DIR};BIN_DIR=${CMAKE_BINARY_DIR}/bin;OMP_THREAD_LIMIT=1;ASAN_OPTIONS=handle_segv=2:detect_leaks=1;UBSAN_OPTIONS=print_stacktrace=1")
    posteingang_test_cost(${name})
endfunction()

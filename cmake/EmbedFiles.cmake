# Files compiled into a program.
#
# embed_files(OUTPUT x.c SYMBOL migration_files TYPE "struct migration_file"
#             HEADER "store/migration.h" FILES a.sql b.sql)
# makes x.c in the current build folder when one of the files changes: an array SYMBOL of TYPE,
# {name, bytes, length} in the order given, and SYMBOL_count. HEADER declares the three. The bytes
# are followed by a NUL that the length does not count. Adds nothing to a target: name x.c among
# its sources as ${CMAKE_CURRENT_BINARY_DIR}/x.c.
#
# The same file is the script that does it at build time (cmake -P).

function(embed_files)
    cmake_parse_arguments(EMBED "" "OUTPUT;SYMBOL;TYPE;HEADER" "FILES" ${ARGN})
    set(output ${CMAKE_CURRENT_BINARY_DIR}/${EMBED_OUTPUT})
    set(paths)
    foreach(file ${EMBED_FILES})
        get_filename_component(path ${file} ABSOLUTE)
        list(APPEND paths ${path})
    endforeach()
    add_custom_command(OUTPUT ${output}
        COMMAND ${CMAKE_COMMAND} "-DOUTPUT=${output}" "-DSYMBOL=${EMBED_SYMBOL}"
                "-DTYPE=${EMBED_TYPE}" "-DHEADER=${EMBED_HEADER}" "-DFILES=${paths}"
                -P ${CMAKE_SOURCE_DIR}/cmake/EmbedFiles.cmake
        DEPENDS ${paths} ${CMAKE_SOURCE_DIR}/cmake/EmbedFiles.cmake
        COMMENT "Embedding ${EMBED_OUTPUT}"
        VERBATIM)
endfunction()

function(write_embedded)
    get_filename_component(output_name ${OUTPUT} NAME)
    set(text "/* ${output_name} - made by cmake/EmbedFiles.cmake; do not edit. */\n")
    string(APPEND text "#include \"${HEADER}\"\n")
    set(rows)
    set(number 0)
    foreach(path ${FILES})
        get_filename_component(name ${path} NAME)
        file(READ ${path} hex HEX)
        string(LENGTH "${hex}" length)
        math(EXPR length "${length} / 2")
        string(REGEX REPLACE "(................................)" "\\1\n" bytes "${hex}")
        string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
        string(APPEND text "\nstatic const unsigned char file_${number}[] = {\n${bytes}0x00};\n")
        string(APPEND rows "    {\"${name}\", file_${number}, ${length}},\n")
        math(EXPR number "${number} + 1")
    endforeach()
    string(APPEND text "\nconst ${TYPE} ${SYMBOL}[] = {\n${rows}};\n")
    string(APPEND text "const size_t ${SYMBOL}_count = ${number};\n")
    file(WRITE ${OUTPUT} "${text}")
endfunction()

if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
    write_embedded()
endif()

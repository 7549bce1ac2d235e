# The libraries of Debian 12 that rooms may name, as imported targets.
find_package(PkgConfig REQUIRED)

foreach(entry
        "CURL libcurl" "SODIUM libsodium" "ZMQ libzmq" "SQLITE sqlite3" "POSTGRESQL libpq"
        "JANSSON jansson" "CYAML libcyaml"
        "YAML yaml-0.1" "TIFF libtiff-4" "LEPTONICA lept" "TESSERACT tesseract"
        "POPPLER poppler-glib" "QPDF libqpdf" "PCRE2 libpcre2-8" "ICU icu-uc icu-i18n"
        "SECCOMP libseccomp" "MICROHTTPD libmicrohttpd" "XML libxml-2.0" "ARCHIVE libarchive" "ZLIB zlib"
        "QRENCODE libqrencode" "LDAP ldap" "GNUTLS gnutls"
        "CMOCKA cmocka")
    separate_arguments(words UNIX_COMMAND ${entry})
    list(POP_FRONT words prefix)
    pkg_check_modules(${prefix} REQUIRED IMPORTED_TARGET GLOBAL ${words})
    # Their headers are not ours to warn about.
    get_target_property(folders PkgConfig::${prefix} INTERFACE_INCLUDE_DIRECTORIES)
    if(folders)
        set_target_properties(PkgConfig::${prefix} PROPERTIES
            INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${folders}")
    endif()
endforeach()
find_package(Threads REQUIRED)

"""rules.py - the rooms and what each may use: the table of docs/architecture.md, for check_layout.py.

SPDX-License-Identifier: EUPL-1.2
"""

# A room and the rooms whose headers its files may include, besides its own.
ROOMS = {
    "base": set(),
    "law": {"base"},
    "store": {"base", "law"},
    "config": {"base"},
    "ocr": {"base"},
    "classify": {"base"},
    "filing": {"base", "law", "store"},
    "ingest": {"base", "config", "store"},
    "workers": {"base", "law", "config", "store", "ocr", "classify", "filing"},
    "cli": {"base", "law", "config", "store"},
    "portal": {"base", "law", "config", "store"},
    "monitor": {"base", "law", "config", "store"},
}
TESTS = "tests"  # may include every room

# Files that may use less than their room: (how the path begins, rooms). The reader runs on bare
# hosts and holds strangers' bytes: it knows no ledger, no register, no configuration.
NARROWER = (
    ("workers/reader", {"base", "ocr", "workers"}),
    ("workers/wire", {"base", "workers"}),
)

# How an angle-bracket include begins, and the rooms that may name it. What is not listed is free.
LIBRARIES = (
    (("tiff", "leptonica/", "allheaders.h", "tesseract/", "poppler", "glib/poppler"), {"ocr"}),
    (("zbar.h", "dmtx.h"), {"ocr"}),
    (("sqlite3.h", "libpq-fe.h", "postgresql/"), {"store"}),
    (("zmq.h", "seccomp.h", "linux/landlock.h"), {"base"}),
    (("cyaml/", "yaml.h"), {"config"}),
    (("microhttpd.h",), {"portal", "monitor"}),
    (("linear.h",), {"classify"}),
    (("curl/",), {"monitor", "store"}),
)

# A program and the libraries that must not even be reachable from it (as ldd shows them).
IMAGE_LIBRARIES = ("libtiff", "liblept", "libtesseract", "libpoppler")
PROGRAMS = {
    "posteingang-reader": ("libsqlite3", "libpq", "libcyaml", "libmicrohttpd"),
    "posteingang-portal": IMAGE_LIBRARIES,
    "posteingang-monitor": IMAGE_LIBRARIES,
    "posteingang-intake": IMAGE_LIBRARIES,
    "posteingang-dispatch": IMAGE_LIBRARIES,
    "posteingang-filer": IMAGE_LIBRARIES + ("liblinear",),
    "posteingang-learn": IMAGE_LIBRARIES,
    "posteingang-answers": IMAGE_LIBRARIES,
    "posteingang": IMAGE_LIBRARIES,
}

# Files that open with a sentence, and how: the name of the file stands in one of the first lines.
OPENED = (".c", ".h", ".js", ".mjs", ".css", ".py", ".sh")
LICENSED = (".c", ".h", ".js", ".mjs")
LICENCE = "SPDX-License-Identifier: EUPL-1.2"

FILE_BYTES_MOST = 1 << 20
FUNCTION_LINES_MOST = 70

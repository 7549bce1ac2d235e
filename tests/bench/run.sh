#!/usr/bin/env bash
# run.sh NAME [WORD…]: runs one benchmark on the release build; without arguments lists them.
# SPDX-License-Identifier: EUPL-1.2
#
# Prints a table for people and, as its last line, one JSON object with the figures. A benchmark
# NAME is NAME.sh, NAME.py or bench_NAME.c in this folder; what is listed here and has none of
# them is not measured yet (exit 2).
set -euo pipefail
export LC_ALL=C.UTF-8

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
names="reading beside pages blanks codes archive stamps photos matching register durability poison portal scale metrics"
seconds=5

give_up() { # CODE SENTENCE
    echo "run.sh: $2" >&2
    exit "$1"
}

is_measured() { # NAME
    [ -f "$here/$1.sh" ] || [ -f "$here/$1.py" ] || [ -f "$here/bench_$1.c" ]
}

list() {
    local name
    echo "usage: tests/bench/run.sh NAME [WORD…], with one of these names:"
    for name in $names; do
        printf '  %-11s %s\n' "$name" "$(is_measured "$name" || echo "(not measured yet)")"
    done
}

build() { # TARGET…: of the release build
    local log
    log=$(cmake -S "$root" --preset release 2>&1) || {
        printf '%s\n' "$log" >&2
        give_up 1 "the release build could not be configured (see above)"
    }
    cmake --build "$root/build" --target "$@" -- --quiet >&2 ||
        give_up 1 "the release build failed (see above)"
}

# Measured in the tree's own build folder: on its disk, not on a memory file system.
scratch() {
    mkdir -p "$root/build"
    mktemp -d "$root/build/bench-XXXXXX"
}

if [ $# -eq 0 ]; then
    list
    exit 0
fi
name=$1
shift
case " $names " in
*" $name "*) ;;
*)
    list >&2
    exit 2
    ;;
esac
is_measured "$name" || give_up 2 "the benchmark $name is not measured yet"

cd "$root"
"$root/cmake/install-packages.sh" build run
folder=$(scratch)
trap 'rm -rf "$folder"' EXIT
export BENCH_FOLDER=$folder BIN_DIR=$root/build/bin SOURCE_DIR=$root BENCH_SECONDS=$seconds
[ "$name" != portal ] || "$root/cmake/install-npm.sh" portal/web
if [ -f "$here/bench_$name.c" ]; then
    build "bench_$name"
    "$root/build/tests-bin/bench_$name" "$folder" "${1:-$seconds}"
elif [ -f "$here/$name.py" ]; then
    build all
    /usr/bin/python3 -B "$here/$name.py" "$@" # Debian's, which has Debian's libraries
else
    build all
    "$here/$name.sh" "$@"
fi

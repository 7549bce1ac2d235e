#!/usr/bin/env bash
# run.sh TARGET SECONDS: fuzzes one parser with libFuzzer; without arguments lists the targets.
# SPDX-License-Identifier: EUPL-1.2
#
# Builds in build/fuzz with the settings of the preset `fuzz` (clang, address and undefined-
# behaviour sanitizers), though without -Werror (gcc is the judge of warnings), for that target
# alone. New inputs go to build/fuzz/corpus/TARGET; the corpus in git is only read.
# A finding is left in build/fuzz/findings/TARGET, and the exit code is not 0. To keep a finding
# found: mend it, then add the file to tests/fuzz/corpus/TARGET.
# The target `planted` is the wire's with a bug put in: the run is good when the bug is found.
set -euo pipefail
export LC_ALL=C.UTF-8

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${POSTEINGANG_FUZZ_BUILD:-$root/build/fuzz}

list_targets() {
    local file
    for file in "$here"/*_fuzzer.c; do
        file=${file##*/}
        printf '%-10s %s\n' "${file%_fuzzer.c}" \
            "$(head -n 1 "$here/$file" | sed 's|^/\* [a-z_]*\.c - ||; s|\*/$||')"
    done
}

if [ $# -eq 0 ]; then
    list_targets
    exit 0
fi
source_of=${1/#planted/wire}
if [ $# -ne 2 ] || ! [[ $2 =~ ^[1-9][0-9]*$ ]] || ! [ -f "$here/${source_of}_fuzzer.c" ]; then
    echo "usage: tests/fuzz/run.sh TARGET SECONDS, with one of these targets:" >&2
    list_targets >&2
    exit 2
fi
target=$1 seconds=$2

if ! command -v clang >/dev/null; then
    echo "run.sh: clang is missing; run: cmake/install-packages.sh build test" >&2
    exit 1
fi
"$root/cmake/install-packages.sh" build
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Debug \
    -DPOSTEINGANG_WERROR=OFF -DPOSTEINGANG_SANITIZE=address,undefined -DPOSTEINGANG_FUZZ=ON >/dev/null
log=$build/build-$target.log
if ! cmake --build "$build" --target "fuzz_$target" >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    exit 1
fi

grown=$build/corpus/$target findings=$build/findings/$target
mkdir -p "$grown" "$findings"
options=(-max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1
    -artifact_prefix="$findings/" -max_len=65536)
[ -f "$here/$source_of.dict" ] && options+=(-dict="$here/$source_of.dict")
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
cd "$build"
if [ "$target" = planted ]; then
    if "tests-bin/fuzz_planted" "${options[@]}" "$grown" "$here/corpus/wire" >"$log" 2>&1; then
        echo "run.sh: the planted bug was not found in $seconds s" >&2
        exit 1
    fi
    grep -m 1 'ERROR: AddressSanitizer' "$log" || { tail -n 20 "$log" >&2; exit 1; }
    echo "the planted bug was found"
    exit 0
fi
exec "tests-bin/fuzz_$target" "${options[@]}" "$grown" "$here/corpus/$target"

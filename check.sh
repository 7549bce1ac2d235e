#!/usr/bin/env bash
# check.sh - builds everything with warnings as errors, and runs every test.
# SPDX-License-Identifier: EUPL-1.2
#
# The last line is always `N passed, N failed`; exit 1 when something failed. A build that fails,
# or a formatting that differs, counts as one failed. Safe to repeat; asks nothing.
set -euo pipefail
export LC_ALL=C.UTF-8

usage() {
    cat <<'TEXT'
usage: ./check.sh [--help]

Installs what the tests need (apt, npm), then:
  format      clang-format finds nothing to change
  release     build/ with warnings as errors; layout, unit, flow and browser tests
  asan        build/asan with the address and undefined-behaviour sanitizers; unit tests,
              replayed fuzz corpora and flow tests
and ends with the line: N passed, N failed
TEXT
}

case ${1-} in
"") ;;
-h | --help)
    usage
    exit 0
    ;;
*)
    usage >&2
    exit 2
    ;;
esac

cd "$(dirname "${BASH_SOURCE[0]}")"
jobs=$(nproc)
passed=0 failed=0 skipped=0 is_finished=no
begun=$SECONDS

finish() {
    if [ "$is_finished" = no ]; then # a stage that everything else needs did not work
        failed=$((failed + 1))
    fi
    printf '\n%d s in all' $((SECONDS - begun))
    [ "$skipped" -eq 0 ] || printf ', %d skipped' "$skipped"
    printf '\n%d passed, %d failed\n' "$passed" "$failed"
    [ "$failed" -eq 0 ] || exit 1
}
trap finish EXIT

stage() { # HEADING COMMAND…: runs it, says how long it took; its exit code
    local heading=$1 from=$SECONDS code=0
    shift
    printf '\n== %s\n' "$heading"
    "$@" || code=$?
    printf -- '-- %s: %d s%s\n' "$heading" $((SECONDS - from)) "$([ $code -eq 0 ] || echo ", FAILED")"
    return $code
}

count_one() { # HEADING COMMAND…: a stage that counts as one test
    if stage "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
}

install() {
    cmake/install-packages.sh build run portal test &&
        cmake/install-npm.sh portal/web tests/browser || return 1
    cmake/install-packages.sh s3 || true # without these spool_on_s3 is skipped
}

configure_and_build() { # PRESET
    local log
    log=$(cmake --preset "$1" 2>&1) || {
        printf '%s\n' "$log"
        return 1
    }
    cmake --build --preset "$1" -- -j "$jobs" --quiet
}

# Numbers from a JUnit report: tests that passed, failed and were skipped.
count_report() { # FILE
    python3 - "$1" <<'PYTHON'
import sys
import xml.etree.ElementTree as tree

cases = tree.parse(sys.argv[1]).getroot().findall("testcase")

def is_skipped(case):
    """A program that is not there is "skipped" for ctest, too; for us that is a failure."""
    mark = case.find("skipped")
    said_so = mark is not None and mark.get("message", "").startswith("SKIP_")
    return case.get("status") == "disabled" or said_so

passed = sum(case.get("status") == "run" for case in cases)
skipped = sum(map(is_skipped, cases))
print(passed, len(cases) - passed - skipped, skipped)
PYTHON
}

run_tests() { # PRESET FOLDER ARGUMENT…: ctest, its numbers added up
    local preset=$1 folder=$2 code=0 numbers
    shift 2
    local report=$PWD/$folder/check-report.xml
    rm -f "$report"
    ctest --test-dir "$folder" --output-on-failure --no-tests=ignore --output-junit "$report" \
        "$@" || code=$?
    if [ ! -f "$report" ]; then
        echo "ctest of $preset left no report (exit code $code)"
        failed=$((failed + 1))
        return 1
    fi
    numbers=$(count_report "$report")
    # shellcheck disable=SC2086 # three numbers
    set -- $numbers
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
    if [ "$code" -ne 0 ] && [ "$2" -eq 0 ]; then
        failed=$((failed + 1))
    fi
    return "$code"
}

stage "Packages" install
stage "Build (release)" configure_and_build release
count_one "Format" cmake --build --preset release --target format-check -- --quiet
# Many of these wait, for a lease that ends or a message that never comes: others run meanwhile.
stage "Tests (release)" run_tests release build -j $((2 * jobs)) -LE 'flow|browser|fuzz|bench|crash' || true
# These start whole instances.
stage "Flow and browser tests (release)" run_tests release build -j "$jobs" -L 'flow|browser|crash' || true
stage "Build (asan)" configure_and_build asan
stage "Tests and fuzz corpora (asan)" run_tests asan build/asan -j $((2 * jobs)) -L 'unit|fuzz' || true
# What idleness costs is not the sanitizers' to say.
stage "Flow tests (asan)" run_tests asan build/asan -j "$jobs" -L flow -E '^idle$' || true
is_finished=yes

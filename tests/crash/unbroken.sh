#!/usr/bin/env bash
# unbroken.sh: what is installed holds no switch of the laboratory, and does not heed its library's.
# SPDX-License-Identifier: EUPL-1.2
#
# The faults that the laboratory plants are in tests-bin/crash_mutate.so alone: no program names its
# switches, none needs that library, and none was linked with a planted relative of a function.
set -euo pipefail
count=0
for program in "$BIN_DIR"/posteingang*; do
    [ -f "$program" ] && [ -x "$program" ] || continue
    count=$((count + 1))
    if grep -aqE 'CRASH_MUTAT|crash_mutate|__wrap_|no-folder-fsync|ack-before-commit' "$program"; then
        echo "${program##*/} holds a switch of the crash laboratory" >&2
        exit 1
    fi
done
[ "$count" -gt 0 ] || { echo "there are no programs in $BIN_DIR" >&2; exit 1; }
# The search finds what it looks for where it is.
grep -aq CRASH_MUTATION "$(dirname "$BIN_DIR")/tests-bin/crash_mutate.so" ||
    { echo "the library of mutations does not name its switch: this test sees nothing" >&2; exit 1; }
echo "$count programs, none with a switch of the laboratory"

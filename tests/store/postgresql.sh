#!/usr/bin/env bash
# postgresql.sh BUILD_FOLDER [NAME…]: runs the tests of the store room with their ledgers on a
# PostgreSQL server: those named (test_NAME), or all. Starts a server of its own when none is there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${LEDGER_SERVER:-}" ]; then
    exec "$here/../support/postgresql.sh" "$0" "$@"
fi
build=$(cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- $(cd "$here" && ls test_*.c | sed 's/^test_\(.*\)\.c$/\1/')
export SOURCE_DIR=$here/../.. BIN_DIR=$build/bin
passed=0
failed=0
for name in "$@"; do
    folder=$(mktemp -d "${TMPDIR:-/tmp}/posteingang-store.XXXXXX")
    if (cd "$folder" && "$build/tests-bin/test_$name" > out 2>&1); then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "test_$name on PostgreSQL:"
        grep -vE '^\[ +(RUN|OK) ' "$folder/out"
    fi
    rm -rf "$folder"
done
echo "$passed passed, $failed failed on PostgreSQL"
[ "$failed" = 0 ]

#!/usr/bin/env bash
# s3.sh BUILD_FOLDER [NAME…]: runs the tests of the store room with their spools in the bucket of an
# object store: those named (test_NAME), or all. Starts a store of its own when none is there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${SPOOL_S3:-}" ]; then
    exec "$here/../support/s3.sh" "$0" "$@"
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
        echo "test_$name on S3:"
        grep -vE '^\[ +(RUN|OK) ' "$folder/out"
    fi
    rm -rf "$folder"
done
echo "$passed passed, $failed failed on S3"
[ "$failed" = 0 ]

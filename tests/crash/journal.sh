#!/usr/bin/env bash
# journal.sh - the laboratory writes its journal where it was called, and a second run goes on with it.
# SPDX-License-Identifier: EUPL-1.2
set -euo pipefail
laboratory=$SOURCE_DIR/tests/crash/run.sh

run() { # WORD…: as from a shell, with no experiment at all
    env -u SOURCE_DIR -u BIN_DIR BUILD_DIR="$(dirname "$BIN_DIR")" \
        "$laboratory" --only faults --unit "no experiment has these words" "$@"
}

run --seed 7 --journal here.journal > first
[ "$(cat here.journal)" = '{"seed": 7}' ] || { echo "the journal is not where it was wanted" >&2; exit 1; }
run --journal here.journal > second
grep -qx 'seed 7' second || { echo "the second run did not go on: $(cat second)" >&2; exit 1; }

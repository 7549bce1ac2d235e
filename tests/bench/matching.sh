#!/usr/bin/env bash
# matching.sh [LETTERS] [SEED]: made-up letters against the matcher; called by run.sh.
# SPDX-License-Identifier: EUPL-1.2
set -euo pipefail
cmake --build "$SOURCE_DIR/build" --target bench_matching -- --quiet >&2
"$SOURCE_DIR/build/tests-bin/bench_matching" "$@"

#!/usr/bin/env bash
# register.sh [CASES [LETTERS [SEED]]]: the case register at size; started by run.sh.
# SPDX-License-Identifier: EUPL-1.2
set -euo pipefail
cmake --build "$SOURCE_DIR/build" --target register_scale -- --quiet >&2
"$SOURCE_DIR/build/tests-bin/register_scale" "$BENCH_FOLDER" "${1:-1000000}" "${2:-3000}" \
    "${3:-50210047}"

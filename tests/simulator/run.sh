#!/usr/bin/env bash
# run.sh [--short] [FOLDER]: histories that must keep every promise, planted bugs that must be found.
# SPDX-License-Identifier: EUPL-1.2
#
# Without --short: 10,000 histories on all cores. FOLDER holds the simulator's programs (default:
# those of the release build, build/). The seed of the long round changes from day to day and is printed; one
# seed tells its story with: simulator --seed N --count 1 --tell
set -euo pipefail
export LC_ALL=C.UTF-8

root=$(cd "$(dirname "$0")/../.." && pwd)
count=10000 workers=$(nproc) seed=$(( $(date +%s) / 86400 * 1000000 ))
if [ "${1:-}" = --short ]; then
    count=250 workers=1 seed=1
    shift
fi
programs=${1:-$root/build/tests-bin}
[ -x "$programs/simulator" ] || { echo "run.sh: there is no $programs/simulator: build first" >&2; exit 2; }
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

one_seed_one_history() {
    local first second
    first=$("$programs/simulator" --seed "$seed" --count 10 | tail -n 1)
    second=$("$programs/simulator" --seed "$seed" --count 10 | tail -n 1)
    if [ "$first" != "$second" ]; then
        echo "two runs with the seed $seed differ: $first, $second" >&2
        exit 1
    fi
    echo "two runs with the seed $seed are equal: $first"
}

must_be_found() {
    local program=$1 what=$2
    if "$programs/$program" --seed "$seed" --count 400 >"$out/$program"; then
        echo "the planted bug was not found: $what" >&2
        exit 1
    fi
    echo "planted: $what; found: $(cat "$out/$program")"
}

start=$(date +%s.%N)
each=$((count / workers))
pids=()
for ((i = 0; i < workers; i++)); do
    "$programs/simulator" --seed $((seed + i * each)) --count "$each" >"$out/$i" &
    pids+=($!)
done
failed=0
for pid in "${pids[@]}"; do
    wait "$pid" || failed=1
done
for ((i = 0; i < workers; i++)); do
    echo "seeds $((seed + i * each)) to $((seed + (i + 1) * each - 1)):"
    cat "$out/$i"
done
[ "$failed" = 0 ] || exit 1
printf '%d histories in %.1f s\n' "$((each * workers))" "$(echo "$(date +%s.%N) - $start" | bc)"
one_seed_one_history
must_be_found simulator_unfenced "results count whatever their attempt"
must_be_found simulator_forgetful "a result is said to be taken, and is not"

#!/usr/bin/env bash
# run.sh [--rounds N] [--full] [--seed N] [--ledger WHERE] [--only PART] [--unit WORDS] [--jobs N]
# [--journal FILE]: the crash laboratory.
#
# Kills every program at its system calls, cuts the power, fills disks, fails fsyncs, stops processes
# and cuts the network while letters come in, and holds what the outside was told against what is
# there afterwards. Then it breaks each promise on purpose and wants that noticed. What the machine
# cannot do (mounts and network namespaces need root) is skipped, and said.
#
# PART is cuts, sweep, faults, network, renewal or mutations; WORDS stand in the names of experiments;
# both may be given several times. With --journal FILE (as seen from where run.sh is called) a run that was
# stopped goes on where it was, with the same seed.
# WHERE is file, or postgresql: then all ledgers lie on a server that is started for this run (Debian's
# postgresql), no power is cut, and the server itself is killed, stopped and kept from answering.
#
# The last line: accepted A, lost L, twice T, limbo B, mutations caught M of N
#
# From a shell it takes build/ (or $BUILD_DIR) and works below it, on that disk; ctest gives it
# both. --full takes about half an hour on two cores.
# SPDX-License-Identifier: EUPL-1.2
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export CRASH_CALLED_IN=$PWD # files in its words are relative to that
case " $* " in
*" --ledger postgresql "* | *" --ledger=postgresql "*)
    [ -n "${LEDGER_SERVER-}" ] || exec "$here/../support/postgresql.sh" "$here/run.sh" "$@"
    ;;
*) unset LEDGER_SERVER ;;
esac
if [ -z "${SOURCE_DIR-}" ]; then
    SOURCE_DIR=$(cd "$here/../.." && pwd)
    build=${BUILD_DIR-$SOURCE_DIR/build}
    BIN_DIR=$build/bin
    if [ ! -x "$BIN_DIR/posteingang" ]; then
        echo "run.sh: there is no $BIN_DIR/posteingang: build first" >&2
        exit 2
    fi
    mkdir -p "$build/tests-scratch"
    cd "$build/tests-scratch"
    export SOURCE_DIR BIN_DIR
fi
export CRASH_MUTATE=${CRASH_MUTATE-$(dirname "$BIN_DIR")/tests-bin/crash_mutate.so}
# In mounts of its own: a program elsewhere that copies the machine's mounts (a container, `ip netns
# exec`) would keep a file system that lost its power, and it could not be mounted afresh. Shared
# below this, so that the laboratory's own namespaces give up what it unmounts.
own=()
if [ "$(id -u)" = 0 ] && unshare --mount mount --make-rshared / 2>/dev/null; then
    own=(unshare --mount sh -c 'mount --make-rshared / && exec "$@"' run.sh)
fi
exec "${own[@]}" /usr/bin/python3 -B "$here/crash.py" "$@"

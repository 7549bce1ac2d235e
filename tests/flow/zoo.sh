#!/bin/sh
# zoo.sh [--sample N] [--seed N]: the whole zoo through the whole chain; see zoo.py.
#
# From a shell it takes build/bin (or $BIN_DIR) and works in a fresh folder below build/; ctest
# gives it both. $SAMPLES names the folder of the files.
# SPDX-License-Identifier: EUPL-1.2
set -eu
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${SOURCE_DIR-}" ]; then
    SOURCE_DIR=$(cd "$here/../.." && pwd)
    BIN_DIR=${BIN_DIR-$SOURCE_DIR/build/bin}
    if [ ! -x "$BIN_DIR/posteingang" ]; then
        echo "zoo.sh: there is no $BIN_DIR/posteingang: build first" >&2
        exit 2
    fi
    export SOURCE_DIR BIN_DIR
    exec "$SOURCE_DIR/tests/support/in_fresh_folder.sh" "$SOURCE_DIR/build/tests-scratch/zoo-all" \
        /usr/bin/python3 -B "$here/zoo.py" "$@"
fi
exec /usr/bin/python3 -B "$here/zoo.py" "$@"

#!/bin/sh
# install-npm.sh FOLDER…: what the package-lock.json of each folder names, exactly, by npm ci.
# SPDX-License-Identifier: EUPL-1.2
#
# A folder without package.json is passed over; one whose lock file has not changed since the last
# time costs nothing and needs no network. A folder's after-install.sh, if any, is run after that. Exit 1, with one sentence, when it cannot install.
set -eu
export LC_ALL=C.UTF-8

give_up() { # SENTENCE
    echo "install-npm: $1" >&2
    exit 1
}

for folder in "$@"; do
    [ -f "$folder/package.json" ] || continue
    [ -f "$folder/package-lock.json" ] || give_up "$folder has no package-lock.json; add it to git"
    stamp=$folder/node_modules/.installed-lock.json
    cmp -s "$folder/package-lock.json" "$stamp" && continue
    command -v npm >/dev/null 2>&1 || give_up "npm is missing; run: cmake/install-packages.sh portal"
    echo "install-npm: npm ci in $folder" >&2
    (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error </dev/null >&2) ||
        give_up "npm ci failed in $folder; is the npm registry reachable from here?"
    mkdir -p "$folder/node_modules"
    if [ -x "$folder/after-install.sh" ]; then
        "$folder/after-install.sh" || give_up "$folder/after-install.sh failed"
    fi
    cp "$folder/package-lock.json" "$stamp"
done

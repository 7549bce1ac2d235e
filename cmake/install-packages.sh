#!/bin/sh
# install-packages.sh GROUP…: installs what is missing of the groups in packages.txt.
# SPDX-License-Identifier: EUPL-1.2
#
# Asks dpkg first and calls apt-get only when something is missing, so that it costs nothing, and
# needs no rights and no network, when everything is there. Asks nothing. Exit 1, with one
# sentence that says what to do, when it cannot install.
set -eu
export LC_ALL=C.UTF-8

list=$(dirname "$0")/packages.txt

is_installed() { # PACKAGE
    [ "$(dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | head -n 1)" = installed ]
}

missing_of() { # GROUP: its packages that are not there, one a line
    while read -r group package command; do
        [ "$group" = "$1" ] || continue
        is_installed "$package" && continue
        if [ -n "$command" ] && command -v "$command" >/dev/null 2>&1; then
            continue
        fi
        echo "$package"
    done <"$list"
}

give_up() { # SENTENCE
    echo "install-packages: $1" >&2
    exit 1
}

[ $# -gt 0 ] || give_up "say which groups of cmake/packages.txt to install (build, run, portal, test)"
command -v dpkg-query >/dev/null 2>&1 ||
    give_up "this is not Debian; install by hand what cmake/packages.txt names"

missing=
for group in "$@"; do
    missing="$missing $(missing_of "$group" | tr '\n' ' ')"
done
# shellcheck disable=SC2086 # the names are to be split
set -- $missing
[ $# -gt 0 ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
    as_root=
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root=sudo
else
    give_up "as root, run: apt-get install --no-install-recommends $*"
fi

apt() { # WORD…
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q "$@" </dev/null
}

exec >&2 # standard output stays the caller's
echo "install-packages: installing $*"
# The lists may be absent, or older than the mirror; they are fetched only when they must be.
apt install --simulate --no-install-recommends "$@" >/dev/null 2>&1 || apt update || true
apt install -y --no-install-recommends "$@" || {
    apt update && apt install -y --no-install-recommends "$@"
} || give_up "apt-get could not install them; mend that, then run this again: $*"

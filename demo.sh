#!/usr/bin/env bash
# demo.sh - from a clean checkout to filed letters: installs, builds, runs invented mail through.
# SPDX-License-Identifier: EUPL-1.2
#
# Everything it makes is below build/. Safe to repeat; asks nothing. Exit 0 when every sample
# letter ended where it may; 1 when one was misfiled, lost or refused wrongly, or when something
# is missing (it says what to do).
set -euo pipefail
export LC_ALL=C.UTF-8

usage() {
    cat <<'TEXT'
usage: ./demo.sh [--once]

Installs what is missing (apt, npm), builds build/bin, makes a fresh instance in build/demo/ with
an invented case register, drops the sample letters at four sites, runs them through the whole
pipeline, prints what became of each, and leaves the portal running at http://127.0.0.1:8080.

  --once    stops after the table
TEXT
}

give_up() { # SENTENCE
    echo "demo.sh: $1" >&2
    exit 1
}

stays=yes
for word in "$@"; do
    case $word in
    --once) stays=no ;;
    -h | --help)
        usage
        exit 0
        ;;
    *)
        usage >&2
        exit 2
        ;;
    esac
done

cd "$(dirname "${BASH_SOURCE[0]}")"
demo=$PWD/build/demo samples=$PWD/tests/samples port=8080
posteingang=$PWD/build/bin/posteingang config=$demo/posteingang.yaml

say() { # HEADING
    printf '\n== %s\n' "$1"
}

call() { # VERB…: a verb on the demo's instance
    "$posteingang" --config "$config" "$@"
}

# The programs alone: tests are check.sh's business.
build_programs() {
    local log programs
    log=$(cmake --preset release 2>&1) || {
        printf '%s\n' "$log" >&2
        give_up "the build could not be configured (see above)"
    }
    programs=$(ninja -C build -t targets all | sed -n 's|^\(bin/posteingang[a-z-]*\):.*|\1|p')
    # shellcheck disable=SC2086 # the names are to be split
    cmake --build --preset release --target $programs -- --quiet ||
        give_up "the build failed (see above)"
}

# One demo at a time: the lock is held until the last process of this one has ended.
take_lock() {
    mkdir -p build
    exec 9>build/demo.lock
    flock -n 9 || give_up "a demo is still running here; end it with Ctrl-C first"
}

make_instance() {
    rm -rf "$demo"
    "$posteingang" init "$demo" >/dev/null
    # The table says what became of each letter; lines of a log would hide it.
    sed -i 's/^  level: info$/  level: error/' "$config"
    call register import "$samples/register.csv"
}

password() {
    head -c 9 /dev/urandom | base64 | tr '+/' 'xy'
}

add_user() { # NAME ROLE [WORD…]: and a line with the log-in
    local name=$1 role=$2 secret
    shift 2
    secret=$(password)
    printf '%s\n' "$secret" | call user add "$name" --role "$role" "$@" >/dev/null
    printf '  %-16s %-14s %s\n' "$name" "$secret" "$role${2:+ of $2}"
}

make_users() {
    call user add --help >/dev/null 2>&1 || return 0
    logins=$(
        add_user scanstelle mailroom --site Neubrandenburg
        add_user sachbearbeitung caseworker --team 'SG 50.2'
        add_user teamleitung lead --team 'SG 50.2'
        add_user registratur registry
        add_user qualitaet quality
        add_user revision auditor
        add_user verwaltung admin
    )
    # Attests show when somebody else has confirmed this on the page Rechte (teamleitung, revision).
    call user right sachbearbeitung --class medical >/dev/null
}

drop_letters() {
    local site
    for site in "$samples"/drop/*/; do
        cp -r "$site." "$demo/drop/$(basename "$site")/"
    done
    find "$samples/drop" -type f | wc -l
}

port_is_taken() {
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null
}

take_lock
say "Packages"
cmake/install-packages.sh build run
if [ "$stays" = yes ]; then # the pages of the portal need them, the pipeline does not
    cmake/install-packages.sh portal
    cmake/install-npm.sh portal/web
fi
say "Build"
build_programs
say "A fresh instance in build/demo"
logins=
make_instance
make_users
say "The pipeline"
echo "$(drop_letters) files dropped at four sites"
stuck=0
call run --drain || stuck=$?
say "What became of the letters"
wrong=0
python3 -B "$samples/compare.py" "$posteingang" "$config" || wrong=$?
[ "$stuck" -eq 0 ] || give_up "the pipeline did not come to rest (exit code $stuck)"
[ "$wrong" -eq 0 ] || give_up "a letter did not end where it may (see WRONG above)"

[ "$stays" = yes ] || exit 0
[ -x build/bin/posteingang-portal ] || give_up "there is no build/bin/posteingang-portal to show"
port_is_taken && give_up "port $port is in use; end what listens there, then run ./demo.sh again"
say "The portal: http://127.0.0.1:$port (Ctrl-C ends it)"
[ -z "$logins" ] || printf '  %-16s %-14s %s\n%s\n' "log in as" "with" "" "$logins"
exec "$posteingang" --config "$config" run

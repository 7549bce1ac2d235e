#!/usr/bin/env bash
# run.sh - builds the Debian package, and installs, uses, upgrades and removes it in a bare Debian tree.
# SPDX-License-Identifier: EUPL-1.2
#
# Everything is below build/package/. Needs root (debootstrap, chroot) and a Debian mirror. Exit 0
# when every step held; the last line says how many.
set -euo pipefail
export LC_ALL=C.UTF-8

usage() {
    cat <<'TEXT'
usage: tests/package/run.sh [--keep]

Builds build/package/posteingang_*.deb, checks it with lintian, and in a fresh Debian tree: installs it
with its dependencies alone, makes an instance, runs ten letters through it, runs each role as its own
user, upgrades over a ledger of the previous schema, removes and purges it.

  --keep    leaves the tree in build/package/tree
TEXT
}

give_up() { # SENTENCE
    echo "package: $1" >&2
    exit 1
}

keep=no
for word in "$@"; do
    case $word in
    --keep) keep=yes ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
    esac
done

[ "$(id -u)" -eq 0 ] || give_up "debootstrap and chroot need root"
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source=$PWD work=$PWD/build/package tree=$PWD/build/package/tree
cmake/install-packages.sh build run portal package
steps=0 role_pids=()

held() { # SENTENCE
    steps=$((steps + 1))
    echo "held: $1"
}

inside() { # WORD…: in the tree
    chroot "$tree" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
        TZ=Europe/Berlin DEBIAN_FRONTEND=noninteractive "$@"
}

leave() {
    [ ! -d "$tree" ] || {
        stop_roles || true
        for place in dev proc; do umount -l "$tree/$place" 2>/dev/null || true; done
        [ $keep = yes ] || rm -rf "$tree"
    }
}
trap leave EXIT

build_package() {
    cmake --preset release >/dev/null
    cmake/install-npm.sh portal/web
    cmake --build --preset release --target pages -- -j "$(nproc)" --quiet
    rm -f "$work"/posteingang_*.deb
    cpack --config build/CPackConfig.cmake -B "$work" >"$work.log" 2>&1 || { cat "$work.log"; give_up "cpack failed"; }
    package=$(ls "$work"/posteingang_*.deb)
    held "the package is built: $(basename "$package"), $(stat -c %s "$package") bytes"
    lintian --allow-root --fail-on error "$package" || give_up "lintian found errors"
    held "lintian finds no error"
}

# The bare tree is fetched once and kept as an archive.
make_tree() {
    local base=$work/base.tar
    rm -rf "$tree"
    if [ ! -f "$base" ]; then
        debootstrap --variant=minbase bookworm "$work/base" >"$work/debootstrap.log" 2>&1 ||
            give_up "debootstrap failed; see $work/debootstrap.log"
        tar -C "$work/base" -cf "$base.part" . && mv "$base.part" "$base" && rm -rf "$work/base"
    fi
    mkdir -p "$tree" && tar -C "$tree" -xf "$base"
    cp /etc/resolv.conf "$tree/etc/resolv.conf"
    rm -f "$tree/etc/apt/sources.list"
    cp -r /etc/apt/. "$tree/etc/apt/"
    mount -t proc proc "$tree/proc"
    mount --rbind /dev "$tree/dev" && mount --make-rslave "$tree/dev"
    mkdir -p "$tree/srv/letters" && cp "$source"/tests/samples/register.csv "$tree/srv/"
}

install_package() {
    cp "$package" "$tree/srv/posteingang.deb"
    inside apt-get -qq update >/dev/null
    inside apt-get -qq install --no-install-recommends /srv/posteingang.deb >"$work/install.log" 2>&1 ||
        { tail -20 "$work/install.log"; give_up "apt could not install the package"; }
    for role in dispatch intake filer portal monitor reader; do
        inside id "posteingang-$role" >/dev/null || give_up "there is no user posteingang-$role"
    done
    [ "$(inside stat -c '%U:%G %a' /var/lib/posteingang/ledger)" = "posteingang-dispatch:posteingang 2770" ] ||
        give_up "the ledger's folder has other rights: $(inside ls -ld /var/lib/posteingang/ledger)"
    held "it installs into a bare tree, with users, folders and a ledger"
    inside posteingang config check >/dev/null || give_up "the packaged configuration has faults"
    held "the packaged configuration is right"
    local pages
    pages=$(inside find /usr/share/man -name 'posteingang*' | wc -l)
    [ "$pages" -ge 80 ] || give_up "only $pages manual pages are installed"
    held "$pages manual pages are there"
    [ -f "$tree/usr/share/posteingang/web/node_modules/.subset/FiraSans-Regular.woff2" ] ||
        give_up "the small fonts are not in the package"
}

ten_letters() { # FOLDER
    local count=0
    mkdir -p "$1"
    for letter in "$source"/tests/samples/drop/*/*; do
        [ $count -lt 10 ] || break
        cp "$letter" "$1/" && count=$((count + 1))
    done
}

# What somebody does who tries it out: one user, one folder, one command.
run_an_instance() {
    inside useradd --create-home --shell /bin/sh clerk
    inside runuser -u clerk -- posteingang init /home/clerk/try --site Demmin >/dev/null
    ten_letters "$tree/home/clerk/try/drop/Demmin"
    inside chown -R clerk /home/clerk
    inside runuser -u clerk -- posteingang --config /home/clerk/try/posteingang.yaml register import /srv/register.csv >/dev/null
    inside runuser -u clerk -- posteingang --config /home/clerk/try/posteingang.yaml run --drain >"$work/drain.log" 2>&1 ||
        { tail -20 "$work/drain.log"; give_up "run --drain did not end well"; }
    local lines
    lines=$(inside runuser -u clerk -- posteingang --config /home/clerk/try/posteingang.yaml list --json | wc -l)
    [ "$lines" -ge 10 ] || give_up "ten letters gave $lines rows"
    inside runuser -u clerk -- posteingang --config /home/clerk/try/posteingang.yaml verify >/dev/null ||
        give_up "verify found a fault"
    held "init, register import and run --drain: ten letters gave $lines rows, verify is clean"
}

# Becomes the program itself at last, so that its number is the one to be remembered.
role() { # USER PROGRAM WORD…: as the unit starts it
    local user=$1
    shift
    (exec chroot "$tree" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
        TZ=Europe/Berlin setpriv --reuid "posteingang-$user" --regid posteingang --init-groups \
        sh -c 'umask 0007; exec "$@"' sh "$@") >"$work/role-$user.log" 2>&1 &
    role_pids+=("$!")
}

# Those that this script started, by their numbers.
stop_roles() {
    [ ${#role_pids[@]} -gt 0 ] || return 0
    kill -TERM "${role_pids[@]}" 2>/dev/null || true
    for _ in $(seq 150); do
        kill -0 "${role_pids[@]}" 2>/dev/null || break
        sleep 0.2
    done
    kill -KILL "${role_pids[@]}" 2>/dev/null || true
    role_pids=()
}

start_roles() {
    local config="--config /etc/posteingang/posteingang.yaml"
    # shellcheck disable=SC2086 # two words
    {
        role dispatch posteingang-dispatch $config
        role intake posteingang-intake $config
        role filer posteingang-filer $config
        role portal posteingang-portal $config
        role monitor posteingang-monitor $config
        role reader posteingang $config worker
    }
}

at_rest() { # COUNT
    inside posteingang list --json | python3 -c "
import json, sys
rows = [json.loads(line) for line in sys.stdin]
rest = {'filed', 'clearing', 'refused', 'failed', 'discarded', 'forwarded'}
sys.exit(0 if len(rows) >= $1 and all(row['state'] in rest for row in rows) else 1)"
}

# What the monitor serves with the packaged settings, seen from outside of the tree.
check_served() {
    local status=/dev/null
    for _ in $(seq 60); do
        status=$(curl -s -o "$work/ready.json" -w '%{http_code}' http://127.0.0.1:9181/health/ready || true)
        [ "$status" != 200 ] || break
        sleep 1
    done
    [ "$status" = 200 ] || { cat "$work/ready.json" "$work/role-monitor.log"; give_up "not ready: $status"; }
    curl -sf http://127.0.0.1:9181/metrics >"$work/metrics.txt" || give_up "no metrics are served"
    promtool check metrics <"$work/metrics.txt" || give_up "promtool does not take the metrics"
    promtool check rules "$tree/usr/share/posteingang/prometheus/posteingang.rules.yml" >/dev/null ||
        give_up "promtool does not take the packaged rules"
    held "the monitor says ready, and promtool takes metrics and rules"
}

# The section Install of docs/operations.md, line by line, as somebody types it; the editor adds a site,
# and what apt and systemd do is done around it.
follow_the_install_section() {
    local line words count=0
    sed -n '/^## Install/,/^## [^I]/p' "$source/docs/operations.md" | sed -n '/^```sh/,/^```/p' |
        sed '/^```/d; s/  *#.*//' >"$work/install.lines"
    while IFS= read -r line; do
        case $line in
        apt* | systemctl*) continue ;;
        editor*) sed -i "s|^sites:|sites:\n  - name: 'Malchin'\n    drop: '/var/lib/posteingang/drop/Malchin'|" \
            "$tree/etc/posteingang/posteingang.yaml" ;;
        *)
            words=$(printf 'ein langes Kennwort\n' | inside sh -c "cd /srv && ${line/NAME/anna}" 2>&1) ||
                { printf '%s\n' "$words"; give_up "\"$line\" of docs/operations.md does not work"; }
            ;;
        esac
        count=$((count + 1))
    done <"$work/install.lines"
    [ $count -ge 6 ] || give_up "docs/operations.md has no section Install any more"
    [ "$(inside stat -c '%G %A' /var/lib/posteingang/drop/Malchin | cut -c1-18)" = "posteingang drwxrw" ] ||
        give_up "the new site's folder is $(inside ls -ld /var/lib/posteingang/drop/Malchin)"
    held "the section Install of docs/operations.md works as it is written: $count lines"
}

run_the_roles() {
    start_roles
    ten_letters "$tree/srv/letters"
    inside sh -c 'chown posteingang-intake:posteingang /srv/letters/* && mv /srv/letters/* /var/lib/posteingang/drop/Demmin/'
    for _ in $(seq 300); do
        at_rest 10 && break
        sleep 1
    done
    at_rest 10 || { tail -5 "$work"/role-*.log; inside posteingang status; give_up "the roles did not bring ten letters to rest"; }
    inside posteingang list --json >"$work/list.json"
    grep -q '"state":"filed"' "$work/list.json" || give_up "nothing was filed"
    [ -n "$(inside find /var/lib/posteingang/cabinet -name dokument.pdf)" ] || give_up "the cabinet is empty"
    inside posteingang doctor || true
    check_served
    held "each role works as its own user: ten letters at rest, the cabinet has documents"
    stop_roles
}

# The ledger of the ten letters as the previous schema had it, in place of the one that is there.
upgrade_package() {
    local ledger="$tree/var/lib/posteingang/ledger/posteingang.db" before after rows
    local counted="SELECT (SELECT count(*) FROM scan) || ' scans and ' || (SELECT count(*) FROM document) || ' documents'"
    rows=$(sqlite3 "$ledger" "$counted")
    python3 "$source/tests/package/older_ledger.py" "$source/store/migrations" "$ledger"
    inside chown posteingang-dispatch:posteingang /var/lib/posteingang/ledger/posteingang.db
    [ "$(sqlite3 "$ledger" "SELECT max(version) FROM migration")" -lt "$(ls "$source"/store/migrations/*.sql | wc -l)" ] ||
        give_up "the older ledger is not older"
    before=$(inside posteingang verify 2>&1 || true)
    inside dpkg -i /srv/posteingang.deb >"$work/upgrade.log" 2>&1 || { cat "$work/upgrade.log"; give_up "the upgrade failed"; }
    after=$(inside posteingang verify 2>&1) || { echo "$before"; give_up "after the upgrade: $after"; }
    [ "$(sqlite3 "$ledger" "SELECT count(*) FROM scan")" -ge 10 ] && [ "$(sqlite3 "$ledger" "$counted")" = "$rows" ] ||
        give_up "the upgrade left $(sqlite3 "$ledger" "$counted") of $rows"
    held "an upgrade brings a ledger of the previous schema with $rows up to date: $after"
}

remove_package() {
    inside apt-get -qq remove posteingang >/dev/null 2>&1
    [ ! -e "$tree/usr/bin/posteingang" ] || give_up "programs stay after removal"
    [ -f "$tree/var/lib/posteingang/ledger/posteingang.db" ] || give_up "removal took the ledger"
    inside dpkg --purge posteingang >/dev/null 2>&1
    [ ! -e "$tree/etc/posteingang/posteingang.yaml" ] || give_up "the configuration stays after a purge"
    [ -f "$tree/var/lib/posteingang/ledger/posteingang.db" ] || give_up "a purge took the letters"
    held "it goes away; the letters stay"
}

mkdir -p "$work"
build_package
make_tree
install_package
run_an_instance
follow_the_install_section
run_the_roles
upgrade_package
remove_package
echo "$steps steps held"

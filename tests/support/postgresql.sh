#!/usr/bin/env bash
# postgresql.sh COMMAND…: runs COMMAND with a PostgreSQL server of its own, which ends with it.
#
# The cluster is new, lies in a folder of its own below $TMPDIR, is reached by a socket in it only,
# and writes as durably as in production. LEDGER_SERVER holds a URL of the empty database in it,
# POSTGRESQL_FOLDER the folder, which has "stop", "kill" and "start" for tests that need them.
# POSTGRESQL_SETTINGS: further lines for its postgresql.conf.
set -euo pipefail
programs=$(pg_config --bindir 2> /dev/null || true)
[ -x "$programs/initdb" ] || programs=$(ls -d /usr/lib/postgresql/*/bin 2> /dev/null | tail -n 1)
[ -x "$programs/initdb" ] || { echo "install postgresql: initdb is not there" >&2; exit 77; }

as=()
[ "$(id -u)" != 0 ] || as=(setpriv --reuid=postgres --regid=postgres --init-groups)
folder=$(mktemp -d "${TMPDIR:-/tmp}/posteingang-pg.XXXXXX")
[ "$(id -u)" != 0 ] || chown postgres: "$folder"
chmod 755 "$folder"
cluster=$folder/cluster
cd "$folder"

# After a kill the old server's processes may be in the way for a moment: it is tried again.
cat > "$folder/start" << EOF
#!/bin/sh
cd "$folder"
for attempt in 1 2 3 4 5 6 7 8 9 10; do
    ${as[*]} "$programs/pg_ctl" --silent -D "$cluster" -w -t 60 -l "$folder/server.log" start > /dev/null && exit 0
    sleep 0.5
done
exit 1
EOF
cat > "$folder/stop" << EOF
#!/bin/sh
cd "$folder"
exec ${as[*]} "$programs/pg_ctl" --silent -D "$cluster" -m fast -w stop
EOF
cat > "$folder/kill" << EOF
#!/bin/sh
server=\$(head -n 1 "$cluster/postmaster.pid")
kill -9 \$server \$(pgrep -P \$server)
EOF
chmod +x "$folder/start" "$folder/stop" "$folder/kill"

end() {
    "$folder/stop" > /dev/null 2>&1 || true
    rm -rf "$folder"
}
trap end EXIT
"${as[@]}" "$programs/initdb" -D "$cluster" --auth=trust --username=postgres --encoding=UTF8 \
    --locale=C.UTF-8 --data-checksums > "$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log" >&2; exit 1; }
cat >> "$cluster/postgresql.conf" << EOF
listen_addresses = ''
unix_socket_directories = '$folder'
unix_socket_permissions = 0777
max_connections = 60
shared_buffers = 64MB
log_min_messages = warning
${POSTGRESQL_SETTINGS-}
EOF
"$folder/start"
"${as[@]}" "$programs/createdb" -h "$folder" -U postgres ledger
cd - > /dev/null
export LEDGER_SERVER="postgresql:///ledger?host=$folder&user=postgres" POSTGRESQL_FOLDER="$folder"
"$@"

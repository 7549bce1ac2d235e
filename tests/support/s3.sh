#!/usr/bin/env bash
# s3.sh COMMAND…: runs COMMAND with an object store of its own, which ends with it: OpenStack Swift
# with its S3 interface, which checks signatures and digests.
#
# One copy of everything, in a folder below $TMPDIR, on ports that are free. COMMAND gets SPOOL_S3
# (URL of an empty bucket), SPOOL_S3_ENDPOINT, SPOOL_S3_KEY, SPOOL_S3_SECRET (a file) and
# SPOOL_S3_FOLDER, which has "stop" and "start" for tests that need them. Exits with 77 when Swift
# is not installed: cmake/install-packages.sh s3.
set -euo pipefail
for program in swift-proxy-server swift-object-server swift-container-server swift-account-server \
    swift-ring-builder memcached; do
    command -v "$program" > /dev/null || { echo "$program is missing: cmake/install-packages.sh s3" >&2; exit 77; }
done

folder=$(mktemp -d "${TMPDIR:-/tmp}/posteingang-s3.XXXXXX")
end() {
    "$folder/stop" || true
    rm -rf "$folder"
}
read -r proxy object container account memory < <(/usr/bin/python3 -c '
import socket
held = [socket.socket() for _ in range(5)]
for one in held:
    one.bind(("127.0.0.1", 0))
print(*(one.getsockname()[1] for one in held))')
user=$(id -un)
secret=secret-of-the-tests
mkdir -p "$folder/etc" "$folder/disks/d1" "$folder/cache"
(umask 077 && echo "$secret" > "$folder/secret")

cat > "$folder/etc/swift.conf" << END
[swift-hash]
swift_hash_path_prefix = posteingang
swift_hash_path_suffix = tests
[storage-policy:0]
name = one
default = yes
END
for kind in object container account; do
    cat > "$folder/etc/$kind.conf" << END
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${!kind}
user = $user
swift_dir = $folder/etc
devices = $folder/disks
mount_check = false
workers = 0
log_level = WARNING
fallocate_reserve = 0
disable_fallocate = true
[pipeline:main]
pipeline = $kind-server
[app:$kind-server]
use = egg:swift#$kind
recon_cache_path = $folder/cache
END
    (cd "$folder/etc" && swift-ring-builder "$kind.builder" create 2 1 0 > /dev/null &&
        swift-ring-builder "$kind.builder" add "r1z1-127.0.0.1:${!kind}/d1" 1 > /dev/null &&
        swift-ring-builder "$kind.builder" rebalance > /dev/null) &
done
cat > "$folder/etc/proxy.conf" << END
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $proxy
user = $user
swift_dir = $folder/etc
workers = 0
log_level = WARNING
[pipeline:main]
pipeline = catch_errors cache s3api tempauth slo symlink versioned_writes proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:$memory
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_posteingang_tests = $secret .admin
[filter:slo]
use = egg:swift#slo
[filter:symlink]
use = egg:swift#symlink
[filter:versioned_writes]
use = egg:swift#versioned_writes
END

# Asked for /info, the proxy answers when all of its servers are loaded.
cat > "$folder/start" << END
#!/usr/bin/env bash
cd "$folder"
for server in "memcached -l 127.0.0.1 -p $memory -u $user" "swift-object-server etc/object.conf" \\
    "swift-container-server etc/container.conf" "swift-account-server etc/account.conf" \\
    "swift-proxy-server etc/proxy.conf"; do
    setsid \$server >> server.log 2>&1 < /dev/null &
    echo \$! >> pids
done
for attempt in \$(seq 600); do
    open=0
    for port in $proxy $object $container $account $memory; do
        (: < /dev/tcp/127.0.0.1/\$port) 2> /dev/null && open=\$((open + 1))
    done
    [ \$open = 5 ] && exit 0
    sleep 0.1
done
cat server.log >&2
exit 1
END
cat > "$folder/stop" << END
#!/usr/bin/env bash
[ ! -f "$folder/pids" ] || while read -r pid; do kill -- -"\$pid" 2> /dev/null; done < "$folder/pids"
rm -f "$folder/pids"
END
chmod +x "$folder/start" "$folder/stop"
trap end EXIT
wait
"$folder/start"

export SPOOL_S3=s3://posteingang/tests SPOOL_S3_ENDPOINT="http://127.0.0.1:$proxy" \
    SPOOL_S3_KEY=posteingang:tests SPOOL_S3_SECRET="$folder/secret" SPOOL_S3_FOLDER="$folder"
nothing=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
/usr/bin/python3 - "$SPOOL_S3_ENDPOINT" "$SPOOL_S3_KEY" "$secret" "$nothing" << 'END'
"""Makes the bucket, signed as every request has to be (AWS Signature Version 4)."""
import datetime, hashlib, hmac, sys, urllib.request
endpoint, key, secret, nothing = sys.argv[1:]
host = endpoint.split("//")[1]
now = datetime.datetime.utcnow().strftime("%Y%m%dT%H%M%SZ")
names = "host;x-amz-content-sha256;x-amz-date"
asked = f"PUT\n/posteingang\n\nhost:{host}\nx-amz-content-sha256:{nothing}\nx-amz-date:{now}\n\n{names}\n{nothing}"
scope = f"{now[:8]}/us-east-1/s3/aws4_request"
words = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(asked.encode()).hexdigest()}"
signer = ("AWS4" + secret).encode()
for part in (now[:8], "us-east-1", "s3", "aws4_request"):
    signer = hmac.new(signer, part.encode(), hashlib.sha256).digest()
signature = hmac.new(signer, words.encode(), hashlib.sha256).hexdigest()
urllib.request.urlopen(urllib.request.Request(f"{endpoint}/posteingang", method="PUT", headers={
    "x-amz-content-sha256": nothing, "x-amz-date": now,
    "Authorization": f"AWS4-HMAC-SHA256 Credential={key}/{scope},SignedHeaders={names},Signature={signature}"}), timeout=60)
END
"$@"

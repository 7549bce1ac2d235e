"""object_store_tls.py - a spool in an object store behind TLS, whose certificate is from an authority of
the office's own.

Letters go through when `store.s3.authorities` names it. With the system's authorities, with another
one, with a certificate for another host and with one that has ended nothing is sent: scans stay in
their drop folder, `doctor` says why, and everything goes on when the certificate is right.

tests/support/s3.sh starts the store; a proxy of our own speaks TLS before it.
SPDX-License-Identifier: EUPL-1.2
"""

import os
import socket
import ssl
import subprocess
import sys
import threading
import time

import object_store
from running import SAMPLES, Instance, wait_until

LETTERS = 3
REFUSED = "certificate is not trusted"


def openssl(*words):
    subprocess.run(["openssl", *words], check=True, capture_output=True)


def authority(name):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-keyout",
            f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN={name}", "-addext", "basicConstraints=critical,CA:TRUE")


def certificate(name, signer, subject, days=2):
    """For the host `subject`, by that authority; a number of days below zero: it has ended."""
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key", "-out",
            f"{name}.csr", "-subj", "/CN=store")
    with open(f"{name}.ext", "w", encoding="ascii") as file:
        file.write(f"subjectAltName={subject}\nbasicConstraints=CA:FALSE\n")
    openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{signer}.pem", "-CAkey", f"{signer}.key", "-CAcreateserial",
            "-days", str(days), "-extfile", f"{name}.ext", "-out", f"{name}.pem")
    return name


class Door:
    """Speaks TLS with whoever comes, by the certificate of the moment, and passes bytes on to the store."""

    def __init__(self, name):
        self.upstream = ("127.0.0.1", int(os.environ["SPOOL_S3_ENDPOINT"].rsplit(":", 1)[1]))
        self.passed = 0
        self.show(name)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"https://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def show(self, name):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(f"{name}.pem", f"{name}.key")

    def _serve(self):
        while True:
            line, _ = self.listener.accept()
            threading.Thread(target=self._meet, args=(line,), daemon=True).start()

    def _meet(self, line):
        try:
            line = self.context.wrap_socket(line, server_side=True)
            store = socket.create_connection(self.upstream)
        except OSError:  # it does not like what it was shown
            line.close()
            return
        threading.Thread(target=self._pass, args=(store, line), daemon=True).start()
        self._pass(line, store)

    def _pass(self, source, sink):
        try:
            while content := source.recv(65536):
                self.passed += len(content)
                sink.sendall(content)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def trust(instance, path):
    with open(instance.config, encoding="utf-8") as file:
        before, s3, after = file.read().partition("  s3:")
    head, key, rest = after.partition("    authorities:")
    if not key:
        raise SystemExit("the configuration has no store.s3.authorities")
    with open(instance.config, "w", encoding="utf-8") as file:
        file.write(f"{before}{s3}{head}{key} \"{path}\"{rest[rest.index(chr(10)):]}")
    instance.must("config", "check")


def refused(instance, door, what):
    """Nothing is said to the store, the scan stays where it is, and doctor tells why."""
    before = door.passed
    site, name, content = next(object_store.letters())
    late = f"{what.replace(' ', '-')}-{name}"
    run = instance.start()
    instance.drop(site, late, content + what.encode())
    time.sleep(4)
    said = instance.ask("doctor", wait=120).stdout
    if REFUSED not in said or "store.s3.authorities" not in said:
        raise SystemExit(f"{what}: doctor does not say it:\n{said}")
    if any(row["source"] == late for row in instance.listed()) or door.passed != before:
        raise SystemExit(f"{what}: something was sent all the same")
    return run


def main():
    authority("office")
    authority("stranger")
    good = certificate("good", "office", "IP:127.0.0.1")
    shown = (("a stranger's certificate", certificate("strange", "stranger", "IP:127.0.0.1")),
             ("another host's", certificate("other", "office", "DNS:other.example")),
             ("one that has ended", certificate("ended", "office", "IP:127.0.0.1", days=-1)))
    door = Door(good)
    instance = Instance("office")
    object_store.settle(instance, door, trusted=os.path.abspath("office.pem"))
    instance.must("register", "import", os.path.join(SAMPLES, "register.csv"))
    run = instance.start()
    for site, name, content in list(object_store.letters())[:LETTERS]:
        instance.drop(site, name, content)
    wait_until("letters go through", lambda: object_store.is_through(instance, LETTERS), 200)
    run.terminate()
    run.wait(60)
    passed = door.passed
    count = LETTERS
    for what, name in (("the system's authorities", None), *shown):
        if name:
            door.show(name)
        else:
            trust(instance, "")
        run = refused(instance, door, what)
        count += 1
        door.show(good)
        if not name:
            run.terminate()
            run.wait(60)
            trust(instance, os.path.abspath("office.pem"))
            run = instance.start()
        wait_until(f"after {what} it goes on", lambda n=count: object_store.is_through(instance, n), 200)
        run.terminate()
        run.wait(60)
    instance.must("verify", wait=300)
    print(f"{count} letters by TLS ({passed} bytes for {LETTERS}); {len(shown) + 1} certificates refused, nothing sent")


if __name__ == "__main__":
    sys.exit(main())

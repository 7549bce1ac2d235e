"""portal.py - the portal of an instance for the flow tests: started, and asked as its pages ask.

SPDX-License-Identifier: EUPL-1.2
"""

import atexit
import http.client
import json
import os
import re
import socket
import subprocess
import urllib.parse

import running

PASSWORD = "ein langes Kennwort"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Portal:
    def __init__(self, instance):
        self.port = free_port()
        with open(instance.config, encoding="utf-8") as file:
            text = file.read()
        with open(instance.config, "w", encoding="utf-8") as file:
            file.write(re.sub(r"(?m)(^portal:\n(?:.*\n)*?  port:).*$", rf"\1 {self.port}", text))
        program = os.path.join(running.BIN, "posteingang-portal")
        with open("portal.log", "ab") as log:
            process = subprocess.Popen([program, "--config", instance.config], stdout=log, stderr=log)
        atexit.register(process.kill)
        running.wait_until("the portal listens", self.listens, 60)

    def listens(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        except OSError:
            return False


class Person:
    """Somebody who is logged in; `add` makes the account first."""

    def __init__(self, portal, name):
        self.connection = http.client.HTTPConnection("127.0.0.1", portal.port, timeout=60)
        self.cookie = None
        status, _ = self.ask("POST", "/login", {"name": name, "password": PASSWORD})
        if status != 200:
            raise SystemExit(f"{name} cannot log in: {status}")

    def ask(self, method, path, body=None):
        """(status, bytes of the answer)."""
        headers = {"X-Posteingang": "person"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        if body is not None:
            headers["Content-Type"] = "application/json"
        self.connection.request(method, "/api/v1" + path,
                                json.dumps(body) if body is not None else None, headers)
        answer = self.connection.getresponse()
        cookie = answer.getheader("Set-Cookie")
        if cookie:
            self.cookie = cookie.split(";")[0]
        return answer.status, answer.read()

    def get(self, path, **query):
        return self.ask("GET", path + ("?" + urllib.parse.urlencode(query) if query else ""))

    def post(self, path, **body):
        return self.ask("POST", path, body)

    def results(self, path, **query):
        status, answer = self.get(path, **query)
        if status != 200:
            raise SystemExit(f"{path}: {status} {answer}")
        return json.loads(answer)["results"]

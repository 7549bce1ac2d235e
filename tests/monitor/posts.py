"""posts.py - a mail server that insists on STARTTLS and a listener for webhooks, which both fail as
often as they are told to before they take anything.

Needs Debian's python3-aiosmtpd and openssl.

SPDX-License-Identifier: EUPL-1.2
"""

import email
import email.policy
import http.server
import json
import socket
import ssl
import subprocess
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_certificate(name="mail", days=2):
    """A certificate for localhost in the current folder, which is its own authority."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", str(days), "-subj",
         "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", f"{name}.key",
         "-out", f"{name}.pem"], check=True, capture_output=True)
    return f"{name}.pem", f"{name}.key"


class MailServer:
    """Keeps what it took as (title, body); `secure` counts those that came encrypted."""

    def __init__(self, failures):
        self.failures, self.refused, self.secure = failures, 0, 0
        self.mails, self.recipients = [], set()
        self.certificate, key = make_certificate()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.certificate, key)
        self.port = free_port()
        server = self

        class Served(Controller):
            def factory(self):
                return SMTP(self.handler, hostname="localhost", tls_context=server.context,
                            require_starttls=True, enable_SMTPUTF8=True)

        self.controller = Served(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    async def handle_DATA(self, _, session, envelope):
        if self.refused < self.failures:
            self.refused += 1
            return "451 not now"
        self.secure += session.ssl is not None
        self.recipients.update(envelope.rcpt_tos)
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert message["From"].addresses[0].addr_spec == envelope.mail_from
        self.mails.append((message["Subject"], message.get_content()))
        return "250 taken"

    def stop(self):
        self.controller.stop()


class Webhook:
    """Keeps what it took as dictionaries."""

    def __init__(self, failures):
        self.failures, self.refused, self.posts = failures, 0, []
        listener = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                failing = listener.refused < listener.failures
                listener.refused += failing
                if not failing:
                    listener.posts.append(json.loads(body))
                self.send_response(503 if failing else 204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

"""line_relay.py - a line between a desk and its centre that a test can cut, slow down and measure.

SPDX-License-Identifier: EUPL-1.2
"""

import socket
import threading
import time


class Relay:
    """Listens at `address` and passes bytes to port `target` of this host, while `is_up`."""

    CHUNK = 8192

    def __init__(self, target):
        self.target = target
        self.is_up = True
        self.rate = None  # bytes a second from the desk; None: as fast as it goes
        self.passed = 0   # bytes from the desk that reached the centre
        self.calls = 0    # connections that the desk tried
        self.pairs = []
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        """Every connection ends, and new ones lead nowhere."""
        self.is_up = False
        with self.lock:
            for pair in self.pairs:
                for end in pair:
                    try:
                        end.shutdown(socket.SHUT_RDWR)
                    except OSError:
                        pass
            self.pairs.clear()

    def mend(self):
        self.is_up = True

    def _accept(self):
        while True:
            desk, _ = self.listener.accept()
            self.calls += 1
            if not self.is_up:
                desk.close()
                continue
            try:
                centre = socket.create_connection(("127.0.0.1", self.target), timeout=5)
                centre.settimeout(None)
            except OSError:
                desk.close()
                continue
            # a slow line has no large buffers of its own
            desk.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)
            with self.lock:
                self.pairs.append((desk, centre))
            for source, sink, counts in ((desk, centre, True), (centre, desk, False)):
                threading.Thread(target=self._pump, args=(source, sink, counts),
                                 daemon=True).start()

    def _pump(self, source, sink, counts):
        try:
            while self.is_up:
                content = source.recv(self.CHUNK)
                if not content:
                    break
                if counts and self.rate:
                    time.sleep(len(content) / self.rate)
                sink.sendall(content)
                if counts:
                    self.passed += len(content)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

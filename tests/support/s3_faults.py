#!/usr/bin/env python3
"""s3_faults.py UPSTREAM_PORT PLAN PORT_FILE [PORT]: stands between a program and an object store and does
harm by plan.

Requests are passed on byte by byte, so that signatures stay right. The file PLAN holds one line,
"METHOD FAULT COUNT [WORD]": the next COUNT requests of the method (or ANY) that hold the word in
their path meet the fault; the line is counted down and removed at 0. Faults:

    500 503 403      answered here with that, nothing is passed on
    digest           a byte of what is sent is changed
    cut              the line breaks in the middle of what is sent
    lost             passed on, and the line breaks before the answer
    slow             answered after 3 s
    truncated        half of the answer's body, then the line breaks
    altered          a byte of the answer's body is changed
    away             the line breaks at once

The port that it listens on, PORT or one that is free, is written to PORT_FILE. Every request is a line in PLAN.log.
"""
import os
import socket
import sys
import threading
import time

upstream, plan, port_file = int(sys.argv[1]), sys.argv[2], sys.argv[3]
lock = threading.Lock()


def fault_of(method, path):
    """Takes one from the plan."""
    with lock:
        with open(plan + ".log", "a") as log:
            log.write(f"{method} {path}\n")
        try:
            words = open(plan).read().split()
        except FileNotFoundError:
            return ""
        if len(words) < 3 or words[0] not in ("ANY", method) or (len(words) > 3 and words[3] not in path):
            return ""
        words[2] = str(int(words[2]) - 1)
        if words[2] == "0":
            os.unlink(plan)
        else:
            with open(plan + ".new", "w") as new:
                new.write(" ".join(words))
            os.rename(plan + ".new", plan)
        return words[1]


def read_head(line, rest):
    while b"\r\n\r\n" not in rest:
        more = line.recv(65536)
        if not more:
            return None, b""
        rest += more
    head, rest = rest.split(b"\r\n\r\n", 1)
    return head, rest


def length_of(head):
    for row in head.split(b"\r\n")[1:]:
        name, _, value = row.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def read_body(line, rest, length):
    while len(rest) < length:
        more = line.recv(1 << 20)
        if not more:
            raise ConnectionError
        rest += more
    return rest[:length], rest[length:]


def changed(body):
    middle = len(body) // 2
    return body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1:] if body else body


def ask(request):
    """The answer's head, and all behind it as it comes: in chunks, perhaps."""
    with socket.create_connection(("127.0.0.1", upstream)) as line:
        line.sendall(request)
        head, rest = read_head(line, b"")
        while head is not None and head.split()[1] == b"100":
            head, rest = read_head(line, rest)
        while head is not None and (more := line.recv(1 << 20)):
            rest += more
        return head, rest


def refusal(number):
    code = {500: "InternalError", 503: "SlowDown", 403: "AccessDenied"}[number]
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code></Error>".encode()
    return f"HTTP/1.1 {number} No\r\nContent-Length: {len(body)}".encode(), body


def serve_one(line, rest):
    """One request; what was read behind it, or None when the line is to end."""
    head, rest = read_head(line, rest)
    if head is None:
        return None
    method, path = head.decode("latin-1").split(" ", 2)[:2]
    fault = fault_of(method, path)
    if fault == "away":
        return None
    if b"100-continue" in head.lower():
        line.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    length = length_of(head)
    if fault == "cut":
        read_body(line, rest, length // 2)
        return None
    body, rest = read_body(line, rest, length)
    if fault in ("500", "503", "403"):
        head, body = refusal(int(fault))
    else:
        rows = [row for row in head.split(b"\r\n") if not row.lower().startswith((b"expect:", b"connection:"))]
        request = b"\r\n".join(rows + [b"Connection: close"]) + b"\r\n\r\n"
        head, body = ask(request + (changed(body) if fault == "digest" else body))
    if fault == "slow":
        time.sleep(3)
    if fault == "lost":
        return None
    if fault == "altered":
        body = changed(body)
    rows = [row for row in head.split(b"\r\n") if not row.lower().startswith(b"connection:")]
    whole = b"\r\n".join(rows) + b"\r\n\r\n" + body
    line.sendall(whole[:len(whole) - len(body) // 2 - 1] if fault == "truncated" else whole)
    return None if fault == "truncated" else rest


def serve(line):
    rest = b""
    with line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            while rest is not None:
                rest = serve_one(line, rest)
        except OSError:
            pass


door = socket.socket()
door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
door.bind(("127.0.0.1", int(sys.argv[4]) if len(sys.argv) > 4 else 0))
door.listen(64)
with open(port_file + ".new", "w") as new:
    new.write(str(door.getsockname()[1]))
os.rename(port_file + ".new", port_file)
while True:
    threading.Thread(target=serve, args=(door.accept()[0],), daemon=True).start()

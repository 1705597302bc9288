"""Measures how photos come from the web: an audit of so many addresses, killed half-way, gone on with, and run again.

usage: web.py PICTURES [--addresses N]

Four hosts on this machine serve the JPEGs of PICTURES: one at once, one slowly, one that asks now and then to be asked
again (503, Retry-After), one whose every tenth picture has changed by the last run. Counted are the requests, the
pictures sent, those sent twice, as those are that were under way when it was killed, those that had been read to the
end and were read again, and the most that one host was asked for at a time. Nothing leaves the machine.
"""

import argparse
import contextlib
import csv
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from unittest.mock import patch

from dupcheck.catalog import read_catalog
from dupcheck.photos import reading
from dupcheck.photos.reading import read_photos
from dupcheck.photos.remote import RemotePhotos

HOSTS = ("127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4")
QUICK, SLOW, BUSY, CHANGING = HOSTS
BUSY_EVERY, CHANGED_EVERY = 50, 10


class Site:
    """What is served, and what was asked for."""

    def __init__(self, pictures: list[Path]) -> None:
        self.pictures = [path.read_bytes() for path in pictures]
        self.lock = threading.Lock()
        self.changed = False
        self.forget()
        self.most: Counter[str] = Counter()
        self.now: Counter[str] = Counter()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host = str(self.headers["Host"]).partition(":")[0]
                with site.lock:
                    site.now[host] += 1
                    site.most[host] = max(site.most[host], site.now[host])
                    site.asked[host, self.path] += 1
                with contextlib.suppress(OSError):  # who was killed does not listen
                    site.answer(self, host, int(self.path.strip("/").partition(".")[0]))

            def log_message(self, *words: object) -> None:
                pass

        self.servers = [ThreadingHTTPServer((host, 0), Handler) for host in HOSTS]
        for server in self.servers:
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    def forget(self) -> None:
        self.asked: Counter[tuple[str, str]] = Counter()
        self.sent: Counter[tuple[str, str]] = Counter()
        self.read: Counter[tuple[str, str]] = Counter()

    def answer(self, request: BaseHTTPRequestHandler, host: str, number: int) -> None:
        if host == SLOW:
            time.sleep(0.05)
        with self.lock:  # before the answer: who has all of it asks for the next one at once
            self.now[host] -= 1
        if host == BUSY and number // len(HOSTS) % BUSY_EVERY == 0 and self.asked[host, request.path] == 1:
            request.send_response(503)
            request.send_header("Retry-After", "1")
            request.end_headers()
            return
        new = self.changed and host == CHANGING and number // len(HOSTS) % CHANGED_EVERY == 0
        tag = f'"{number}-{new}"'
        if request.headers["If-None-Match"] == tag:
            request.send_response(304)
            request.end_headers()
            return
        data = self.pictures[(number + new) % len(self.pictures)]
        request.send_response(200)
        request.send_header("ETag", tag)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data)
        with self.lock:
            self.sent[host, request.path] += 1
        request.connection.shutdown(socket.SHUT_WR)
        request.connection.recv(1)  # who is killed before all is read does not say good-bye: an OSError
        with self.lock:
            self.read[host, request.path] += 1

    def tell(self, what: str, spent: float) -> None:
        twice, again = (sum(count > 1 for count in counts.values()) for counts in (self.sent, self.read))
        most = max(self.most.values(), default=0)
        print(
            f"| {what} | {spent:.0f} | {self.asked.total():,} | {self.sent.total():,} | {twice} | {again} | {most} |",
            flush=True,
        )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("pictures", type=Path)
    options.add_argument("--addresses", type=int, default=10_000)
    given = options.parse_args()
    pictures = sorted(given.pictures.rglob("*.jpg"))[: given.addresses]
    if not pictures:
        sys.exit(f"no JPEGs in {given.pictures}")
    site = Site(pictures)
    with tempfile.TemporaryDirectory() as name:
        measure(site, given.addresses, Path(name))


def measure(site: Site, count: int, room: Path) -> None:
    catalog = room / "catalog.csv"
    ports = [server.server_address[1] for server in site.servers]
    with catalog.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["listing_id", "title", "main_image"])
        for k in range(count):
            address = f"http://{HOSTS[k % len(HOSTS)]}:{ports[k % len(HOSTS)]}/{k}.jpg"
            rows.writerow([f"L{k:06}", f"item number {k}", address])
    command: list[Any] = [sys.executable, "-m", "dupcheck", "audit", catalog, "--cache", room / "kept", "--no-ledger"]
    command += ["--out", room / "out", "--fetch-images"]
    for host in HOSTS:
        command += ["--allow-host", host]
    print(
        "| run | seconds | requests | pictures sent | sent twice | read to the end twice |"
        " of one host at a time, at most |"
    )
    print("|---|---|---|---|---|---|---|")
    started = time.monotonic()
    audit = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while site.sent.total() < count // 2 and audit.poll() is None:
        time.sleep(0.02)
    os.kill(audit.pid, signal.SIGKILL)
    audit.wait()
    site.tell("killed half-way", time.monotonic() - started)
    started = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    site.tell("gone on with, both runs together", time.monotonic() - started)
    for what, fresh in (("again at once", reading._FRESH), ("a week later", 0)):
        site.forget()
        site.changed = not fresh
        started = time.monotonic()
        with patch.object(reading, "_FRESH", fresh):
            photos, problems = read_photos(
                read_catalog(catalog), cache=room / "kept", fetch=RemotePhotos(allow_hosts=HOSTS)
            )
        site.tell(what, time.monotonic() - started)
    print(f"\n{(photos.main >= 0).sum():,} of {count:,} listings have their photo, {len(problems)} problems")


if __name__ == "__main__":
    main()

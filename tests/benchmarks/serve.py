"""How fast ``dupcheck serve`` answers: one draft a request, against a catalogue of yours, as CSV.

Two kinds of drafts are made from the catalogue: *copies*, a listing of it with one word of the title put elsewhere, and
*new* ones, whose titles mix the words of two listings. Latency is what a client on the same machine sees; processor
time is the server's own, from its metrics.
"""

import argparse
import csv
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import urllib3


def make_drafts(catalog: Path, count: int) -> dict[str, list[dict[str, str]]]:
    """Make drafts of each kind; another run makes the same."""
    chance = random.Random(1)
    with catalog.open(encoding="utf-8-sig", newline="") as file:
        rows = chance.sample(list(csv.DictReader(file)), 2 * count)
    known = {"title", "price", "currency", "category", "attributes", "image_phash", "gtin", "sku_code"}
    plain = [{k: v for k, v in row.items() if k in known and v} for row in rows]
    copies, new = [], []
    for i in range(count):
        words = plain[i]["title"].split()
        words.insert(chance.randrange(len(words)), words.pop())
        copies.append({**plain[i], "listing_id": f"copy-{i}", "title": " ".join(words)})
        mixed = plain[i]["title"].split()[::2] + plain[-1 - i]["title"].split()[1::2]
        new.append({"listing_id": f"new-{i}", "title": " ".join(mixed), "price": plain[i].get("price", "")})
    return {"copies": copies, "new": new}


class Server:
    """A server of the command line, on a free port, with a ledger of its own."""

    def __init__(self, catalog: Path, ledger: Path) -> None:
        command = [sys.executable, "-m", "dupcheck", "serve", str(catalog), "--port", "0", "--ledger", str(ledger)]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ})
        assert self.process.stderr is not None
        self.url = ""
        for line in self.process.stderr:
            if found := re.search(r"http://[^ ;]+:\d+", line):
                self.url = found[0]
                break
        if not self.url:
            sys.exit("the server did not start")
        self.drain = ThreadPoolExecutor(1)
        self.drain.submit(self.process.stderr.read)
        self.pool = urllib3.PoolManager(maxsize=64)

    def check(self, draft: dict[str, str]) -> tuple[float, str]:
        """Return milliseconds and the verdict."""
        body, headers = json.dumps(draft).encode(), {"Content-Type": "application/json"}
        started = time.perf_counter()
        answer = self.pool.request("POST", f"{self.url}/v1/check", body=body, headers=headers)
        taken = (time.perf_counter() - started) * 1e3
        if answer.status != 200:
            sys.exit(answer.data.decode())
        return taken, json.loads(answer.data)["answers"][0]["verdict"]

    def measure(self, name: str) -> float:
        """Return one of the server's numbers."""
        text = self.pool.request("GET", f"{self.url}/metrics").data.decode()
        return float(re.findall(rf"^{name} (\S+)$", text, re.MULTILINE)[0])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("catalog", type=Path, help="a catalogue as CSV")
    parser.add_argument("--requests", type=int, default=500, help="of each kind")
    parser.add_argument("--clients", type=int, default=1, help="that ask at the same time")
    given = parser.parse_args()
    drafts = make_drafts(given.catalog, given.requests)
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        server = Server(given.catalog, Path(folder) / "ledger.sqlite")
        listings = server.measure("dupcheck_catalogue_listings")
        print(f"{listings:,.0f} listings, started in {time.perf_counter() - started:.1f} s")
        try:
            for draft in [*drafts["copies"][:20], *drafts["new"][:20]]:
                server.check(draft)
            print(f"{'drafts':8} {'p50':>7} {'p95':>7} {'p99':>7} {'max':>7} {'a second':>9} {'CPU':>7}  verdicts")
            for kind, held in drafts.items():
                cpu, begun = server.measure("process_cpu_seconds_total"), time.perf_counter()
                with ThreadPoolExecutor(given.clients) as clients:
                    found = list(clients.map(server.check, held))
                seconds = time.perf_counter() - begun
                cpu = (server.measure("process_cpu_seconds_total") - cpu) / len(held) * 1e3
                taken = sorted(ms for ms, _ in found)
                at = [taken[min(int(len(taken) * share), len(taken) - 1)] for share in (0.5, 0.95, 0.99, 1)]
                verdicts = ", ".join(f"{n} {v}" for v, n in Counter(v for _, v in found).most_common())
                print(f"{kind:8} " + " ".join(f"{ms:7.1f}" for ms in at), end=" ")
                print(f"{len(held) / seconds:9.1f} {cpu:7.1f}  {verdicts}")
            print(f"milliseconds; memory {server.measure('process_resident_memory_bytes') / 1e6:,.0f} MB")
            load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
            print(f"load of the machine at the end: {load:.1f} on {os.cpu_count()} cores")
        finally:
            server.process.terminate()
            server.process.wait()


if __name__ == "__main__":
    main()

"""The process in which a large catalogue is measured, so that the server goes on answering, and stays small.

Run as ``python -m dupcheck.serve.refresh``: what to measure comes as JSON on standard input; what is done of it goes
to standard output, one JSON list ``[stage, done, total]`` a line. What it made is kept in the cache folder.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Event

from dupcheck.errors import DupcheckError
from dupcheck.index.opening import Progress, make_fetcher, open_store

LARGE = 5_000_000
"""Bytes of catalogue files from which a process of its own is worth its start."""


def renew_store(
    files: Sequence[str | Path],
    *,
    images: str | Path | None = None,
    mapping: Mapping[str, str] | None = None,
    encoding: str = "",
    delimiter: str = "",
    currency: str = "",
    jobs: int = 1,
    cache: Path,
    fetch_hosts: Sequence[str] | None = None,
    progress: Progress | None = None,
    stop: Event | None = None,
) -> None:
    """Measure a large catalogue, as its files are now, in another process; leave a small one to who opens it.

    ``fetch_hosts`` are the hosts that photos may be fetched from although private, None: no photo is fetched. ``stop``
    ends it. What goes wrong there comes up again, with its reason, when the catalogue is opened.
    """
    if sum(Path(f).stat().st_size for f in files if Path(f).is_file()) < LARGE:
        return
    task = {
        "files": [str(f) for f in files],
        "images": None if images is None else str(images),
        "mapping": dict(mapping or {}),
        "encoding": encoding,
        "delimiter": delimiter,
        "currency": currency,
        "jobs": jobs,
        "cache": str(cache),
        "hosts": None if fetch_hosts is None else list(fetch_hosts),
    }
    command = [sys.executable, "-m", "dupcheck.serve.refresh"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(task))
        process.stdin.close()
        for line in process.stdout:
            if stop is not None and stop.is_set():
                process.kill()
            elif progress is not None:
                stage, done, total = json.loads(line)
                progress(stage, done, total)


def _main() -> int:
    task = json.load(sys.stdin)

    def tell(stage: str, done: int, total: int) -> None:
        print(json.dumps([stage, done, total]), flush=True)

    try:
        open_store(
            task["files"], images=task["images"], mapping=task["mapping"], encoding=task["encoding"],
            delimiter=task["delimiter"], currency=task["currency"], jobs=task["jobs"], cache=Path(task["cache"]),
            fetch=make_fetcher(task["hosts"] is not None, task["hosts"] or ()), progress=tell,
        )  # fmt: skip
    except (DupcheckError, KeyboardInterrupt):
        return 2  # who opens the catalogue next is told why
    return 0


if __name__ == "__main__":
    sys.exit(_main())

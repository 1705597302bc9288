"""Runs a command as a process of its own and tells its time and memory. POSIX only (``os.wait4``)."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Run:
    """What a process took: wall-clock and processor seconds, peak resident memory in MB; and what it printed."""

    seconds: float
    processor: float
    megabytes: float
    code: int
    output: str


def run_command(command: Sequence[str | Path], *, allowed: Sequence[int] = (0,)) -> Run:
    """Run ``command`` to its end; another exit code than those ``allowed`` ends the benchmark with what it printed."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    code = process.returncode = os.waitstatus_to_exitcode(status)
    if code not in allowed:
        sys.exit(f"{' '.join(map(str, command))} ended with exit code {code}\n{output}")
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit, code, output)


def render_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a markdown table; the first column is text, the others stand to the right."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" + "---:|" * (len(header) - 1)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)

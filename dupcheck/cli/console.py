"""The one way from a command to the terminal.

What stands in files may hold signs that steer a terminal, change its colours or its title, hide text or write it
backwards: none of them passes. A stream that is closed, full or cannot hold a letter never ends a command half-way:
letters are replaced; what could not be written is told at the end, with exit code 2.
"""

import contextlib
import os
import re
import sys
from collections.abc import Sequence
from typing import Any, TextIO

import click

_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ud800-\udfff]")
"""What steers a terminal, or the direction in which it writes; tab and line end are let through."""


class OutputLostError(Exception):
    """What a command said could not be written."""


def clean_line(text: str) -> str:
    """Return a text without what would steer a terminal."""
    return text if text.isascii() and text.isprintable() else _STEERING.sub("\ufffd", text)


def tell(text: str = "", *, err: bool = False, nl: bool = True, style: dict[str, Any] | None = None) -> None:
    """Say something on standard output, or on standard error. ``style`` is what :func:`click.style` takes."""
    cleaned = clean_line(text)
    shown = click.style(cleaned, **style) if style else cleaned
    with _guarded(err):
        click.echo(shown, err=err, nl=nl)


def ask(question: str, *, default: str = "", show_default: bool = False, known: Sequence[str] = ()) -> str:
    """Ask who sits at the terminal, and return what was typed; ``known`` are the answers that are taken, if not all."""
    kind = click.Choice(known) if known else None
    return str(click.prompt(clean_line(question), default=default, type=kind, show_default=show_default))


def tell_document(document: Any) -> None:
    """Print a document as one line of JSON that any program can read, whatever letters the stream can hold."""
    import json  # only where a document is told: every help waits for what stands above

    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower().replace("-", "")
    text = json.dumps(document, ensure_ascii=not encoding.startswith("utf"), allow_nan=False)
    # what steers a terminal can be written in another way here, so that nothing is lost
    text = _STEERING.sub(lambda m: f"\\u{ord(m[0]):04x}", text)
    with _guarded(False):
        click.echo(text)


def tell_bytes(data: bytes) -> None:
    """Print a file's bytes as they are: onto a terminal as text, without what would steer it."""
    if sys.stdout is not None and sys.stdout.isatty():
        tell(data.decode("utf-8-sig", "replace"), nl=False)
        return
    with _guarded(False):
        click.echo(data, nl=False)


class _Streams:
    """What became of the standard streams in this run: the reason for which something was lost, by stream."""

    lost: str = ""
    deaf: bool = False


@contextlib.contextmanager
def _guarded(err: bool) -> Any:
    if _Streams.deaf and not err:
        return (yield)
    try:
        yield
    except BrokenPipeError:
        if not err:
            _Streams.deaf = True  # who read has read enough: the command goes on, and its exit code stays true
            _let_go(sys.stdout)
    except (OSError, ValueError, AttributeError) as error:
        if not err:
            _Streams.deaf = True
            _Streams.lost = getattr(error, "strerror", None) or str(error)
            _let_go(sys.stdout)


def open_streams() -> None:
    """Make the standard streams fit to be written to, whatever they were given as.

    A closed one leads nowhere from now on, so that no file of ours gets its number. Letters that a stream cannot hold
    are replaced.
    """
    _Streams.lost, _Streams.deaf = "", False
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, "r" if not number else "w", encoding="utf-8", closefd=False))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            with contextlib.suppress(OSError, ValueError):
                reconfigure(errors="replace")


def is_deaf() -> bool:
    """Whether who read what click itself says, a help or the version, has read enough.

    Click then puts another stream in the place of this one and ends with 1, which is no answer of ours.
    """
    return "PacifyFlush" in type(sys.stdout).__name__


def close_streams() -> None:
    """Write what is still held back. Raises OutputLostError where something that was said could not be written."""
    with _guarded(False):
        if sys.stdout is not None:
            sys.stdout.flush()
    with _guarded(True):
        if sys.stderr is not None:
            sys.stderr.flush()
    if _Streams.lost:
        raise OutputLostError(_Streams.lost)


def _let_go(stream: TextIO | None) -> None:
    """Lead a stream nowhere, so that Python does not try again at its end."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())  # type: ignore[union-attr]
        os.close(nowhere)

"""Read a spreadsheet with calamine in a process of its own.

A broken file can make calamine loop without end, ask for all memory or panic; none of that can be stopped from inside
the process it happens in. This file is run as a script, with nothing of dupcheck loaded: it takes the file's bytes on
standard input, and writes a marshalled list of ``(name, rows, numeric cells of each row)``, or a text that says what
is wrong.
"""

import datetime
import io
import marshal
import sys

MOST_CELLS = 30_000_000


def show_cell(value: object) -> str:
    """Return a spreadsheet's cell as text; whole numbers without ``.0``, so that ids keep their digits."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e17 else repr(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ") if value.time() != datetime.time() else value.date().isoformat()
    return "" if value is None else str(value)


def read_sheets(raw: bytes) -> "list[tuple[str, list[list[str]], list[tuple[int, ...]]]] | str":
    """Return every sheet's cells as text, and which of them held numbers too long for a spreadsheet to keep."""
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
    sheets = []
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        if sheet.total_height * sheet.total_width > MOST_CELLS:
            return f"{sheet.total_height} × {sheet.total_width}"
        rows = []
        numeric = []
        for cells in sheet.to_python(skip_empty_area=False):
            rows.append([show_cell(v) for v in cells])
            numeric.append(
                tuple(
                    i
                    for i, v in enumerate(cells)
                    if isinstance(v, int | float) and not isinstance(v, bool) and abs(v) >= 1e15
                )
            )
        sheets.append((name, rows, numeric))
    return sheets


def main() -> None:
    """Answer on standard output; ``limit`` bytes of memory are the first argument, 0 for no limit."""
    limit = int(sys.argv[1])
    if limit:
        try:
            import resource

            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        except (ImportError, ValueError, OSError):
            pass  # a system without such limits
    try:
        answer = read_sheets(sys.stdin.buffer.read())
    except BaseException as error:  # Rust's panics are no Exceptions
        answer = " ".join(str(error).split())[:300] or type(error).__name__
    sys.stdout.buffer.write(marshal.dumps(answer))


if __name__ == "__main__":
    main()

"""Read a spreadsheet with calamine in a process of its own.

A broken file can make calamine loop without end, ask for all memory or panic; none of that can be stopped from inside
the process it happens in. This file is run as a script, with nothing of dupcheck loaded: it takes the file's bytes on
standard input, and writes a marshalled list of ``(name, rows, numeric cells of each row, hidden)``, or a text that says
what is wrong.
"""

import datetime
import io
import marshal
import sys


def show_cell(value: object) -> str:
    """Return a spreadsheet's cell as text; whole numbers without ``.0``, so that ids keep their digits."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e17 else repr(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ") if value.time() != datetime.time() else value.date().isoformat()
    return "" if value is None else str(value)


def read_sheets(
    raw: bytes, most: int = 30_000_000, spare: tuple[str, ...] = ()
) -> "list[tuple[str, list[list[str]], list[tuple[int, ...]], bool]] | str":
    """Return every sheet's cells as text, and which of them held numbers too long for a spreadsheet to keep."""
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
    shown = {m.name: str(m.visible).lower().endswith(".visible") for m in book.sheets_metadata}
    sheets = []
    for name in (n for n in book.sheet_names if n not in spare):
        sheet = book.get_sheet_by_name(name)
        if sheet.total_height * sheet.total_width > most:
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
        sheets.append((name, rows, numeric, not shown.get(name, True)))
    return sheets


def main() -> None:
    """Answer on standard output.

    The arguments are bytes of memory, 0 for no limit, the most cells of a sheet, and sheets to leave.
    """
    limit = int(sys.argv[1])
    if limit:
        try:
            import resource

            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        except (ImportError, ValueError, OSError):
            pass  # a system without such limits
    try:
        answer = read_sheets(sys.stdin.buffer.read(), int(sys.argv[2]), tuple(sys.argv[3:]))
    except BaseException as error:  # Rust's panics are no Exceptions
        answer = " ".join(str(error).split())[:300] or type(error).__name__
    sys.stdout.buffer.write(marshal.dumps(answer))


if __name__ == "__main__":
    main()

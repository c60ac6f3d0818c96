"""Lists of contacts as CSV: written for a spreadsheet, read as people save it (SPEC 3.4, 6). Pure."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO

COLUMNS = ("email", "product")
MOST_ROWS = 100
# A spreadsheet would take such a cell for a formula (SPEC 6), in full width and behind blanks and quotes too.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_BEGINS_A_LINE = ("\t", "\r")
_BEFORE_IT = " \"'\u3000\n"


@dataclass(frozen=True, slots=True)
class SheetRow:
    """Whom to invite for which product, and the line of the file that says so; the header is line 1."""

    line: int
    address: str
    product: str


class UnreadableSheet(ValueError):  # noqa: N818 -- errors say what happened (STYLE 4)
    """The file is no list of contacts: `code` is "no_columns", "no_rows" or "too_many_rows"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def guarded(cell: str) -> str:
    """This will write a cell so that no spreadsheet takes it for a formula."""
    is_formula = cell.startswith(_BEGINS_A_LINE) or cell.lstrip(_BEFORE_IT).startswith(_FORMULA)
    return f"'{cell}" if is_formula else cell


def write_sheet(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """This will write rows as CSV with commas, CRLF at each end, and every cell guarded."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return out.getvalue()


def read_sheet(text: str) -> list[SheetRow]:
    """This will read rows by the names of their columns, in any order, separated by commas or semicolons.

    Other columns and empty lines are left out. Raises UnreadableSheet.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    separator = ";" if lines and lines[0].count(";") > lines[0].count(",") else ","
    reader = csv.reader(lines, delimiter=separator)
    header = [name.strip().casefold() for name in next(reader, [])]
    if not set(COLUMNS) <= set(header):
        raise UnreadableSheet("no_columns")
    at = [header.index(name) for name in COLUMNS]
    rows = []
    for cells in reader:
        if any(cell.strip() for cell in cells):
            address, product = (cells[place].strip() if place < len(cells) else "" for place in at)
            rows.append(SheetRow(reader.line_num, address, product))
    if not rows:
        raise UnreadableSheet("no_rows")
    if len(rows) > MOST_ROWS:
        raise UnreadableSheet("too_many_rows")
    return rows

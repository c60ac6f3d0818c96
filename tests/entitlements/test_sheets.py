"""Lists of contacts as CSV: what a spreadsheet saves is read, and no cell is a formula."""

import pytest

from entitlements.sheets import MOST_ROWS, SheetRow, UnreadableSheet, guarded, read_sheet, write_sheet


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("email,product\na@b.example,Target\n", [SheetRow(2, "a@b.example", "Target")]),
        ("Product;Email\r\nTarget; a@b.example \r\n", [SheetRow(2, "a@b.example", "Target")]),
        (
            '\ufeffname,email,product\n"Ada, A.",a@b.example,Target\n,,\n\nBo,b@b.example,Campaign',
            [SheetRow(2, "a@b.example", "Target"), SheetRow(5, "b@b.example", "Campaign")],
        ),
        ("email,product\na@b.example", [SheetRow(2, "a@b.example", "")]),
    ],
)
def test_a_list_is_read_as_people_save_it(text: str, rows: list[SheetRow]) -> None:
    assert read_sheet(text) == rows


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "no_columns"),
        ("a@b.example,Target", "no_columns"),
        ("email\na@b.example", "no_columns"),
        ("email,product\n,\n", "no_rows"),
        ("email,product\n" + "a@b.example,Target\n" * (MOST_ROWS + 1), "too_many_rows"),
    ],
)
def test_what_is_no_list_is_refused(text: str, code: str) -> None:
    with pytest.raises(UnreadableSheet) as refused:
        read_sheet(text)
    assert refused.value.code == code


def test_as_many_rows_as_are_allowed_are_read() -> None:
    assert len(read_sheet("email,product\n" + "a@b.example,Target\n" * MOST_ROWS)) == MOST_ROWS


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", " =", '"=', "\u3000@", "＝", "'+"])
def test_a_cell_that_begins_like_a_formula_gets_an_apostrophe(first: str) -> None:
    assert guarded(f"{first}1") == f"'{first}1"
    assert guarded(f"1{first}") == f"1{first}"


def test_a_list_is_written_with_its_cells_guarded() -> None:
    assert write_sheet(("a", "b"), [("=1", 'x "y", z')]) == 'a,b\r\n\'=1,"x ""y"", z"\r\n'

"""Excel workbooks: the sheet with rows, as a table of texts."""

from __future__ import annotations

import logging
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import IO

import fastexcel
import polars as pl

from ness_pipeline.errors import WrongUsage
from ness_pipeline.files.raw import ROW
from ness_pipeline.files.text import distinct_names
from ness_pipeline.files.unpack import Unpacked
from ness_pipeline.files.workbook_cells import PLACE, SHEET, check_marks, with_marks

# It says on standard error that a sheet with nothing but a chart is no sheet of cells.
logging.getLogger("calamine").addHandler(logging.NullHandler())
MAX_BYTES = 256 * 2**20
"""Largest size of the unpacked sheets; a larger workbook is read into memory as a whole and would need several GiB."""
LONGEST_PLACE = 32
ERRORS = {
    "Div0": "#DIV/0!", "NA": "#N/A", "Name": "#NAME?", "Null": "#NULL!", "Num": "#NUM!", "Ref": "#REF!", "Value": "#VALUE!",
}  # fmt: skip
"""Name of an error in the library to what a spreadsheet shows for it."""
MAX_ROWS = 1_048_576
MAX_CELLS = 20_000_000
"""Cells of the rectangle from the first one to the last, all of which are held in memory, 100 bytes each."""
MIDNIGHT = r"^(\d{4}-\d{2}-\d{2}) 00:00:00$"
INSTANT = r"^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})"


def sheet_as_parquet(content: Unpacked) -> tuple[Path, int, list[int]]:
    """The rows of a workbook's sheet as parquet, every value as text.

    Returned with it are the number of rows above them, the names among these, and the positions of empty rows that are
    left out, counted from the first row below the names.

    The sheet is the chosen one, or the only one with rows. A cell with an error has the text that is shown for it, such as
    `#N/A`, so that it is refused as in a text table where it is no value.

    Raises:
        WrongUsage: the workbook is damaged or very large, there is no such sheet, several have rows, or a formula of it has
            no value.
    """
    shown = content.path.name
    with zipfile.ZipFile(content.path) as archive:
        size = sum(member.file_size for member in archive.infolist())
        if size > MAX_BYTES:
            raise WrongUsage(f"{shown} unpacks to {size // 2**20} MiB; save the sheet as CSV and load that.")
        for member in archive.infolist():
            if SHEET.fullmatch(member.filename):
                with archive.open(member) as sheet:
                    _check_extent(sheet, shown)
    try:
        workbook = fastexcel.read_excel(with_marks(content))
        sheets = {name: _sheet(workbook, name) for name in _wanted(workbook.sheet_names, content)}
        tables = {name: _rows(sheet) for name, sheet in sheets.items()}
    except fastexcel.FastExcelError as error:
        reason = str(error).splitlines()[0]
        raise WrongUsage(f"{shown} is not readable as a workbook ({reason}); save it anew in Excel.") from error
    with_rows = {name: rows for name, rows in tables.items() if rows.height > 1}
    if not with_rows:
        raise WrongUsage(f"{shown} has no sheet with column names and rows; check the workbook.")
    if len(with_rows) > 1:
        names = ", ".join(repr(name) + (" (hidden)" * (sheets[name].visible != "visible")) for name in with_rows)
        raise WrongUsage(
            f"{shown} has rows in the sheets {names}; choose one, as in '{shown}#{next(iter(with_rows))}'."
        )
    name, rows = next(iter(with_rows.items()))
    check_marks(rows.drop(ROW), name, shown)
    target = content.scratch / f"{content.path.stem}.parquet"
    _as_table(rows.drop(ROW), shown).write_parquet(target)
    first = rows.get_column(ROW)[0] + 1
    places = rows.get_column(ROW).cast(pl.Int64) - first
    return target, first, sorted({*range(places[-1])} - {*places})


def _check_extent(sheet: IO[bytes], shown: str) -> None:
    """Be sure that the cells of a sheet do not lie so far apart that the table between them fills the memory.

    Args:
        sheet: its XML.
        shown: how messages name the workbook.

    Raises:
        WrongUsage: they do, or lie where no sheet has a place.
    """
    rows, columns, rest = 1, 1, b""
    while chunk := sheet.read(2**20):
        for letters, number in set(PLACE.findall(rest + chunk)):
            rows, columns = max(rows, int(number)), max(columns, _column_number(letters))
        rest = chunk[-LONGEST_PLACE:]
        if rows > MAX_ROWS or rows * columns > MAX_CELLS:
            raise WrongUsage(
                f"{shown} has cells as far away as row {rows:,} and column {columns:,}; remove what stands apart, or save the sheet as CSV."
            )


def _column_number(letters: bytes) -> int:
    """The number of a column by its letters: 1 for `A`, 27 for `AA`; 0 without letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _wanted(names: list[str], content: Unpacked) -> list[str]:
    if content.sheet is None:
        return names
    if content.sheet not in names:
        listed = ", ".join(repr(name) for name in names)
        raise WrongUsage(f"{content.path.name} has no sheet {content.sheet!r}; it has {listed}.")
    return [content.sheet]


def _sheet(workbook: fastexcel.ExcelReader, name: str) -> fastexcel.ExcelSheet:
    """A sheet from its first row on, all cells as text."""
    return workbook.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")


def _rows(sheet: fastexcel.ExcelSheet) -> pl.DataFrame:
    """The rows of a sheet that are not empty, the column names among them, with their position in the sheet (`ROW`)."""
    batch, errors = sheet.to_arrow_with_errors()
    rows = pl.DataFrame(pl.from_arrow(batch))
    words: defaultdict[int, dict[int, str]] = defaultdict(dict)
    for error in errors.errors if errors is not None else ():
        row, column = error.offset_position
        words[column][row] = next(
            (shown for name, shown in ERRORS.items() if f"Error({name})" in error.detail), "#ERROR!"
        )
    for column, by_row in words.items():
        rows.replace_column(column, rows.to_series(column).scatter(list(by_row), list(by_row.values())))
    numbered = rows.with_row_index(ROW)
    is_empty = pl.all_horizontal((pl.exclude(ROW).is_null()) | (pl.exclude(ROW).str.strip_chars() == ""))
    return numbered.filter(~is_empty) if rows.width else numbered


def _as_table(rows: pl.DataFrame, shown: str) -> pl.DataFrame:
    """Rows under the names of their first one; days without the midnight that Excel adds; unnamed empty columns left out."""
    head = [(name or "").strip() for name in rows.row(0)]
    if rows.width > 1 and sum(map(bool, head)) == 1:
        title = next(filter(None, head))
        raise WrongUsage(f"{shown} does not start with column names but with {title!r}; remove what stands above them.")
    below = rows.slice(1)
    kept = [(name, column) for name, column in zip(head, below.columns, strict=True) if name or below[column].count()]
    names = distinct_names([name for name, _ in kept], shown)
    texts = [
        pl.col(column).str.strip_chars().str.replace(MIDNIGHT, "$1").str.replace(INSTANT, "${1}T$2").alias(name)
        for name, (_, column) in zip(names, kept, strict=True)
    ]
    return below.select(texts)

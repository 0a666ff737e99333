"""Excel workbooks: the sheet with rows, as a table of texts."""

from __future__ import annotations

import re
import zipfile
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import IO

import fastexcel
import polars as pl

from ness_pipeline.errors import WrongUsage
from ness_pipeline.files.raw import ROW
from ness_pipeline.files.text import distinct_names
from ness_pipeline.files.unpack import Unpacked

MAX_BYTES = 256 * 2**20
"""Largest size of the unpacked sheets; a larger workbook is read into memory as a whole and would need several GiB."""
SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
PLACE = re.compile(rb"\br=[\"']([A-Z]{0,8})(\d{1,12})[\"']")
"""The place of a cell or a row in the XML of a sheet, as in `r="AB12"`."""
LONGEST_PLACE = 32
CELL = re.compile(rb"<((?:\w+:)?)c(?=[\s>])([^<>]*)(?<!/)>((?:[^<]++|<(?!/?\1c[\s>]))*+)</\1c>")
"""A cell with content in the XML of a sheet: prefix of its names, attributes, content."""
FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
KIND = re.compile(rb"\st=[\"'](\w+)[\"']")
STYLES = "xl/styles.xml"
FORMAT = re.compile(rb"<(?:\w+:)?numFmt\s[^<>]*>")
FORMAT_CODE = re.compile(rb"formatCode=(?:\"([^\"]*)|'([^']*))")
NUMBER_OF_FORMAT = re.compile(rb"\bnumFmtId=[\"'](\d+)[\"']")
STYLE_FORMAT = re.compile(rb"<(?:\w+:)?xf\s[^<>]*>")
PER_CENT_FORMATS = frozenset({b"9", b"10"})
"""Numbers of the formats `0%` and `0.00%`, which every spreadsheet has (ECMA-376, part 1, 18.8.30)."""
QUOTED = re.compile(rb'\\.|&quot;.*?&quot;|".*?"')
"""What stands in the code of a format for itself."""
STYLE = re.compile(rb"\bs=[\"'](\d+)[\"']")
VALUE = re.compile(rb"<(?:\w+:)?v>([^<&]+)</")
TAG = re.compile(rb"<[^!<>][^<>]*>")
NUMBER = re.compile(rb"<(?:\w+:)?v[^<>]*>[^<&]+</")
HELD = {b"str": re.compile(rb"<(?:\w+:)?v[\s/>]"), b"inlineStr": re.compile(rb"<(?:\w+:)?is[\s>]")}
"""How a cell of a kind holds its value; those of all other kinds as `NUMBER`. The text of a formula may be empty, as a number may not."""
MAY_BE_UNREAD = re.compile(rb"<(?:\w+:)?f[\s/>]|<!|<(?:\w+:)?v[^<>]*>[^<&]*&|inlineStr.[^<>]*>\s*<(?:\w+:)?v")
"""What the XML of a sheet has somewhere where the value of a cell may be lost; few sheets have any of it."""
UNREAD = "\ue000"
"""Begins the text that takes the place of a value that would be lost; behind it stand the place of the cell and what it holds."""
ERRORS = {
    "Div0": "#DIV/0!", "NA": "#N/A", "Name": "#NAME?", "Null": "#NULL!", "Num": "#NUM!", "Ref": "#REF!", "Value": "#VALUE!",
}  # fmt: skip
"""Name of an error in the library to what a spreadsheet shows for it."""
MAX_ROWS = 1_048_576
MAX_CELLS = 20_000_000
"""Cells of the rectangle from the first one to the last, all of which are held in memory, 100 bytes each."""
MIDNIGHT = r"^(\d{4}-\d{2}-\d{2}) 00:00:00$"
INSTANT = r"^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})"


def sheet_as_parquet(content: Unpacked) -> tuple[Path, int]:
    """The rows of a workbook's sheet as parquet, every value as text, and how many rows of the sheet are above them.

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
        workbook = fastexcel.read_excel(_with_marks(content))
        tables = {name: _rows(workbook, name) for name in _wanted(workbook.sheet_names, content)}
    except fastexcel.FastExcelError as error:
        reason = str(error).splitlines()[0]
        raise WrongUsage(f"{shown} is not readable as a workbook ({reason}); save it anew in Excel.") from error
    with_rows = {name: rows for name, rows in tables.items() if rows.height > 1}
    if not with_rows:
        raise WrongUsage(f"{shown} has no sheet with column names and rows; check the workbook.")
    if len(with_rows) > 1:
        names = ", ".join(repr(name) for name in with_rows)
        raise WrongUsage(
            f"{shown} has rows in the sheets {names}; choose one, as in '{shown}#{next(iter(with_rows))}'."
        )
    name, rows = next(iter(with_rows.items()))
    _check_values(rows, name, shown)
    target = content.scratch / f"{content.path.stem}.parquet"
    _as_table(rows.drop(ROW), shown).write_parquet(target)
    return target, rows.get_column(ROW)[0] + 1


def _with_marks(content: Unpacked) -> Path:
    """The workbook, or a copy in which each value that would be lost is a text that begins with `UNREAD`.

    The library gives a formula without a value, as programs write it that do not compute, as an empty cell, and cuts a
    number at an entity or a comment. It drops the format of numbers as well, so those shown in per cent become what is shown.
    """
    copy = content.scratch / f"{content.path.stem}.marked.xlsx"
    with zipfile.ZipFile(content.path) as archive:
        marked = {}
        per_cent = _per_cent_styles(archive)
        for name in filter(SHEET.fullmatch, archive.namelist()):
            xml = archive.read(name)
            if not per_cent and not MAY_BE_UNREAD.search(xml):
                continue
            changed = CELL.sub(lambda cell: _as_shown(cell, per_cent) or _marked(cell), xml)
            if changed != xml:
                marked[name] = changed
        if not marked:
            return content.path
        with zipfile.ZipFile(copy, "w") as target:
            for name in archive.namelist():
                target.writestr(name, marked[name] if name in marked else archive.read(name))
    return copy


def _per_cent_styles(archive: zipfile.ZipFile) -> frozenset[bytes]:
    """The numbers, as cells name them, of the styles in which numbers are shown in per cent."""
    if STYLES not in archive.namelist():
        return frozenset()
    xml = archive.read(STYLES)
    per_cent = set(PER_CENT_FORMATS)
    for one in FORMAT.findall(xml):
        code, number = FORMAT_CODE.search(one), NUMBER_OF_FORMAT.search(one)
        if code is not None and number is not None and b"%" in QUOTED.sub(b"", code[1] or code[2] or b""):
            per_cent.add(number[1])
    _, _, styles = xml.partition(b"cellXfs")
    used = map(NUMBER_OF_FORMAT.search, STYLE_FORMAT.findall(styles.partition(b"cellXfs")[0]))
    return frozenset(b"%d" % style for style, number in enumerate(used) if number is not None and number[1] in per_cent)


def _as_shown(cell: re.Match[bytes], per_cent: frozenset[bytes]) -> bytes | None:
    """A number in per cent as the text that is shown, exact to its last digit; None for every other cell."""
    prefix, attributes, body = cell.groups()
    style, value = STYLE.search(attributes), VALUE.search(body)
    kind = KIND.search(attributes)
    if style is None or style[1] not in per_cent or value is None or (kind is not None and kind[1] != b"n"):
        return None
    try:
        shown = Decimal(repr(float(value[1]))).scaleb(2)
    except ValueError:
        return None
    return _text_cell(prefix, attributes, b"%s%%" % f"{shown:f}".encode())


def _text_cell(prefix: bytes, attributes: bytes, text: bytes) -> bytes:
    return b'<%sc%s t="str"><%sv>%s</%sv></%sc>' % (prefix, KIND.sub(b"", attributes), prefix, text, prefix, prefix)


def _marked(cell: re.Match[bytes]) -> bytes:
    """A cell as it is, or as a text that begins with `UNREAD` where its value would be lost."""
    prefix, attributes, body = cell.groups()
    kind = KIND.search(attributes)
    text = TAG.sub(b"", body).strip()
    is_formula = FORMULA.search(body) is not None
    held = HELD.get(kind[1], NUMBER) if kind is not None else NUMBER
    if not (text or is_formula) or (held.search(body) and b"<!" not in body):
        return cell[0]
    place = PLACE.search(attributes)
    shown = (b"=" if is_formula else b"") + text.partition(b"<")[0]
    value = b"%s%s %s" % (UNREAD.encode(), b"".join(place.groups()) if place is not None else b"?", shown)
    return _text_cell(prefix, attributes, value)


def _check_values(rows: pl.DataFrame, name: str, shown: str) -> None:
    """Be sure that no cell of a sheet has a value that would be lost.

    Raises:
        WrongUsage: one has; the sentence says which.
    """
    marked = pl.concat([rows.get_column(column).filter(rows.get_column(column).str.starts_with(UNREAD)) for column in rows.columns if column != ROW])  # fmt: skip
    if marked.len():
        place, _, value = str(marked[0]).removeprefix(UNREAD).partition(" ")
        what = "a formula without its value" if value.startswith("=") else "a value that cannot be read"
        more = f", and {marked.len() - 1:,} more such cells" if marked.len() > 1 else ""
        raise WrongUsage(
            f"{shown} has {what} in the cell {place} of the sheet {name!r} ({value}){more}; open the workbook in a spreadsheet program, save it there and load it again."
        )


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


def _rows(workbook: fastexcel.ExcelReader, name: str) -> pl.DataFrame:
    """The rows of a sheet that are not empty, the column names among them, with their position in the sheet (`ROW`)."""
    sheet = workbook.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
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

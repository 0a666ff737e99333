"""Cells of an Excel workbook whose values the library that reads it would lose or change.

It gives a formula without a value, as programs write it that do not compute, as an empty cell, and cuts a number at an
entity or a comment: a missing or a wrong value that nobody would notice. It drops the format of numbers as well, so that
12.4% is 0.124. The XML of the sheets is looked through, and such cells are changed in a copy of the workbook.
"""

from __future__ import annotations

import re
import zipfile
from decimal import Decimal
from pathlib import Path

import polars as pl

from ness_pipeline.errors import WrongUsage
from ness_pipeline.files.unpack import Unpacked

SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
STYLES = "xl/styles.xml"

# A cell is <c r="AB12" s="3" t="str"><f>1+1</f><v>2</v></c>: its place, style and type, a formula, a value. Names may have a
# prefix (<x:c>).
CELL = re.compile(rb"<((?:\w+:)?)c(?=[\s>])([^<>]*)(?<!/)>((?:[^<]++|<(?!/?\1c[\s>]))*+)</\1c>")
"""A cell with content: prefix of its names, attributes, content."""
PLACE = re.compile(rb"\br=[\"']([A-Z]{0,8})(\d{1,12})[\"']")
"""The place of a cell or a row: letters and number."""
STYLE = re.compile(rb"\bs=[\"'](\d+)[\"']")
TYPE = re.compile(rb"\st=[\"'](\w+)[\"']")
FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
ELEMENT = re.compile(rb"<[^!<>][^<>]*>")
PLAIN_VALUE = re.compile(rb"<(?:\w+:)?v>([^<&]+)</")
FILLED_VALUE = re.compile(rb"<(?:\w+:)?v[^<>]*>[^<&]+</")
VALUE_OF_TYPE = {b"str": re.compile(rb"<(?:\w+:)?v[\s/>]"), b"inlineStr": re.compile(rb"<(?:\w+:)?is[\s>]")}
"""How a cell of a type has its value; all others as `FILLED_VALUE`. The text of a formula may be empty, as a number may not."""
MAY_BE_LOST = re.compile(rb"<(?:\w+:)?f[\s/>]|<!|<(?:\w+:)?v[^<>]*>[^<&]*&|inlineStr.[^<>]*>\s*<(?:\w+:)?v")
"""What a sheet has somewhere where the value of a cell may be lost; few sheets have any of it."""
UNREAD = "\ue000"
"""Begins the text that takes the place of a value that would be lost; behind it stand the place of the cell and what it holds."""

# In the styles, <numFmt numFmtId="164" formatCode="0.0%"/> is a format, and the n-th <xf numFmtId="164"> of cellXfs style n.
FORMAT_ELEMENT = re.compile(rb"<(?:\w+:)?numFmt\s[^<>]*>")
FORMAT_CODE = re.compile(rb"formatCode=(?:\"([^\"]*)|'([^']*))")
FORMAT_NUMBER = re.compile(rb"\bnumFmtId=[\"'](\d+)[\"']")
STYLE_ELEMENT = re.compile(rb"<(?:\w+:)?xf\s[^<>]*>")
PER_CENT_FORMATS = frozenset({b"9", b"10"})
"""Numbers of the formats `0%` and `0.00%`, which every spreadsheet has (ECMA-376, part 1, 18.8.30)."""
LITERAL = re.compile(rb'\\.|&quot;.*?&quot;|".*?"')
"""What stands in the code of a format for itself."""


def with_marks(content: Unpacked) -> Path:
    """The workbook, or a copy in which numbers in per cent are as shown, and values that would be lost begin with `UNREAD`."""
    copy = content.scratch / f"{content.path.stem}.marked.xlsx"
    with zipfile.ZipFile(content.path) as archive:
        marked = {}
        per_cent = _per_cent_styles(archive)
        for name in filter(SHEET.fullmatch, archive.namelist()):
            xml = archive.read(name)
            if not per_cent and not MAY_BE_LOST.search(xml):
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
    for one in FORMAT_ELEMENT.findall(xml):
        code, number = FORMAT_CODE.search(one), FORMAT_NUMBER.search(one)
        if code is not None and number is not None and b"%" in LITERAL.sub(b"", code[1] or code[2] or b""):
            per_cent.add(number[1])
    _, _, styles = xml.partition(b"cellXfs")
    used = map(FORMAT_NUMBER.search, STYLE_ELEMENT.findall(styles.partition(b"cellXfs")[0]))
    return frozenset(b"%d" % style for style, number in enumerate(used) if number is not None and number[1] in per_cent)


def _as_shown(cell: re.Match[bytes], per_cent: frozenset[bytes]) -> bytes | None:
    """A number in per cent as the text that is shown, exact to its last digit; None for every other cell."""
    prefix, attributes, body = cell.groups()
    style, value = STYLE.search(attributes), PLAIN_VALUE.search(body)
    kind = TYPE.search(attributes)
    if style is None or style[1] not in per_cent or value is None or (kind is not None and kind[1] != b"n"):
        return None
    try:
        shown = Decimal(repr(float(value[1]))).scaleb(2)
    except ValueError:
        return None
    return _text_cell(prefix, attributes, b"%s%%" % f"{shown:f}".encode())


def _text_cell(prefix: bytes, attributes: bytes, text: bytes) -> bytes:
    return b'<%sc%s t="str"><%sv>%s</%sv></%sc>' % (prefix, TYPE.sub(b"", attributes), prefix, text, prefix, prefix)


def _marked(cell: re.Match[bytes]) -> bytes:
    """A cell as it is, or as a text that begins with `UNREAD` where its value would be lost."""
    prefix, attributes, body = cell.groups()
    kind = TYPE.search(attributes)
    text = ELEMENT.sub(b"", body).strip()
    is_formula = FORMULA.search(body) is not None
    held = VALUE_OF_TYPE.get(kind[1], FILLED_VALUE) if kind is not None else FILLED_VALUE
    if not (text or is_formula) or (held.search(body) and b"<!" not in body):
        return cell[0]
    place = PLACE.search(attributes)
    shown = (b"=" if is_formula else b"") + text.partition(b"<")[0]
    value = b"%s%s %s" % (UNREAD.encode(), b"".join(place.groups()) if place is not None else b"?", shown)
    return _text_cell(prefix, attributes, value)


def check_marks(rows: pl.DataFrame, name: str, shown: str) -> None:
    """Be sure that no cell of a sheet has a value that would be lost.

    Raises:
        WrongUsage: one has; the sentence says which.
    """
    marked = pl.concat([column.filter(column.str.starts_with(UNREAD)) for column in rows.get_columns()])
    if marked.len():
        place, _, value = str(marked[0]).removeprefix(UNREAD).partition(" ")
        what = "a formula without its value" if value.startswith("=") else "a value that cannot be read"
        more = f", and {marked.len() - 1:,} more such cells" if marked.len() > 1 else ""
        raise WrongUsage(
            f"{shown} has {what} in the cell {place} of the sheet {name!r} ({value}){more}; open the workbook in a spreadsheet program, save it there and load it again."
        )

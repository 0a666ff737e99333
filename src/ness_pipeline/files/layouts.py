"""The rows of unpacked files: an archive, a workbook, parquet parts, or a text table."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from ness_pipeline.errors import WrongUsage
from ness_pipeline.files.dwca import archive_table
from ness_pipeline.files.encoding import as_utf8
from ness_pipeline.files.raw import RawTable, values_in_folders
from ness_pipeline.files.row_widths import check_row_widths
from ness_pipeline.files.text import blank_rows, sniff
from ness_pipeline.files.unpack import Unpacked
from ness_pipeline.files.workbook import sheet_as_parquet

JSON = re.compile(rb'(\xef\xbb\xbf)?\s*(\{\s*["}]|\[\s*[\[{\]])')
"""How a file in JSON starts; the name of a column may begin with a bracket, as `[Age]` of the United Nations does."""


def raw_table(content: Unpacked) -> RawTable:
    """The rows of unpacked files.

    Raises:
        WrongUsage: there are several tables, or the only one cannot be read.
    """
    shown = content.path.name
    if content.meta is not None:
        return archive_table(content)
    if content.is_workbook:
        sheet, rows_above, empty_rows = sheet_as_parquet(content)
        return replace(RawTable.from_parquet((sheet,), shown), rows_above=rows_above, empty_rows=empty_rows)
    if all(_is_parquet(file) for file in content.files):
        return RawTable.from_parquet(content.files, shown, content.root)
    if len(content.files) > 1:
        names = ", ".join(file.name for file in content.files[:3])
        raise WrongUsage(f"{shown} holds {len(content.files)} tables ({names} …); load them one by one.")
    return text_table(content.files[0], content)


def text_table(file: Path, content: Unpacked) -> RawTable:
    """The rows of a text table; values in the names of its folders are those of all rows.

    Raises:
        WrongUsage: it cannot be read as one.
    """
    shown = content.path.name
    with file.open("rb") as start:
        if JSON.match(start.read(1_000)):
            raise WrongUsage(f"{shown} is JSON, which is no table; export it as CSV or Parquet and load that.")
    text = as_utf8(file, content.scratch, shown)
    layout = sniff(text.path, shown)
    check_row_widths(text.path, layout, shown)
    in_folders = values_in_folders(file, content.root)
    names = tuple(dict.fromkeys([*layout.names, *in_folders]))
    empty_rows = blank_rows(text.path, layout)
    return RawTable(shown, (text.path,), names, layout, in_folders, text.encoding, empty_rows=empty_rows)


def _is_parquet(file: Path) -> bool:
    with file.open("rb") as start:
        return file.suffix == ".parquet" or start.read(4) == b"PAR1"

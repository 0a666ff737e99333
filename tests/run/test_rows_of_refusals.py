"""A refusal names the row of the file as a spreadsheet counts it, whatever stands above the row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from ness_pipeline.run.file_loaded import FileLoaded
from ness_pipeline.run.own_files import load_file
from ness_pipeline.settings import Settings

SERIES = "country_code,series_code,year,value"
RECORDS = "species,countryCode,year,decimalLatitude,decimalLongitude,speciesKey,class"
CUBE = "speciesKey,species,countrycode,year,class,occurrences"
WORLD_BANK = "Country Name,Country Code,Indicator Code,2019,2020"


def rows_of(found: FileLoaded) -> dict[str | None, set[int]]:
    """The rows that are named, by the column that is refused."""
    named: dict[str | None, set[int]] = {}
    for reason in found.reasons:
        if reason.check == "filter":
            continue  # of these there is a number only
        numbers = {int(re.match(r"row (\d+): ", text)[1]) for text, _ in reason.examples}  # type: ignore[index]
        named.setdefault(reason.column, set()).update(numbers)
    return named


def loaded(folder: Path, file: Path) -> FileLoaded:
    """What a trial load says."""
    return load_file(Settings(_env_file=None, home=folder / "home"), file, is_check=True)


@pytest.mark.parametrize(
    ("lines", "rows"),
    [
        ([SERIES, "KE,A,2001,1", "", ",,,", "XX,A,2002,1", ",,,", "KE,A,abc,1"], {"country_code": {5}, "year": {7}}),
        ([SERIES, "KE,A,2001,1", "   ", '"KE","A\n\nB",2001,1', "", "KE,A,abc,1"], {"year": {6}}),
        ([WORLD_BANK, "Kenya,KEN,AG.LND.FRST.ZS,1,x", "", "World,WLD,AG.LND.FRST.ZS,1,2", "Chad,TCD,AG.LND.FRST.ZS,1,160"], {"value": {2, 5}}),
        (["sep=,", SERIES, "", "XX,A,2001,1"], {"country_code": {3}}),
        ([SERIES, *["KE,A,2001,1", "XX,A,2002,1", ""] * 2, "KE,A,abc,1"], {"country_code": {3}, "year": {8}, None: {5}}),
        ([RECORDS, "P c,KE,2001,1,36,1,Mammalia", "", "P c,XX,2001,1,36,1,Mammalia", "a,b", ",,, , ,,", "P c,KE,abc,1,36,1,Mammalia", ",,,,,,"], {"country_code": {4}, None: {5}, "year": {7}}),
        ([CUBE, "1,P c,KE,2001,Mammalia,4", "", ",,,,,", "1,P c,XX,2001,Mammalia,4", "a,b", "", "1,P c,KE,abc,Mammalia,4"], {"country_code": {5}, None: {6}, "year": {8}}),
    ],
)  # fmt: skip
def test_rows_of_a_text(tmp_path: Path, lines: Sequence[str], rows: dict[str | None, set[int]]) -> None:
    """Empty lines and rows, lines that are no rows and values of several lines before it do not matter."""
    for end in ("\n", "\r\n"):
        (tmp_path / "own.csv").write_text(end.join([*lines, ""]), newline="")
        assert rows_of(loaded(tmp_path, tmp_path / "own.csv")) == rows


def test_rows_of_a_sheet(tmp_path: Path) -> None:
    """So do empty rows of a sheet, and those that hold blanks."""
    content = {3: SERIES.split(","), 5: ["KE", "A", 2001, 1], 6: [" "], 8: ["XX", "A", 2002, 1], 10: ["KE", "A", "abc", 1]}  # fmt: skip
    with xlsxwriter.Workbook(tmp_path / "own.xlsx") as book:
        sheet = book.add_worksheet()
        for number, row in content.items():
            sheet.write_row(number - 1, 0, row)
    assert rows_of(loaded(tmp_path, tmp_path / "own.xlsx")) == {"country_code": {8}, "year": {10}}


ROW: st.SearchStrategy[tuple[str, str | None]] = st.sampled_from(
    [
        ("KE,A{n},2001,1", None),
        ("", None),
        (",,,", None),
        ("XX,A{n},2001,{n}", "country_code"),
        ("KE,A{n},x{n},1", "year"),
        ("KE,ER_PTD_TERR,2001,1{n}00", "value"),
        ("KE,A{n},2001,y{n}", "value"),
    ]
)


@settings(max_examples=25, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=12))
def test_rows_of_any_text(tmp_path_factory: pytest.TempPathFactory, kinds: list[tuple[str, str | None]]) -> None:
    """Each row that is named is one in which the named column is wrong; whoever counts lines finds it."""
    folder = tmp_path_factory.mktemp("any")
    lines = [SERIES, "KE,A0,2000,1", *(text.format(n=number) for number, (text, _) in enumerate(kinds, 3))]
    (folder / "own.csv").write_text("\n".join([*lines, ""]))
    named = rows_of(loaded(folder, folder / "own.csv"))
    wrong: dict[Any, set[int]] = {}
    for number, (_, column) in enumerate(kinds, 3):
        if column is not None:
            wrong.setdefault(column, set()).add(number)
    assert named.keys() == wrong.keys()
    assert all(named[column] <= wrong[column] and min(wrong[column]) in named[column] for column in wrong)

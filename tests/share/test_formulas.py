"""Texts in CSV exports run nothing in a spreadsheet, the package says how, and `ness load` gives the same texts back."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest
from published import Published

from ness_pipeline.files.layouts import raw_table
from ness_pipeline.files.unpack import unpacked
from ness_pipeline.share.export import export
from ness_pipeline.spreadsheet import EXPLAINED, escaped

TEXTS = ("=1+1", "+a", "-a", "-0.5", "+1e5", "-", "@x", "'=x", "''+x", "'x", "'-0.5", "a=b", "\uff1dx", "--1", "'")


@pytest.mark.parametrize(
    ("text", "cell"),
    [("=1+1", "'=1+1"), ("-0.5", "-0.5"), ("-.5e-3", "-.5e-3"), ("-5 + 3", "'-5 + 3"), ("'=x", "''=x"), ("a=b", "a=b"), ("\t=x", "'\t=x")],
)  # fmt: skip
def test_a_formula_becomes_a_text(text: str, cell: str) -> None:
    """What a spreadsheet would run gets an apostrophe; numbers and other texts stay."""
    assert escaped(text) == cell


def test_exported_texts_come_back(published: Published, tmp_path: Path) -> None:
    """Names that are formulas are texts in every cell of the CSV, themselves in Parquet, and the same when they are read."""
    changed = tmp_path / "ness.duckdb"
    shutil.copy(published.paths.published, changed)
    with duckdb.connect(str(changed)) as connection:
        codes = [
            code for (code,) in connection.execute("SELECT country_code FROM core.country ORDER BY ALL").fetchall()
        ]
        named = dict(zip(codes, TEXTS, strict=False))
        for code, text in named.items():
            connection.execute("UPDATE core.country SET country_name = $1 WHERE country_code = $2", [text, code])
    export(changed, tmp_path / "csv", form="csv")
    export(changed, tmp_path / "parquet")
    file = tmp_path / "csv" / "core" / "country.csv"
    with file.open(newline="", encoding="utf-8") as rows:
        cells = {row["country_code"]: row["country_name"] for row in csv.DictReader(rows)}
    assert {code: cells[code] for code in named} == {code: escaped(text) for code, text in named.items()}
    kept = pl.read_parquet(tmp_path / "parquet" / "core" / "country.parquet")
    assert (
        dict(kept.select("country_code", "country_name").filter(pl.col("country_code").is_in(list(named))).iter_rows())
        == named
    )
    with unpacked(file) as content:
        read = pl.concat(raw_table(content).batches())
    back = dict(
        read.select("country_code", "country_name").filter(pl.col("country_code").is_in(list(named))).iter_rows()
    )
    assert back == named
    assert EXPLAINED in json.loads((tmp_path / "csv" / "datapackage.json").read_text())["description"]
    assert EXPLAINED not in json.loads((tmp_path / "parquet" / "datapackage.json").read_text())["description"]

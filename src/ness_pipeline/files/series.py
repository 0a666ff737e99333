"""Tables of official series in the forms in which publishers and those who pass them on give them.

  one row per area and year    Entity, Code, Year and a column per series (Our World in Data); Country Name, Country Code,
                               Year, Value (World Bank); geo_area, year and a column per series (UN SDG, as DDF)
  one row per area             Country Name, Country Code, Indicator Name, Indicator Code and a column per year, below some
                               lines about the file (World Bank's download)

Areas stand as ISO alpha-3 codes or UN M49 numbers; groups of countries stand among them and are left out by their code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ness_pipeline.errors import SchemaDrift
from ness_pipeline.names.countries import by_iso3, by_m49

AREA_COLUMNS = ("code", "country code", "geo_area")
NAME_COLUMNS = ("entity", "country name")
YEAR_COLUMN = "year"
NOT_VALUES = {*AREA_COLUMNS, *NAME_COLUMNS, YEAR_COLUMN, "nature", "units"}
FIRST_LINES = 10
"""A header stands among the first lines of a file."""

OTHER_AREAS = {
    "OWID_KOS": "XK",
    "Aland Islands": "AX",
    "China, Hong Kong Special Administrative Region": "HK",
    "Saint Barthlemy": "BL",  # as the file has it
}
"""Codes of areas that only one publisher uses, and names of areas that one leaves without a code."""


@dataclass(frozen=True)
class Series:
    """The values of one series.

    Attributes:
        values: columns `country_code`, `year`, `value`; all text, as in the file; one row per value.
        areas_left_out: codes of areas that are no country of ISO 3166-1, or their names where they have none, each once.
    """

    values: pl.DataFrame
    areas_left_out: tuple[str, ...]


def read_series(path: Path, series_code: str) -> Series:
    """Read one series from a file.

    Args:
        path: a CSV file in one of the forms above.
        series_code: the publisher's code; it chooses the column where a file has several series.

    Raises:
        SchemaDrift: the file has none of the forms, or not that series.
    """
    table = _table(path)
    code = next(name for name in table.columns if name.lower() in AREA_COLUMNS)
    named = next((name for name in table.columns if name.lower() in NAME_COLUMNS), code)
    area = pl.coalesce(pl.col(code).replace("", None), named).alias("area")
    years = [name for name in table.columns if name.isdigit()]
    if years:
        rows = table.select(area, *years).unpivot(years, index="area", variable_name="year", value_name="value")
    else:
        year = next(name for name in table.columns if name.lower() == YEAR_COLUMN)
        values = _value_column(path, table, series_code)
        rows = table.select(area, pl.col(year).alias("year"), pl.col(values).alias("value"))
    stated = rows.filter(pl.col("value").str.strip_chars() != "")
    codes = by_iso3() | {str(number): code for number, code in by_m49().items()} | OTHER_AREAS
    placed = stated.with_columns(pl.col("area").replace_strict(codes, default=None).alias("country_code"))
    left_out = placed.filter(pl.col("country_code").is_null()).get_column("area").unique().sort()
    return Series(placed.drop_nulls("country_code").select("country_code", "year", "value"), tuple(left_out))


def _table(path: Path) -> pl.DataFrame:
    """The rows below the header, all as text.

    Raises:
        SchemaDrift: no line near the top names areas, and years or a year for each; or it is no text that can be read.
    """
    try:
        with path.open(encoding="utf-8-sig") as lines:
            head = [next(lines, "") for _ in range(FIRST_LINES)]
        for number, line in enumerate(head):
            names = [name.strip().strip('"').lower() for name in line.split(",")]
            if any(name in AREA_COLUMNS for name in names) and (YEAR_COLUMN in names or any(map(str.isdigit, names))):
                return pl.read_csv(path, skip_lines=number, infer_schema=False, glob=False)
    except (UnicodeDecodeError, pl.exceptions.PolarsError) as error:
        raise SchemaDrift(f"{path.name} cannot be read as CSV in UTF-8; download it again as CSV.") from error
    message = (
        f"{path.name} is in none of the forms in which a series is read: a column with the code of the area, and a "
        "column Year or one column per year; download it again as CSV."
    )
    raise SchemaDrift(message)


def _value_column(path: Path, table: pl.DataFrame, series_code: str) -> str:
    """The column of a series: the only one with values, or the one that bears its code.

    Raises:
        SchemaDrift: there is none.
    """
    values: Sequence[str] = [name for name in table.columns if name.lower() not in NOT_VALUES]
    if len(values) == 1:
        return values[0]
    named = [name for name in values if name.lower().endswith(series_code.lower())]
    if len(named) != 1:
        raise SchemaDrift(f"{path.name} has no column for {series_code}; its columns are {', '.join(values)[:200]}.")
    return named[0]

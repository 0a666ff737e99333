"""Our World in Data's grapher files: Entity, Code, Year and a column per series, which passes on series of others.

Traps: regions have no code, and some islands have none either; columns bear the publisher's title, at times with its code; aid is
given in dollars under a header that says millions.
"""

from __future__ import annotations

import re
from functools import partial

import polars as pl

from ness_pipeline.errors import SchemaDrift
from ness_pipeline.files.about import About
from ness_pipeline.files.publishers.published import AREA, OBSERVATION, Published, areas, observations
from ness_pipeline.files.raw import ROW, RawTable
from ness_pipeline.names.column_names import ColumnNames, plain
from ness_pipeline.names.published_series import TITLES, UN_SDG, WORLD_BANK, unit_of

AREA_AND_YEAR = frozenset({"entity", "code", "year"})
AID = frozenset({"DC_ODA_BDVL", "DC_ODA_BDVDL"})
MOST_MILLIONS = 100_000
"""Aid for biodiversity of one year is below this many millions of dollars, so a file with more is in dollars."""


def read(raw: RawTable) -> Published | None:
    """A grapher file; None for every other.

    Raises:
        SchemaDrift: none of its columns is a series that is known here, or two are the same.
    """
    names = ColumnNames(raw.names, raw.shown)
    if any(name not in names for name in ("Entity", "Code", "Year")) or len(raw.names) < 4:  # noqa: PLR2004
        return None
    if names.any_of("Series Code", "Indicator Code") is not None:  # rows that say their series themselves
        return None
    series: dict[str, str] = {}
    for column in raw.names:
        if plain(column) in AREA_AND_YEAR or (code := _series(column)) is None:
            continue
        if code in series.values():
            raise SchemaDrift(f"{raw.shown} has {code} in two columns; remove one of them.")
        series[column] = code
    if not series:
        others = ", ".join(repr(name) for name in raw.names if plain(name) not in AREA_AND_YEAR)
        known = ", ".join([*UN_SDG, *WORLD_BANK])
        raise SchemaDrift(
            f"{raw.shown} is a table of Our World in Data without a series that is known here (it has {others[:200]}); known are {known}, by code in the column's name or by title."
        )
    area = areas(pl.col(names.name_of("Code")), pl.col(names.name_of("Entity")))
    rows_of = partial(_rows, series=series, area=area, year=names.name_of("Year"), units=_units(raw, series))
    unknown = [name for name in raw.names if name not in series and plain(name) not in AREA_AND_YEAR]
    unread = f", without {', '.join(map(repr, unknown))}" if unknown else ""
    layout = f"Our World in Data table of {', '.join(series.values())}{unread}"
    return Published(layout, (OBSERVATION,), observations(raw, rows_of, series), About(publisher="Our World in Data"))


def _series(column: str) -> str | None:
    """The series that a column's name says, by title or by a code at its end, where only a dimension may follow that means all."""
    for code in (*UN_SDG, *WORLD_BANK):
        if re.search(rf"(^|[^A-Za-z0-9.]){re.escape(code)}( - All [a-z]+)?$", column.strip(), re.IGNORECASE):
            return code
    return TITLES.get(plain(column))


def _units(raw: RawTable, series: dict[str, str]) -> dict[str, str | None]:
    """The unit of each series as it is in the file."""
    units = {code: unit_of(code) for code in series.values()}
    for column, code in series.items():
        if code in AID and raw.largest(column) > MOST_MILLIONS:
            units[code] = "CON_USD"
    return units


def _rows(
    rows: pl.DataFrame, series: dict[str, str], area: pl.Expr, year: str, units: dict[str, str | None]
) -> pl.DataFrame:
    """A row for each value."""
    wide = rows.select(
        ROW, area, pl.col(year).alias("year"), *(pl.col(column).alias(code) for column, code in series.items())
    )
    long = wide.unpivot(
        list(series.values()), index=[ROW, AREA, "year"], variable_name="series_code", value_name="value"
    )
    publishers = {code: "worldbank" if code in WORLD_BANK else "unsdg" for code in series.values()}
    return long.drop_nulls("value").with_columns(
        disaggregation=pl.lit("total"),
        value_status=pl.lit("observed"),
        unit=pl.col("series_code").replace_strict(units, return_dtype=pl.String),
        publisher=pl.col("series_code").replace_strict(publishers, return_dtype=pl.String),
    )

"""World Bank files: downloads of indicators (a column per year, below lines about the file), DataBank extracts, long tables.

Aggregates stand among the countries, told apart by their codes; an empty cell is no row.
"""

from __future__ import annotations

import csv
import re
from functools import partial

import polars as pl

from ness_pipeline.errors import SchemaDrift
from ness_pipeline.files.about import About, day_of
from ness_pipeline.files.publishers.published import AREA, OBSERVATION, Published, areas, observations
from ness_pipeline.files.raw import ROW, RawTable
from ness_pipeline.files.text import first_lines
from ness_pipeline.names.column_names import ColumnNames
from ness_pipeline.names.published_series import WORLD_BANK, WORLD_BANK_CITATION

BESIDE = ("Metadata_Country", "Metadata_Indicator")
"""How the names of tables start that the World Bank packs beside the data."""
YEAR = re.compile(r"^(\d{4})( \[YR\1\])?$")
"""A column of values: `2015`, or `2015 [YR2015]` in DataBank."""
NOTES = ("Data from database", "Last Updated")
"""How the lines start that DataBank writes below the data."""
CODES = ("Indicator Code", "Series Code")
MISSING = ("", "..")


def read(raw: RawTable) -> Published | None:
    """A World Bank file; None for every other.

    Raises:
        SchemaDrift: it does not say which series its columns of years are of.
    """
    names = ColumnNames(raw.names, raw.shown)
    years = {name: found[1] for name in raw.names if (found := YEAR.match(name))}
    code = names.any_of(*CODES)
    updated = _updated(raw)
    about = About(*WORLD_BANK_CITATION, publisher="World Bank", as_of=updated)
    if "Country Code" not in names:
        return None
    if years and code is None:
        raise SchemaDrift(
            f"{raw.shown} has a column for each year and none with the code of the series; add one called 'Indicator Code', with a code such as AG.LND.FRST.ZS in each row."
        )
    area = areas(pl.col(names.name_of("Country Code")))
    if code is not None and years:
        rows_of = partial(_of_years, series=pl.col(names.name_of(code)), area=area, years=years, release=updated)
        layout = "World Bank download"
    elif {"Country Name", "Year", "Value"} <= {*raw.names} and (series := _series_in_name(raw)) is not None:
        rows_of = partial(_long, series=series, area=area, release=updated)
        layout = f"World Bank table of {series}"
    else:
        return None
    return Published(layout, (OBSERVATION,), observations(raw, rows_of, years or ["Value"], _is_note), about)


def _of_years(
    rows: pl.DataFrame, series: pl.Expr, area: pl.Expr, years: dict[str, str], release: str | None
) -> pl.DataFrame:
    """A row for each value of a table with a column per year."""
    long = rows.select(ROW, series.alias("series_code"), area, *years).unpivot(
        list(years), index=[ROW, "series_code", AREA], variable_name="year", value_name="value"
    )
    return _observed(long.with_columns(pl.col("year").replace(years)), release)


def _long(rows: pl.DataFrame, series: str, area: pl.Expr, release: str | None) -> pl.DataFrame:
    """A row for each value of a table with a column `Year`."""
    return _observed(rows.select(ROW, area, pl.lit(series).alias("series_code"), year="Year", value="Value"), release)


def _observed(rows: pl.DataFrame, release: str | None) -> pl.DataFrame:
    units = pl.col("series_code").replace_strict(dict(WORLD_BANK), default=None, return_dtype=pl.String)
    return rows.filter(pl.col("value").is_not_null() & ~pl.col("value").is_in(MISSING)).with_columns(
        disaggregation=pl.lit("total"),
        value_status=pl.lit("observed"),
        unit=units,
        publisher=pl.lit("worldbank"),
        release=pl.lit(release, pl.String),
    )


def _updated(raw: RawTable) -> str | None:
    """The day of the last update, from the lines about the file."""
    if raw.text is None:
        return None
    for _, line in zip(range(raw.text.skip), first_lines(raw.files[0], raw.shown), strict=False):
        if "Last Updated Date" in line:
            return day_of(" ".join(next(csv.reader([line]))))
    return None


def _series_in_name(raw: RawTable) -> str | None:
    """The series that the name of a file says, as `ag.lnd.frst.zs.csv` does."""
    return next((code for code in WORLD_BANK if re.search(rf"(^|[^A-Z0-9.]){re.escape(code)}([^A-Z0-9]|$)", raw.shown.upper())), None)  # fmt: skip


def _is_note(line: str) -> bool:
    return any(note in line for note in NOTES)

"""Make the sample of open data again from a folder of publishers' files: `python -m ness_pipeline.run.make_sample FOLDER`.

Which series, from which file, of which vintage and under which terms: `warehouse/sample/series.toml`. Written are the values
(Parquet) and the README beside it, which says the same in words and what was left out.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ness_pipeline.errors import NessError, SchemaDrift, WrongUsage
from ness_pipeline.files.series import Series, read_series
from ness_pipeline.paths import sql_folder
from ness_pipeline.sources import SAMPLE
from ness_pipeline.sources.sample import SampleDefinition, SampleSeries, sample_definition

VALUES = "indicator_observation.parquet"
COLUMNS = ("series_code", "country_code", "year", "value", "release", "footnote")


@dataclass(frozen=True)
class Made:
    """One series as it stands in the sample.

    Attributes:
        series: its entry in `series.toml`.
        rows: its rows, in the columns `COLUMNS`.
        areas_left_out: areas of the file that are no country of ISO 3166-1.
        older_countries: countries that only the older file has.
    """

    series: SampleSeries
    rows: pl.DataFrame
    areas_left_out: tuple[str, ...]
    older_countries: tuple[str, ...]


def make_series(folder: Path, series: SampleSeries, first_year: int) -> Made:
    """The rows of one series.

    Args:
        folder: where the publishers' files are, at any depth.
        series: its entry in `series.toml`.
        first_year: years before it are left out.

    Raises:
        NessError: a file is missing, twice there, or of another form.
    """
    newer = read_series(_found(folder, series.file), series.series_code)
    parts = [_rows(newer, series, series.file, series.release)]
    older_countries: tuple[str, ...] = ()
    if series.older_file and series.older_release:
        older = read_series(_found(folder, series.older_file), series.series_code)
        lacking = Series(older.values.join(newer.values, on="country_code", how="anti"), older.areas_left_out)
        older_countries = tuple(lacking.values.get_column("country_code").unique().sort())
        parts.append(_rows(lacking, series, series.older_file, series.older_release))
    rows = pl.concat(parts).filter(pl.col("year") >= first_year)
    repeated = rows.group_by("country_code", "year").len().filter(pl.col("len") > 1)
    if repeated.height:
        country_code, year, _ = repeated.row(0)
        raise WrongUsage(
            f"{series.file} has several values of {series.series_code} for {country_code} in {year}; keep one."
        )
    return Made(series, rows.sort("country_code", "year"), newer.areas_left_out, older_countries)


def _found(folder: Path, name: str) -> Path:
    """The one file of that name.

    Raises:
        WrongUsage: there is none, or there are several that differ.
    """
    found = sorted(folder.rglob(name))
    if not found:
        raise WrongUsage(f"{folder} has no file {name}; series.toml says which files are needed.")
    if len({file.read_bytes() for file in found}) > 1:
        raise WrongUsage(f"{folder} has several different files {name}; leave one of them.")
    return found[0]


def _rows(read: Series, series: SampleSeries, file: str, release: str) -> pl.DataFrame:
    """Values of a file in the columns `COLUMNS`; words become 0 and 1 and stay as the footnote.

    Raises:
        SchemaDrift: a value or a year is no number.
    """
    number = pl.col("value").cast(pl.Float64, strict=False)
    note = pl.lit(None, pl.String)
    if series.no is not None:
        note = pl.col("value").str.replace_all(r"\s+", " ")
        number = (note != series.no).cast(pl.Float64)
    is_number = number.is_finite() & pl.col("year").cast(pl.Int64, strict=False).is_not_null()
    for country_code, year, value in read.values.filter(~is_number.fill_null(value=False)).head(1).iter_rows():
        raise SchemaDrift(
            f"{file} has {value!r} in {year!r} for {country_code}, where {series.series_code} needs a number and a year; "
            "download it again or leave the row out."
        )
    return read.values.select(
        pl.lit(series.series_code).alias("series_code"),
        "country_code",
        pl.col("year").cast(pl.Int64),
        number.alias("value"),
        pl.lit(release).alias("release"),
        note.alias("footnote"),
    )


def readme(definition: SampleDefinition, made: list[Made]) -> str:
    """The README of the sample: series, vintages, whom to name, what was left out."""
    rows = sum(part.rows.height for part in made)
    lines = [
        "# A sample of open data",
        "",
        (
            f"Real numbers for a first run: {len(made)} series of official statistics, {definition.first_year} to today, "
            f"{rows:,} values, as of {definition.as_of}. `ness run --all --sample` loads them through the same contracts as "
            "everything else. The values are the publishers' own, in their units, of the vintage given here; once a live "
            "release of a series is loaded, its rows of the sample go. Lists of parties to treaties are no part of it: they come "
            "from the seeds."
        ),
        "",
        "This page is written by `python -m ness_pipeline.run.make_sample FOLDER` from `series.toml` and the publishers' files.",
        "",
        "## Whom to name",
        "",
        "| short | publisher | terms | cite |",
        "|---|---|---|---|",
        *(f"| {name} | {who.publisher} | {who.terms} | {who.citation} |" for name, who in definition.cited.items()),
        "",
        "## Series",
        "",
        "| series | what | unit | vintage | through | file | areas | years | values |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    notes = []
    for part in made:
        series, years = part.series, part.rows.get_column("year").to_list()
        areas = part.rows.get_column("country_code").n_unique()
        lines.append(
            f"| {series.series_code} | {series.title} | {series.unit} | {series.release} | {series.cited_as} | "
            f"{series.file} | {areas} | {min(years)} to {max(years)} | {part.rows.height:,} |"
        )
        if part.older_countries:
            notes.append(
                f"{series.series_code}: {', '.join(part.older_countries)} from {series.older_file}, vintage "
                f"{series.older_release}, because the newer file lacks it altogether."
            )
        if series.no is not None:
            notes.append(f'{series.series_code}: words stand for numbers; "{series.no}" is 0, any other answer 1.')
    notes.append(
        "Left out: years without a value; regions and groups of countries; the Channel Islands, which ISO 3166-1 lists as "
        "Guernsey and Jersey."
    )
    return "\n".join([*lines, "", "## What else to know", "", *(f"- {note}" for note in notes), ""])


def make(folder: Path, target: Path | None = None) -> list[Made]:
    """Write the values and the README of the sample.

    Args:
        folder: where the publishers' files are, at any depth.
        target: where to write; the packaged folder if none is given.

    Raises:
        NessError: a file is missing, twice there, or of another form.
    """
    definition, target = sample_definition(), target or sql_folder(SAMPLE)
    made = [make_series(folder, series, definition.first_year) for series in definition.series]
    pl.concat(part.rows for part in made).select(COLUMNS).write_parquet(
        target / VALUES, compression="zstd", compression_level=19, statistics=False
    )
    (target / "README.md").write_text(readme(definition, made), encoding="utf-8")
    return made


def main() -> int:
    """The script's command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder of publishers' files")
    try:
        made = make(parser.parse_args().folder)
    except NessError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    sys.stdout.write(f"{len(made)} series, {sum(part.rows.height for part in made)} values\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

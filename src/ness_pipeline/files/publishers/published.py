"""What publishers' files have in common: rows of series by area, and what is left out of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import polars as pl

from ness_pipeline.contract.batch import Batch
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.contract.refused import filtered_out, no_refused_rows, refused_rows, whole_rows_as_json
from ness_pipeline.errors import ContractViolation
from ness_pipeline.files.about import About
from ness_pipeline.files.raw import ROW, RawTable
from ness_pipeline.files.refused import positions
from ness_pipeline.files.values import NOT_CONVERTIBLE, VALUES, with_contract_values
from ness_pipeline.names.countries import by_iso3, by_m49, country_named

OBSERVATION = "indicator_observation"
AREA = "area of the row"
"""Column with the country code of each row, NULL for areas that are no country; the blanks keep it apart from a file's own."""
NO_COUNTRY = "The area is a region, a group of countries or another one that is no country of ISO 3166-1"
REPEATED = "The row is there twice"
OTHER_CODES = {"OWID_KOS": "XK", "XKX": "XK", "KSV": "XK"}
"""Codes that publishers use for Kosovo, which has none of ISO."""


@dataclass(frozen=True)
class Published:
    """A publisher's file.

    Attributes:
        layout: what it is, in plain words.
        tables: tables that it fills, without layer.
        batches: its rows; can be read once.
        about: what it says of itself.
        first_row: number of its first row as people count them; None where its rows are those of several tables.
    """

    layout: str
    tables: tuple[str, ...]
    batches: Iterator[Batch]
    about: About = field(default_factory=About)
    first_row: int | None = None


def observations(
    raw: RawTable,
    rows_of: Callable[[pl.DataFrame], pl.DataFrame],
    numbers: Iterable[str],
    is_note: Callable[[str], bool] = lambda _: False,
) -> Iterator[Batch]:
    """The rows of series of a file, those of areas that are no country left out and counted, those in a strange unit refused.

    Args:
        raw: the file.
        rows_of: makes rows of `indicator_observation` as text out of rows of the file, with `AREA` in place of `country_code`,
            and keeps the `ROW` of each.
        numbers: columns of the file with values.
        is_note: whether a line that is no row is one of the publisher's notes, and not damage.

    Raises:
        ContractViolation: a line does not have the columns of the header, or there are no rows.
    """
    table = tables()[f"core.{OBSERVATION}"]
    commas = raw.with_decimal_commas(numbers)
    received = 0
    for batch in raw.batches():
        rows = rows_of(_with_points(batch, commas))
        received += rows.height
        of_countries = rows.drop_nulls(AREA).rename({AREA: "country_code"})
        said = [name for name in of_countries.columns if name != ROW]
        without_repeats = of_countries.unique(said, keep="first", maintain_order=True)
        left_out = [
            (NO_COUNTRY, rows.height - of_countries.height),
            (REPEATED, of_countries.height - without_repeats.height),
        ]
        numbered = with_contract_values(without_repeats, table, ())
        numbered = numbered.with_columns(positions(numbered[ROW], no_refused_rows(), raw.empty_rows))
        strange = numbered.filter(pl.col(NOT_CONVERTIBLE).is_not_null())
        values = numbered.filter(pl.col(NOT_CONVERTIBLE).is_null())
        counted = [(reason, number) for reason, number in left_out if number]
        yield Batch(
            OBSERVATION,
            values.drop(ROW, NOT_CONVERTIBLE),
            refused_rows(
                strange[ROW],
                column="unit",
                check="unit",
                reason=strange[NOT_CONVERTIBLE],
                rows=whole_rows_as_json(strange.drop(ROW, NOT_CONVERTIBLE)),
            ),
            left_out=filtered_out(
                ["country_code"] * len(counted),
                [f"{reason}." for reason, _ in counted],
                [number for _, number in counted],
            ),
            positions=values[ROW],
        )
    lines = [line for line in raw.malformed.get_column("row") if not is_note(line)]
    if lines:
        raise ContractViolation(f"{raw.shown} has a line without the {len(raw.names)} columns of its header ({lines[0][:60]}); download it again.")  # fmt: skip
    if not received:
        raise ContractViolation(f"{raw.shown} has column names but no values; download it again.")


def _with_points(rows: pl.DataFrame, commas: list[str]) -> pl.DataFrame:
    """Rows with decimal points in columns of numbers whose commas are decimal ones."""
    return rows.with_columns(pl.col(name).str.replace(r"^([<>]?=?\s*[+-]?\d+),(\d+)$", "${1}.$2") for name in commas)


def areas(codes: pl.Expr, names: pl.Expr | None = None) -> pl.Expr:
    """The country code of areas by their ISO alpha-3 code or UN M49 number; by name where a row has no code."""
    known = by_iso3() | {f"{number}": code for number, code in by_m49().items()} | OTHER_CODES
    by_code = codes.str.strip_chars().str.strip_chars_start("0").replace_strict(known, default=None)
    if names is None:
        return by_code.alias(AREA)
    without_code = pl.when(codes.is_null()).then(names)
    return pl.coalesce(by_code, without_code.map_elements(country_named, return_dtype=pl.String)).alias(AREA)


__all__ = ["AREA", "OBSERVATION", "VALUES", "Published", "areas", "observations"]

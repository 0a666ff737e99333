"""The index as tables: the rows of every table that the scores of countries fill."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import duckdb
import numpy as np
import polars as pl

from ness_pipeline.index.choices import (
    ChoiceSet,
    drawn_choices,
    named_choices,
    range_of,
    scores_under,
    sensitivity,
)
from ness_pipeline.index.components import frame
from ness_pipeline.index.country_scores import CountryScores
from ness_pipeline.index.definition import HALVES, Definition
from ness_pipeline.index.scores import ROUNDING, Floats
from ness_pipeline.sql import frame_of

FEWEST_COUNTRIES = 10
"""Fewer countries than this say nothing about how an index varies over the world."""


def states(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Members and observers of the United Nations: who is ranked."""
    rows = connection.execute("SELECT country_code FROM core.country WHERE un_membership IS NOT NULL").fetchall()
    return frozenset(code for (code,) in rows)


def _number(value: float) -> float | None:
    """A number, None for NaN."""
    return None if np.isnan(value) else float(value)


def pillar_rows(scored: Iterable[CountryScores], definition: Definition) -> pl.DataFrame:
    """One row per country, year and pillar, in the columns of `metrics.index_pillar`."""
    half_of = [half for half in HALVES for _ in definition.half[half].pillar]
    rows: list[dict[str, object]] = [
        {
            "country_code": country.country_code,
            "year": year,
            "half": half_of[place],
            "pillar": pillar,
            "score": _number(country.point.pillars[row, place]),
            "coverage": _number(country.standing.pillar_coverage[row, place]),
            "reportable": country.standing.pillar_reasons[row][place] is None,
            "reason": country.standing.pillar_reasons[row][place],
            "definition_version": definition.digest,
        }
        for country in scored
        for row, year in enumerate(country.years)
        for place, pillar in enumerate(definition.pillars)
    ]
    return frame("index_pillar", rows)


def _ends(stem: str, place: int, row: int, ranges: tuple[Floats, Floats], country: CountryScores) -> dict[str, object]:
    """The ends of both ranges of a half or of the index (last place).

    The range of the choices also stands under the names of before, which say interval and mean a range.
    """
    low, high = (_number(end[row, place]) for end in ranges)
    point, least, most = (
        scores.index[row] if place == len(HALVES) else scores.halves[row, place]
        for scores in (country.point, country.least, country.most)
    )
    is_known = not np.isnan(point)
    return {
        f"{stem}_range_low": low,
        f"{stem}_range_high": high,
        f"{stem}_lower": low,
        f"{stem}_upper": high,
        f"{stem}_missing_low": _number(least) if is_known else None,
        f"{stem}_missing_high": _number(most) if is_known else None,
    }


def index_rows(scored: Iterable[CountryScores], definition: Definition, states: Collection[str]) -> pl.DataFrame:
    """One row per country and year, in the columns of `metrics.eco_security_index`.

    Args:
        scored: the scores of the countries.
        definition: the definition.
        states: countries whose index may be quoted and ranked; others have their halves only.
    """
    choices = drawn_choices(definition)
    rows = []
    for country in scored:
        ranges = _ranges(country, definition, choices)
        for row, year in enumerate(country.years):
            reason = _why_not(country, row, definition, states)
            index_row: dict[str, object] = {
                "country_code": country.country_code,
                "year": year,
                "eco_security_index": _number(country.point.index[row]),
                **_ends("index", len(HALVES), row, ranges, country),
                "coverage": float(country.standing.coverage[row]),
                "carried_share": float(country.carried_share[row]),
                "same_measures_since": country.same_since[row],
                "missing": country.missing[row],
                "reportable": reason is None,
                "reason": reason,
                "definition_version": definition.digest,
            }
            for place, half in enumerate(HALVES):
                short = half.removesuffix("_system")
                half_reason = country.standing.half_reasons[row][place]
                index_row |= {
                    half: _number(country.point.halves[row, place]),
                    **_ends(short, place, row, ranges, country),
                    f"{short}_coverage": float(min(country.standing.half_coverage[row, place], 1.0)),
                    f"{short}_reportable": half_reason is None,
                    f"{short}_reason": half_reason,
                }
            rows.append(index_row)
    return frame("eco_security_index", rows)


def _ranges(country: CountryScores, definition: Definition, choices: ChoiceSet) -> tuple[Floats, Floats]:
    """Ends of the range of the choices of both halves and the index by year, NaN where neither half may be quoted."""
    point = np.column_stack([country.point.halves, country.point.index])
    low, high = np.full((2, *point.shape), np.nan)
    quoted = [None in reasons for reasons in country.standing.half_reasons]
    if any(quoted):
        drawn = scores_under(definition, choices, country.values[quoted], country.standing.applies[quoted])
        draws = np.concatenate([drawn.halves, drawn.index[..., None]], axis=-1)
        low[quoted], high[quoted] = range_of(draws, point[quoted], float(definition.choices.interval))
    return low, high


def _why_not(country: CountryScores, row: int, definition: Definition, states: Collection[str]) -> str | None:
    """Why an index may not be quoted, None where it may."""
    if country.country_code not in states:
        return "no_state"
    if np.isnan(country.point.index[row]) or any(country.standing.half_reasons[row]):
        return "half_missing"
    if country.standing.coverage[row] < float(definition.missing.index_needs) - ROUNDING:
        return "too_little_covered"
    return None


def choice_rows(scored: Iterable[CountryScores], definition: Definition, states: Collection[str]) -> pl.DataFrame:
    """One row per country, year and named choice, in the columns of `metrics.index_choice`, where the index may be quoted."""
    names, choices = named_choices(definition)
    rows: list[dict[str, object]] = []
    for country in scored:
        kept = [row for row in range(len(country.years)) if _why_not(country, row, definition, states) is None]
        if not kept:
            continue
        found = scores_under(definition, choices, country.values[kept], country.standing.applies[kept])
        rows += [
            {
                "country_code": country.country_code,
                "year": country.years[row],
                "choice": name,
                "eco_security_index": _number(found.index[at, place]),
                "ecological_system": _number(found.halves[at, place, 0]),
                "security_system": _number(found.halves[at, place, 1]),
                "definition_version": definition.digest,
            }
            for at, row in enumerate(kept)
            for place, name in enumerate(names)
        ]
    return frame("index_choice", rows)


def latest_pillars(connection: duckdb.DuckDBPyConnection, definition: Definition) -> pl.DataFrame:
    """The rows of `metrics.index_pillar` of the latest year in which each country has an index of this definition."""
    return frame_of(
        connection,
        "SELECT pillar.* FROM metrics.index_pillar AS pillar JOIN (SELECT country_code, max(year) AS year "
        "FROM metrics.eco_security_index WHERE reportable AND definition_version = $1 GROUP BY country_code) AS latest "
        "ON pillar.country_code = latest.country_code AND pillar.year = latest.year WHERE definition_version = $1",
        [definition.digest],
    )


def sensitivity_rows(pillars: pl.DataFrame, definition: Definition) -> pl.DataFrame:
    """One row per pillar, in the columns of `metrics.index_sensitivity`.

    Args:
        pillars: rows of `metrics.index_pillar`, of the latest year in which each country has an index.
        definition: the definition.
    """
    countries = pillars.get_column("country_code").unique().sort().to_list()
    wide = np.full((len(countries), len(definition.pillars)), np.nan)
    place_of = {name: place for place, name in enumerate(definition.pillars)}
    row_of = {code: row for row, code in enumerate(countries)}
    for code, pillar, score in pillars.select("country_code", "pillar", "score").iter_rows():
        if score is not None:
            wide[row_of[code], place_of[pillar]] = score
    first, total = sensitivity(definition, wide)
    rows: list[dict[str, object]] = []
    for half in HALVES:
        for pillar in definition.half[half].pillar:
            place = place_of[pillar]
            scores = wide[~np.isnan(wide[:, place]), place]
            reason = (
                "too_few_countries"
                if len(countries) < FEWEST_COUNTRIES
                else "no_data"
                if not scores.size
                else "all_alike"
                if np.isnan(first[place])
                else None
            )
            rows.append(
                {
                    "half": half,
                    "pillar": pillar,
                    "countries": int(scores.size),
                    "first_order": None if reason else float(first[place]),
                    "total_effect": None if reason else float(total[place]),
                    "reportable": reason is None,
                    "reason": reason,
                    "definition_version": definition.digest,
                }
            )
    return frame("index_sensitivity", rows)

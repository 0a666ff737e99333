"""The true rows of `metrics.species_turnover`."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from truth import Row, Truth

FEWEST_RECORDS, FEWEST_SPECIES = 20, 3
LONGEST_STEP = 4
RECENT_YEARS = 10


def rows(truth: Truth) -> list[Row]:
    """One row per country, group and year with records."""
    seen: dict[tuple[int, str], dict[int, dict[int, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for (country, taxon, year), count in truth.accepted.items():
        for group in truth.counted_in(taxon):
            seen[country, group][year][taxon] += count
    return [
        {"country_code": truth.world.countries[country], "taxon_group": group} | row
        for (country, group), years in seen.items()
        for row in _history(years)
    ]


def _history(years: dict[int, dict[int, int]]) -> list[Row]:
    """The years of one country and group in order; a cube without cells has one row per species and year."""
    found: list[Row] = []
    before: int | None = None
    for year in sorted(years):
        here = set(years[year])
        there = set(years[before]) if before is not None else None
        records = sum(years[year].values())
        rows_until = [(y, len(years[y])) for y in years if y <= year]
        mean = Fraction(sum(y * n for y, n in rows_until), sum(n for _, n in rows_until))
        reason = "too_few_records" if records < FEWEST_RECORDS else None
        turnover_reason = _why(years, year, before)
        found.append({
            "year": year,
            "previous_year": before,
            "year_records": records,
            "previous_year_records": None if before is None else sum(years[before].values()),
            "year_species": len(here),
            "gained_species": None if there is None else len(here - there),
            "lost_species": None if there is None else len(there - here),
            "shared_species": None if there is None else len(here & there),
            "turnover_share": None if there is None else len(here ^ there) / len(here | there),
            "cumulative_richness": len({taxon for y in years if y <= year for taxon in years[y]}),
            "recent_richness": len({taxon for y in years if year - RECENT_YEARS < y <= year for taxon in years[y]}),
            "newness_year": round(mean),
            "turnover_reportable": turnover_reason is None,
            "turnover_reason": turnover_reason,
            "reportable": reason is None,
            "reason": reason,
        })  # fmt: skip
        before = year
    return found


def _why(years: dict[int, dict[int, int]], year: int, before: int | None) -> str | None:
    if before is None:
        return "first_year"
    if min(sum(years[year].values()), sum(years[before].values())) < FEWEST_RECORDS:
        return "too_few_records"
    if min(len(years[year]), len(years[before])) < FEWEST_SPECIES:
        return "too_few_species"
    return "years_missing" if year - before > LONGEST_STEP else None

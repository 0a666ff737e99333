"""The true rows of `metrics.research_awareness`."""

from __future__ import annotations

import math

from truth import Row, Truth

FIRST_YEAR = 2001
USED = "GBIF_USED"
YEARS_POOLED, FEWEST_YEARS = 5, 3
Z_95 = 1.959963984540054


def rows(truth: Truth) -> list[Row]:
    """One row per country and year asked for until the year of reading, and one for the registry's day."""
    today = truth.as_of.year
    years = {year for year in truth.years if FIRST_YEAR <= year <= today}
    return [_row(truth, country, year) for country in truth.world.countries for year in sorted(years | {today})]


def _row(truth: Truth, country: str, year: int) -> Row:
    knowledge, today = truth.world.knowledge, truth.as_of.year
    is_asked = year in truth.years
    listed = [one for one in knowledge.publications if one.year == year and USED in one.relevance]
    own = [one for one in knowledge.data_sets if one.country == country]
    values: dict[str, int | None] = {
        "about": sum(country in one.coverage for one in listed) if is_asked else None,
        "by": sum(country in one.researchers for one in listed) if is_asked else None,
        "publishers": len({one.publisher for one in own}) if year == today else None,
        "sets": len(own) if year == today else None,
        "network": None,
        "haikou": None,
    }
    reasons = {name: None if value is not None else "no_data" for name, value in values.items()}
    if is_asked and year >= today:
        reasons |= {"about": "year_not_over", "by": "year_not_over"}
    people = _people(truth, country, year)
    reasons["per_million"] = reasons["by"] or (None if people else "no_population")
    pooled = _pooled(truth, country, year) if reasons["per_million"] is None else []
    reasons["rate"] = reasons["per_million"] or (None if len(pooled) >= FEWEST_YEARS else "too_few_years_pooled")
    papers, person_years = sum(one for one, _ in pooled), sum(people for _, people in pooled)
    low, high = byar(papers)
    written = values["by"]
    return {
        "country_code": country,
        "year": year,
        "publications_about_country": values["about"],
        "publications_by_researchers": written,
        "publications_by_researchers_per_million": None if written is None or not people else 1e6 * written / people,
        "publication_rate_per_million": 1e6 * papers / person_years if pooled else None,
        "publication_rate_per_million_lower": 1e6 * low / person_years if pooled else None,
        "publication_rate_per_million_upper": 1e6 * high / person_years if pooled else None,
        "rate_basis": "registry" if pooled else None,
        "data_publishers": values["publishers"],
        "data_sets": values["sets"],
        "ness_network_members": None,
        "haikou_initiative_members": None,
        **{
            f"{name}_basis": None if values[of] is None else "registry"
            for name, of in (
                ("about", "about"),
                ("by", "by"),
                ("per_million", "by"),
                ("publishers", "publishers"),
                ("sets", "sets"),
            )
        },
        **{f"{name}_reportable": reason is None for name, reason in reasons.items()},
        **{f"{name}_reason": reason for name, reason in reasons.items()},
        "reportable": None in reasons.values(),
        "reason": None if None in reasons.values() else reasons["about"],
    }


def _pooled(truth: Truth, country: str, year: int) -> list[tuple[int, float]]:
    """Publications and people of the five years up to one, those that are listed, over and have people."""
    found = []
    for when in range(max(year - YEARS_POOLED + 1, FIRST_YEAR), year + 1):
        people = _people(truth, country, when)
        if when in truth.years and when < truth.as_of.year and people:
            listed = [one for one in truth.world.knowledge.publications if one.year == when and USED in one.relevance]
            found.append((sum(country in one.researchers for one in listed), people))
    return found


def byar(count: int) -> tuple[float, float]:
    """95 % interval of a Poisson count by Byar's approximation (Breslow and Day 1987, p. 69)."""

    def end(number: int, sign: int) -> float:
        return number * (1 - 1 / (9 * number) + sign * Z_95 / (3 * math.sqrt(number))) ** 3

    return (end(count, -1) if count else 0.0), end(count + 1, 1)


def _people(truth: Truth, country: str, year: int) -> float | None:
    """Population of the latest year known, at most three years before."""
    values = truth.world.indicators.worldbank["SP.POP.TOTL"]
    for when in range(year, year - 4, -1):
        if when in truth.years and (value := values.get((country, when))):
            return value
    return None

"""The true rows of `metrics.index_component`: the value that stands for each measure, country and year, and its score."""

from __future__ import annotations

import math
from typing import Any

from ness_pipeline.contract.dictionary import tables
from ness_pipeline.index.reading import published_definition
from truth import Row, Truth


def rows(truth: Truth) -> list[Row]:
    """One row per country, year and measure of the definition."""
    definition = published_definition()
    pillars = [(name, measure) for name, pillar in definition.pillars.items() for measure in pillar.measure]
    stated = [values_of(truth, measure) for _, measure in pillars]
    found = []
    for country in truth.world.countries:
        years = {
            row["year"]
            for by_country in stated
            for row in by_country.get(country, [])
            if row["is_usable"] and row["year"] is not None and row["year"] >= definition.first_year
        }
        found += [
            {"country_code": country, "year": year, "pillar": name, "definition_version": definition.digest}
            | standing_value(measure, by_country.get(country, []), year)
            for year in sorted(years)
            for (name, measure), by_country in zip(pillars, stated, strict=True)
        ]
    return found


def values_of(truth: Truth, measure: Any) -> dict[str, list[Row]]:
    """What the truth says of a measure, by country: year, value, bounds and whether it may be quoted."""
    found: dict[str, list[Row]] = {}
    for table in tables().values():
        for column in table.measures:
            about = column.measure
            if about is None or column.name != measure.metric:
                continue
            for row in truth.rows(table.short_name):
                if row.get("taxon_group") != measure.taxon_group:
                    continue
                year = row.get("year")
                if (year is None) != (measure.max_age_years is None):
                    continue
                value = row[column.name]
                found.setdefault(row["country_code"], []).append({
                    "year": year,
                    "value": None if value is None else float(value),
                    "lower": row[about.lower] if about.lower else None,
                    "upper": row[about.upper] if about.upper else None,
                    "is_usable": row[about.reportable] and value is not None,
                    "reason": row[about.reason],
                })  # fmt: skip
    return found


def standing_value(measure: Any, stated: list[Row], year: int) -> Row:
    """The latest value that is not too old in a year, with its score, or why there is none."""
    earlier = sorted(
        (row for row in stated if row["year"] is None or row["year"] <= year), key=lambda row: row["year"] or 0
    )
    fresh = [row for row in earlier if row["year"] is None or row["year"] >= year - measure.max_age_years]
    usable = [row for row in fresh if row["is_usable"]]
    about = {"metric": measure.metric, "taxon_group": measure.taxon_group, "reportable": bool(usable)}
    if usable:
        best = usable[-1]
        numbers = {name: best[name] for name in ("value", "lower", "upper")}
        return about | numbers | {"value_year": best["year"], "score": score(measure, best["value"]), "reason": None}
    reason = fresh[-1]["reason"] if fresh else "no_data"
    if reason == "no_data" and any(row["is_usable"] for row in earlier):
        reason = "value_too_old"
    return about | dict.fromkeys(("value", "lower", "upper", "value_year", "score")) | {"reason": reason}


def score(measure: Any, value: float) -> float:
    """Place of a value between the goalposts of a measure."""
    low, high = sorted((measure.worst, measure.best))
    value = min(max(value, low), high)
    is_log = measure.scale == "log"
    share = math.log(value / low) / math.log(high / low) if is_log else (value - low) / (high - low)
    return share if measure.best == high else 1 - share

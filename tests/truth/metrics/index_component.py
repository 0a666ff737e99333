"""The true rows of `metrics.index_component`: the value that stands for each measure, country and year, and its score."""

from __future__ import annotations

from typing import Any

from ness_pipeline.contract.dictionary import tables
from ness_pipeline.index.reading import published_definition
from truth import Row, Truth
from truth.index_arithmetic import Choice, score, weights_in_half


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
        for year in sorted(years):
            of_year = [
                {"country_code": country, "year": year, "pillar": name, "definition_version": definition.digest}
                | standing_value(measure, by_country.get(country, []), year)
                for (name, measure), by_country in zip(pillars, stated, strict=True)
            ]
            applies = [row["reason"] not in definition.missing.not_applicable for row in of_year]
            for row, weight in zip(of_year, weights_in_half(definition, applies, Choice()), strict=True):
                row["weight"] = weight
            found += of_year
    return found


def values_of(truth: Truth, measure: Any) -> dict[str, list[Row]]:
    """What the truth says of a measure and of the one that stands in for it, by country."""
    found: dict[str, list[Row]] = {}
    for place, metric in enumerate((measure.metric, measure.else_metric)):
        for table in tables().values():
            for column in table.measures:
                about = column.measure
                if about is None or column.name != metric:
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
                        "metric": metric,
                        "stands_in": place,
                        "value": None if value is None else float(value),
                        "lower": row[about.lower] if about.lower else None,
                        "upper": row[about.upper] if about.upper else None,
                        "range_low": row[about.range_low] if about.range_low else None,
                        "range_high": row[about.range_high] if about.range_high else None,
                        "is_usable": row[about.reportable] and value is not None,
                        "reason": row[about.reason],
                    })  # fmt: skip
    return found


def standing_value(measure: Any, stated: list[Row], year: int) -> Row:
    """The latest value that is not too old in a year, of the measure before the one that stands in, or why there is none."""
    earlier = sorted(
        (row for row in stated if row["year"] is None or row["year"] <= year),
        key=lambda row: (-row["stands_in"], row["year"] or 0),
    )
    fresh = [row for row in earlier if row["year"] is None or row["year"] >= year - measure.max_age_years]
    usable = [row for row in fresh if row["is_usable"]]
    about = {"metric": measure.metric, "taxon_group": measure.taxon_group, "reportable": bool(usable)}
    if usable:
        best = usable[-1]
        numbers = {name: best[name] for name in ("value", "lower", "upper", "range_low", "range_high")}
        scored = {"value_metric": best["metric"], "value_year": best["year"], "score": score(measure, best["value"])}
        return about | numbers | scored | {"reason": None}
    reasons = [row["reason"] for row in fresh if row["reason"] not in {"no_data", "no_new_answer"}]
    too_old = any(row["is_usable"] for row in earlier)
    reason = reasons[-1] if reasons else "value_too_old" if too_old else "no_data"
    nothing = dict.fromkeys(
        ("value_metric", "value", "lower", "upper", "range_low", "range_high", "value_year", "score")
    )
    return about | nothing | {"reason": reason}

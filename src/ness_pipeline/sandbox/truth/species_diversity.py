"""The true rows of `metrics.species_diversity`."""

from __future__ import annotations

from collections import Counter, defaultdict

from ness_pipeline.sandbox.truth import Row, Truth

FEWEST_RECORDS = 20


def rows(truth: Truth) -> list[Row]:
    """One row per country, group and year with records, and one over all years."""
    records: Counter[tuple[int, str, int | None]] = Counter()
    seen: dict[tuple[int, str, int | None], set[int]] = defaultdict(set)
    for (country, taxon, year), count in truth.accepted.items():
        for group in truth.counted_in(taxon):
            for when in (year, None):
                records[country, group, when] += count
                seen[country, group, when].add(taxon)
    return [
        {
            "country_code": truth.world.countries[country],
            "taxon_group": group,
            "year": year,
            "occurrences": count,
            "observed_richness": len(seen[country, group, year]),
            "reportable": count >= FEWEST_RECORDS,
            "reason": None if count >= FEWEST_RECORDS else "too_few_records",
        }
        for (country, group, year), count in records.items()
    ]

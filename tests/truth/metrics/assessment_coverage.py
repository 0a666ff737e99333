"""The true rows of `metrics.assessment_coverage`."""

from __future__ import annotations

from collections import Counter

from ness_pipeline.schemas.vocabulary import ROLL_UPS, TAXON_GROUPS
from truth import Row, Truth, share

FEWEST_SPECIES = 10


def rows(truth: Truth) -> list[Row]:
    """One row per country, group and roll-up."""
    groups = [truth.categories(country, with_introduced=True) for country in range(len(truth.world.countries))]
    return [
        _row(truth, code, group, counts[group])
        for code, counts in zip(truth.world.countries, groups, strict=True)
        for group in (*TAXON_GROUPS, *ROLL_UPS)
    ]


def _row(truth: Truth, code: str, group: str, counts: Counter[str]) -> Row:
    observed = sum(counts.values())
    assessed = observed - counts["NE"]
    assessed_share = share(assessed, observed)
    described, world_assessed, world_share = truth.world_counts(group)
    few = observed < FEWEST_SPECIES
    of_animals = truth.world_counts("animals")[2]
    gap = None if world_share is None or of_animals is None else of_animals - world_share
    return {
        "country_code": code,
        "taxon_group": group,
        "described_species": described,
        "world_assessed_species": world_assessed,
        "observed_species": observed,
        "assessed_species": assessed,
        "data_deficient": counts["DD"],
        "assessed_share": assessed_share,
        "evaluated_share": share(assessed - counts["DD"], observed),
        "world_assessed_share": world_share,
        "gap_to_animals": gap,
        "reportable": not few,
        "reason": "too_few_species" if few else None,
        "gap_reportable": gap is not None,
        "gap_reason": "no_described_count" if gap is None else None,
    }

"""The true rows of `metrics.threatened_species`."""

from __future__ import annotations

from collections import Counter

from truth import Row, Truth, share

FULLY_ASSESSED = 0.8
_COUNTED = {
    "extinct": "EX", "extinct_in_the_wild": "EW", "critically_endangered": "CR", "endangered": "EN", "vulnerable": "VU",
    "near_threatened": "NT", "least_concern": "LC", "data_deficient": "DD",
}  # fmt: skip


def rows(truth: Truth) -> list[Row]:
    """One row per country and group with any known species."""
    return [
        _row(truth, code, group, counts, truth.possibly_extinct(country)[group])
        for country, code in enumerate(truth.world.countries)
        for group, counts in truth.categories(country, with_introduced=False).items()
    ]


def _row(truth: Truth, code: str, group: str, counts: Counter[str], possibly_extinct: int) -> Row:
    known = sum(counts.values())
    assessed = known - counts["NE"]
    living = assessed - counts["EX"]
    judged = living - counts["DD"]
    threatened = counts["CR"] + counts["EN"] + counts["VU"]
    with_ew = threatened + counts["EW"]
    described, world_assessed, world_share = truth.world_counts(group)
    reason = None
    if living == 0:
        reason = "no_assessed_species"
    elif judged == 0:
        reason = "all_data_deficient"
    elif world_share is None:
        reason = "no_described_count"
    elif world_share < FULLY_ASSESSED:
        reason = "group_partly_assessed"
    elif assessed / known < FULLY_ASSESSED:
        reason = "country_partly_assessed"
    return {
        "country_code": code,
        "taxon_group": group,
        "known_species": known,
        "assessed_species": assessed,
        **{column: counts[category] for column, category in _COUNTED.items()},
        "possibly_extinct": possibly_extinct,
        "threatened_species": threatened if assessed else None,
        "threatened_species_with_ew": with_ew if assessed else None,
        "threatened_share": share(with_ew, judged),
        "threatened_share_lower": share(with_ew, living),
        "threatened_share_upper": share(with_ew + counts["DD"], living),
        "threatened_share_without_ew": share(threatened, judged),
        "national_assessed_share": share(assessed, known),
        "described_species": described,
        "world_assessed_species": world_assessed,
        "world_assessed_share": world_share,
        "reportable": reason is None,
        "reason": reason,
    }

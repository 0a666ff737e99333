"""The true rows of `metrics.threat_abatement_total`."""

from __future__ import annotations

import math
from collections import defaultdict

from truth import Row, Truth
from truth.metrics.extinction_responsibility import FULLY_ASSESSED, Status, by_group, is_comprehensive
from truth.species_list import rests, withheld

SCORE = {"NT": 100, "VU": 200, "EN": 300, "CR": 400}
DECLINE = {
    "Very Rapid Declines": (63, 52, 24), "Rapid Declines": (24, 18, 7), "Slow, Significant Declines": (10, 9, 5),
    "Negligible declines": (1, 0, 0), "No decline": (0, 0, 0), "Causing/Could cause fluctuations": (10, 9, 5),
}  # fmt: skip
"""Expected decline in per cent by severity, for the whole, the majority and the minority of a population."""
SCOPE = {"Whole (>90%)": 0, "Majority (50-90%)": 1, "Minority (<50%)": 2}


def declines(truth: Truth, country: int, species: int, *, past_too: bool) -> dict[str, int]:
    """Expected decline by threat code; threats without one are left out, repeated codes add up."""
    found: defaultdict[str, int] = defaultdict(int)
    if species in truth.listed[country]:
        for threat in truth.listed[country][species].threats:
            words = DECLINE.get(threat.severity or "", DECLINE["Slow, Significant Declines"])
            percent = words[SCOPE.get(threat.scope or "", 1)]
            if percent and (past_too or not (threat.timing or "").startswith("Past")):
                found[threat.code.replace("_", ".")] += percent
    return dict(found)


def rows(truth: Truth) -> list[Row]:
    """One row per country and group with assessed species."""
    return [
        {"country_code": code, "taxon_group": group, **_row(truth, place, species)}
        for place, code in enumerate(truth.world.countries)
        for group, species in by_group(truth, place).items()
    ]


def _row(truth: Truth, country: int, species: list[Status]) -> Row:
    scoring = [one for one in species if one.category in SCORE]
    explained = [one for one in scoring if declines(truth, country, one.species, past_too=False)]
    total, allocated = (
        math.fsum(SCORE[one.category] * (one.share or 0) for one in some) for some in (scoring, explained)
    )
    shared = sum(one.share is not None for one in scoring) / len(scoring) if scoring else None
    reason = None
    if not scoring:
        reason = "no_species_at_risk"
    elif not total:
        reason = "no_range_share"
    elif all(truth.world_counts(one.group)[2] is None for one in species):
        reason = "no_described_count"
    elif not any(is_comprehensive(truth, one.group) for one in species):
        reason = "group_partly_assessed"
    elif (shared or 0) < FULLY_ASSESSED:
        reason = "no_range_share"
    elif len(explained) / len(scoring) < FULLY_ASSESSED:
        reason = "too_few_threats_known"
    rest = rests([one.named.on for one in species], [(one.share, one.named.method) for one in scoring])
    basis = rest.shares if scoring else None
    reason = withheld(reason, basis, "assessments_and_ranges")
    return {
        "star_total": total if any(one.share is not None for one in scoring) else None,
        "star_allocated_share": allocated / total if total else None,
        "scoring_species": len(scoring),
        "species_with_threats": len(explained),
        "apart_species": 0,  # the list is of one source
        "range_share_known_share": shared,
        "share_method": rest.method,
        "basis": basis,
        "reportable": reason is None,
        "reason": reason,
    }

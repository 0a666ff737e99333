"""The true rows of `metrics.extinction_responsibility`."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import NamedTuple

from ness_pipeline.schemas.vocabulary import TAXON_GROUPS
from truth import Row, Truth
from truth.red_list_arithmetic import WEIGHT
from truth.species_list import Named, rests, withheld

FULLY_ASSESSED = 0.8
ENDEMIC, NEAR_ENDEMIC = 0.95, 0.5


class Status(NamedTuple):
    """One assessed species of a country: index or number, group, state (PE for possibly extinct), category, share."""

    species: int
    group: str
    state: str
    category: str
    share: float | None
    named: Named


def rows(truth: Truth) -> list[Row]:
    """One row per country and group with assessed species."""
    return [
        {"country_code": code, "taxon_group": group, **_row(truth, group, species)}
        for place, code in enumerate(truth.world.countries)
        for group, species in by_group(truth, place).items()
    ]


def is_comprehensive(truth: Truth, group: str) -> bool:
    """Whether a group is assessed worldwide by 80 %."""
    return (truth.world_counts(group)[2] or 0) >= FULLY_ASSESSED


def by_group(truth: Truth, country: int) -> dict[str, list[Status]]:
    """The country's assessed species by group, and by roll-up where the groups are assessed worldwide, if any is."""
    found: defaultdict[str, list[Status]] = defaultdict(list)
    for species, named in truth.counted(country).items():
        category, tagged = truth.status(country, species)
        if category != "NE":
            status = Status(species, named.group, "PE" if tagged else category, category, named.share, named)
            for group in truth.counted_in(species):
                found[group].append(status)
    for group in found.keys() - set(TAXON_GROUPS):
        complete = [one for one in found[group] if is_comprehensive(truth, one.group)]
        found[group] = complete or found[group]
    return found


def _row(truth: Truth, group: str, species: list[Status]) -> Row:
    complete = any(is_comprehensive(truth, one.group) for one in species)
    _, world, world_share = truth.world_counts(group)
    weighed = truth.weighed(group)
    if complete:
        of = [one for one in TAXON_GROUPS if group in {one, truth.seed[one]["roll_up"], "all"}]
        of = [one for one in of if is_comprehensive(truth, one)]
        world = sum(truth.world_counts(one)[1] or 0 for one in of)
        each = [truth.weighed(one) for one in of]
        weighed = None if None in each else sum(one or 0 for one in each)
    risks = [
        WEIGHT[one.state] * one.share
        for one in species
        if one.share is not None and one.state in WEIGHT and one.state != "EX"
    ]
    shared = sum(one.share is not None for one in species) / len(species)
    risk = math.fsum(risks) if risks else None
    shares = [one.share or 0.0 for one in species if one.category in {"CR", "EN", "VU"}]
    rest = rests([one.named.on for one in species], [(one.share, one.named.method) for one in species])
    risk_reason = "no_range_share" if risk is None or shared < FULLY_ASSESSED else None
    reason = "no_range_share" if risk is None else None
    if reason is None and world_share is None:
        reason = "no_described_count"
    if reason is None and not complete:
        reason = "group_partly_assessed"
    if reason is None and weighed is None:
        reason = "no_world_counts"
    why = {
        "reason": withheld(reason or risk_reason, rest.shares, "assessments_and_ranges"),
        "risk_reason": withheld(risk_reason, rest.shares, "assessments_and_ranges"),
        "endemic_reason": withheld(risk_reason, rest.endemics, "assessments_and_ranges"),
    }
    return {
        "extinction_responsibility": None if risk is None or not weighed else min(1.0, risk / (5 * weighed)),
        "extinction_risk_species": None if risk is None else risk / 5,
        "endemic_threatened_species": None if risk is None else sum(share >= ENDEMIC for share in shares),
        "near_endemic_threatened_species": None if risk is None else sum(share >= NEAR_ENDEMIC for share in shares),
        "assessed_species": len(species),
        "threatened_species": len(shares),
        "apart_species": 0,  # the list is of one source
        "world_assessed_species": world,
        "world_weighed_species": weighed,
        "range_share_known_share": shared,
        "share_method": rest.method,
        "basis": rest.shares,
        "endemic_basis": rest.endemics,
        **why,
        **{name.replace("reason", "reportable"): reason is None for name, reason in why.items()},
    }

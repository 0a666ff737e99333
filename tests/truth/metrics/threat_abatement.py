"""The true rows of `metrics.threat_abatement`."""

from __future__ import annotations

from collections import defaultdict

from truth import Row, Truth
from truth.metrics.extinction_responsibility import Status, by_group
from truth.metrics.threat_abatement_total import SCORE, declines

UNALLOCATED = "unallocated"


def rows(truth: Truth) -> list[Row]:
    """One row per country, group, level and threat with a score."""
    total = {(row["country_code"], row["taxon_group"]): row for row in truth.rows("threat_abatement_total")}
    return [
        {"country_code": code, "taxon_group": group, "threat_level": level, "threat_code": threat}
        | {"star": sum(now.values()), "star_any_timing": sum(ever.values()), "species": len(now.keys() | ever.keys())}
        | {"apart_species": 0}  # the list is of one source
        | {name: total[code, group][name] for name in ("share_method", "basis", "reportable", "reason")}
        for place, code in enumerate(truth.world.countries)
        for group, species in by_group(truth, place).items()
        for level in (1, 2, 3)
        for threat, (now, ever) in _scores(truth, place, species, level).items()
    ]


def _scores(
    truth: Truth, country: int, species: list[Status], level: int
) -> dict[str, tuple[dict[int, float], dict[int, float]]]:
    """Score by species for every threat cut at a level: of current threats, and of threats of any time."""
    found: defaultdict[str, tuple[dict[int, float], dict[int, float]]] = defaultdict(lambda: ({}, {}))
    for one in species:
        score = SCORE.get(one.category, 0) * (one.share or 0)
        if not score:
            continue
        for place, past_too in enumerate((False, True)):
            percents = declines(truth, country, one.species, past_too=past_too)
            for code, percent in percents.items() or [(UNALLOCATED, 1)]:
                cut = ".".join(code.split(".")[:level])
                so_far = found[cut][place].get(one.species, 0.0)
                found[cut][place][one.species] = so_far + score * percent / (sum(percents.values()) or 1)
    return dict(found)

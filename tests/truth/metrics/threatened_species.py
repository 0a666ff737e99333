"""The true rows of `metrics.threatened_species`."""

from __future__ import annotations

from collections import Counter, defaultdict

from truth import Row, Truth, share
from truth.species_list import rests, withheld

FULLY_ASSESSED = 0.8
FEWEST_SPECIES = 10
_COUNTED = {
    "extinct": "EX", "extinct_in_the_wild": "EW", "critically_endangered": "CR", "endangered": "EN", "vulnerable": "VU",
    "near_threatened": "NT", "least_concern": "LC", "data_deficient": "DD",
}  # fmt: skip
_SERIES = {"mammals": "EN.MAM.THRD.NO", "birds": "EN.BIR.THRD.NO", "plants": "EN.HPT.THRD.NO"}
"""Group to the World Bank's count of its threatened species."""


def rows(truth: Truth) -> list[Row]:
    """One row per country and group with any known species, or with a count of the World Bank's."""
    found = []
    for country, code in enumerate(truth.world.countries):
        by_group = truth.categories(country, with_introduced=False)
        tagged = truth.possibly_extinct(country)
        lists: defaultdict[str, list[str]] = defaultdict(list)
        for species, named in truth.counted(country).items():
            for group in truth.counted_in(species):
                lists[group].append(named.on)
        for group in by_group.keys() | {group for group in _SERIES if _official(truth, code, group)}:
            own = _own(truth, group, by_group[group], tagged[group]) if group in by_group else _nothing(truth, group)
            basis = rests(lists[group], []).on
            row = {"country_code": code, "taxon_group": group, **own, "basis": basis}
            found.append(_beside(row, _official(truth, code, group)))
    return found


def _official(truth: Truth, code: str, group: str) -> tuple[int, int] | None:
    """Year and value of the World Bank's latest count."""
    if group not in _SERIES:
        return None
    values = truth.world.indicators.worldbank[_SERIES[group]]
    own = {
        year: int(value)
        for (area, year), value in values.items()
        if area == code and value is not None and year in truth.years
    }
    return (max(own), own[max(own)]) if own else None


def _beside(row: Row, official: tuple[int, int] | None) -> Row:
    year, count = official or (None, None)
    reason, official_reason = row["reason"], None if official else "no_data"
    both = count is not None and row["threatened_species"] is not None
    why = {
        "reason": withheld(reason, row["basis"], "country_list"),
        "official_reason": official_reason,
        "difference_reason": withheld(reason or official_reason, row["basis"], "country_list"),
    }
    return row | {
        "official_threatened_species": count,
        "official_threatened_year": year,
        "difference_from_official_threatened_species": row["threatened_species"] - count if both else None,
        "official_basis": "official" if official else None,
        **why,
        **{name.replace("reason", "reportable"): one is None for name, one in why.items()},
    }


def _nothing(truth: Truth, group: str) -> Row:
    """The row of a group of which no species is known from the country: the World Bank's count alone."""
    return dict.fromkeys(_own(truth, group, Counter(), 0)) | {"reason": "no_assessed_species"}


def _own(truth: Truth, group: str, counts: Counter[str], possibly_extinct: int) -> Row:
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
    elif judged < FEWEST_SPECIES:
        reason = "too_few_species"
    low, high = share(with_ew, living), share(with_ew + counts["DD"], living)
    return {
        "known_species": known,
        "assessed_species": assessed,
        **{column: counts[category] for column, category in _COUNTED.items()},
        "possibly_extinct": possibly_extinct,
        "apart_species": 0,  # the list is of one source
        "threatened_species": threatened if assessed else None,
        "threatened_species_with_ew": with_ew if assessed else None,
        "threatened_share": share(with_ew, judged),
        "threatened_share_range_low": low,
        "threatened_share_range_high": high,
        "threatened_share_lower": low,
        "threatened_share_upper": high,
        "threatened_share_without_ew": share(threatened, judged),
        "national_assessed_share": share(assessed, known),
        "described_species": described,
        "world_assessed_species": world_assessed,
        "world_assessed_share": world_share,
        "reason": reason,
    }

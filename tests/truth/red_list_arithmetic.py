"""The Red List Index in plain Python, from the fates of single species: what the warehouse's SQL must agree with."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

WEIGHT = {"LC": 0, "NT": 1, "VU": 2, "EN": 3, "CR": 4, "PE": 5, "EW": 5, "EX": 5}
"""State of a species to its weight; PE is possibly extinct, EX also regionally extinct."""
QUANTILES = {"p025": 0.025, "p05": 0.05, "p50": 0.5, "p95": 0.95, "p975": 0.975}
_W, _U = "red_list_index", "red_list_index_unweighted"
_NUMBERS = (
    _W, f"{_W}_with_first_extinct", f"{_W}_lower", f"{_W}_p05", f"{_W}_p50", f"{_W}_p95", f"{_W}_upper",
    f"{_W}_if_dd_least_concern", f"{_W}_if_dd_critically_endangered", "variance", _U, f"{_U}_with_first_extinct",
    f"{_U}_lower", f"{_U}_p05", f"{_U}_p50", f"{_U}_p95", f"{_U}_upper", f"{_U}_if_dd_least_concern",
    f"{_U}_if_dd_critically_endangered", f"{_U}_standard_error",
)  # fmt: skip
_COMPREHENSIVE = 0.8
_FEWEST_CHANGES = 10

Numbers = dict[str, float | None]


@dataclass(frozen=True)
class Fate:
    """One species of a country through time.

    Attributes:
        group: reporting group.
        state: today's state: a category, or PE, or DD.
        share: share of the world range in the country, None when not known.
        history: state by year of assessment.
        changes: year of each genuine change to the state before it.
        from_years: assessed years before a change that a table of changes names.
    """

    group: str
    state: str
    share: float | None = None
    history: Mapping[int, str] = field(default_factory=dict)
    changes: Mapping[int, str] = field(default_factory=dict)
    from_years: tuple[int, ...] = ()

    def in_year(self, year: int | None, *, explained: bool) -> str:
        """The state that counts for a year."""
        if self.state == "DD" or year is None:
            return self.state
        if explained:
            later = [when for when in self.changes if when > year]
            return self.changes[min(later)] if later else self.state
        known = {when: state for when, state in self.history.items() if state != "DD"}
        past = [when for when in known if when <= year]
        if not known:
            return self.state
        return known[max(past) if past else min(known)]


@dataclass(frozen=True)
class Point:
    """The index of one group in one year."""

    year: int | None
    kind: str
    numbers: Numbers
    reason: str | None
    unweighted_reason: str | None
    counts: dict[str, int]


def largest_total(weights: Sequence[int], draws: int) -> dict[str, int]:
    """Largest total of draws from the weights, with replacement, that is reached with each of the probabilities."""
    one = [weights.count(weight) / len(weights) for weight in range(6)]
    chance = [1.0]
    for _ in range(draws):
        longer = [0.0] * (len(chance) + 5)
        for total, probability in enumerate(chance):
            for weight, part in enumerate(one):
                longer[total + weight] += probability * part
        chance = longer
    found: dict[str, int] = {}
    reached = 0.0
    for total in range(len(chance) - 1, -1, -1):
        reached += chance[total]
        for name, wanted in QUANTILES.items():
            if chance[total] > 0 and reached >= wanted - 1e-12:
                found.setdefault(name, total)
    return found


def _quotient(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _index(loss: float | None) -> float | None:
    return None if loss is None else 1 - loss


def _spread(weights: Sequence[int]) -> tuple[float, float]:
    mean = sum(weights) / len(weights)
    return mean, math.sqrt(max(0.0, sum(w * w for w in weights) / len(weights) - mean**2))


def _unweighted(weights: list[int], gone: int, deficient: int) -> Numbers:
    n, whole = len(weights), 5 * (len(weights) + deficient)
    found: Numbers = {
        _U: _index(_quotient(sum(weights), 5 * n)),
        f"{_U}_with_first_extinct": _index(_quotient(sum(weights) + 5 * gone, 5 * (n + gone))),
        f"{_U}_if_dd_least_concern": _index(_quotient(sum(weights), whole)),
        f"{_U}_if_dd_critically_endangered": _index(_quotient(sum(weights) + 4 * deficient, whole)),
        f"{_U}_standard_error": _spread(weights)[1] * math.sqrt(deficient) / whole if n else None,
    }
    totals = largest_total(weights, deficient) if n else {}
    names = {"lower": "p025", "p05": "p05", "p50": "p50", "p95": "p95", "upper": "p975"}
    return found | {
        f"{_U}_{to}": 1 - (sum(weights) + totals[name]) / whole if n else None for to, name in names.items()
    }


def _weighted(pairs: list[tuple[int, float]], gone: list[float], deficient: list[float]) -> Numbers:
    shares, lost = math.fsum(s for _, s in pairs), math.fsum(w * s for w, s in pairs)
    whole = 5 * (shares + math.fsum(deficient))
    found: Numbers = {
        _W: _index(_quotient(lost, 5 * shares)),
        f"{_W}_with_first_extinct": _index(_quotient(lost + 5 * math.fsum(gone), 5 * (shares + math.fsum(gone)))),
        f"{_W}_if_dd_least_concern": _index(_quotient(lost, whole)),
        f"{_W}_if_dd_critically_endangered": _index(_quotient(lost + 4 * math.fsum(deficient), whole)),
    }
    names = {"lower": -1.96, "p05": -1.645, "p50": 0.0, "p95": 1.645, "upper": 1.96}
    if not pairs or not whole:
        return found | {f"{_W}_{name}": None for name in names} | {"variance": None}
    mean, deviation = _spread([w for w, _ in pairs])
    middle = 1 - (lost + mean * math.fsum(deficient)) / whole
    error = deviation * math.sqrt(math.fsum(s * s for s in deficient)) / whole
    return found | {f"{_W}_{name}": middle + z * error for name, z in names.items()} | {"variance": error**2}


def _clipped(numbers: Numbers) -> Numbers:
    return {name: None if value is None else min(1.0, max(0.0, value)) for name, value in numbers.items()}


def group_points(fates: Sequence[Fate], known: int, world_share: float | None, *, explained: bool) -> list[Point]:
    """The group's index in its assessed years, or one undated point.

    Args:
        fates: the group's assessed species.
        known: species of the group known from the country.
        world_share: assessed share of the described species worldwide.
        explained: whether any source explains the group's changes.
    """
    years: set[int | None] = {year for one in fates for year in one.history}
    if explained:
        years |= {year for one in fates if one.state != "DD" for year in (*one.changes, *one.from_years)}
    dated = sorted(year for year in years if year is not None)
    first = dated[0] if dated else None
    gone = [one for one in fates if one.in_year(first, explained=explained) == "EX"]
    deficient = [one for one in fates if one.state == "DD"]
    rest = [one for one in fates if one not in gone and one.state != "DD"]
    points = []
    for year in (*dated,) or (None,):
        weights = [WEIGHT[one.in_year(year, explained=explained)] for one in rest]
        numbers = _unweighted(weights, len(gone), len(deficient)) | _weighted(
            [(weight, one.share) for weight, one in zip(weights, rest, strict=True) if one.share is not None],
            [one.share for one in gone if one.share is not None],
            [one.share for one in deficient if one.share is not None],
        )
        assessed = sum(1 for one in fates if one.history and year is not None and min(one.history) <= year)
        reason = None
        if not rest:
            reason = "all_data_deficient" if deficient else "no_assessed_species"
        elif world_share is None:
            reason = "no_described_count"
        elif world_share < _COMPREHENSIVE:
            reason = "group_partly_assessed"
        elif len(fates) / known < _COMPREHENSIVE:
            reason = "country_partly_assessed"
        elif year is not None and assessed / len(fates) < _COMPREHENSIVE:
            reason = "mostly_back_cast"
        with_share = sum(one.share is not None for one in fates)
        shareless = not any(one.share for one in rest) or with_share / len(fates) < _COMPREHENSIVE
        counts = {
            "groups": 1,
            "species": len(fates),
            "data_deficient_species": len(deficient),
            "first_extinct_species": len(gone),
            "assessed_by_year_species": assessed,
            "genuine_changes": 0 if not explained or first is None else sum(
                first < when <= (year or 0)
                and WEIGHT[before] != WEIGHT[one.in_year(when, explained=True)]
                for one in rest for when, before in one.changes.items()
            ),
        }  # fmt: skip
        kind = "undated" if year is None else "assessed"
        points.append(Point(year, kind, numbers, reason or ("no_range_share" if shareless else None), reason, counts))
    return points


def _combine(one: Numbers, two: Numbers, how: Callable[[float, float], float]) -> Numbers:
    found: Numbers = {}
    for name in _NUMBERS:
        a, b = one[name], two[name]
        found[name] = None if a is None or b is None else how(a, b)
    return found


def _slope(early: Point, late: Point) -> Numbers:
    years = (late.year or 0) - (early.year or 0)
    return _combine(late.numbers, early.numbers, lambda a, b: (a - b) / years)


def _mean_slope(slopes: Iterable[Numbers]) -> Numbers:
    listed = list(slopes)
    found: Numbers = {}
    for name in _NUMBERS:
        values = [value for one in listed if (value := one[name]) is not None]
        found[name] = math.fsum(values) / len(values) if values else 0.0
    return found


def _filled(points: list[Point], years: Iterable[int], back: Numbers, on: Numbers) -> list[Point]:
    """The group's index in every year: interpolated between its points, extrapolated beyond them."""
    by_year = {point.year or 0: point for point in points}
    found = []
    for year in years:
        past, ahead = [y for y in by_year if y <= year], [y for y in by_year if y >= year]
        if year in by_year:
            found.append(by_year[year])
        elif past and ahead:
            a, b = by_year[max(past)], by_year[min(ahead)]
            part = (year - max(past)) / (min(ahead) - max(past))
            numbers = _combine(a.numbers, b.numbers, lambda x, y, part=part: x + (y - x) * part)  # type: ignore[misc]
            reasons = a.reason or b.reason, a.unweighted_reason or b.unweighted_reason
            found.append(Point(year, "interpolated", numbers, *reasons, a.counts))
        else:
            near = by_year[max(past)] if past else by_year[min(ahead)]
            away = year - (near.year or 0)
            slope = on if past else back
            numbers = _combine(near.numbers, slope, lambda x, s, away=away: x + away * s)  # type: ignore[misc]
            counts = near.counts if past else near.counts | {"assessed_by_year_species": 0, "genuine_changes": 0}
            found.append(Point(year, "extrapolated", numbers, near.reason, near.unweighted_reason, counts))
    return found


@dataclass(frozen=True)
class Groups:
    """What is known of the reporting groups worldwide.

    Attributes:
        world_share: group to the assessed share of its described species, None where not known.
        roll_up: group to its roll-up, None where it has none but `all`.
    """

    world_share: Mapping[str, float | None]
    roll_up: Mapping[str, str | None]

    def is_comprehensive(self, group: str) -> bool:
        """Whether a group is assessed worldwide by 80 %."""
        return (self.world_share[group] or 0) >= _COMPREHENSIVE


def country_rows(
    fates: Sequence[Fate], known: Mapping[str, int], groups: Groups, explained: frozenset[str],
    official: Mapping[int, tuple[float, float | None, float | None]],
) -> list[dict[str, Any]]:  # fmt: skip
    """All rows of one country, without its code.

    Args:
        fates: the country's own assessed species.
        known: its own species by group, assessed or not.
        groups: the groups worldwide.
        explained: groups whose changes some source explains.
        official: value and bounds of the UN's index by year.
    """
    by_group: defaultdict[str, list[Fate]] = defaultdict(list)
    for one in fates:
        by_group[one.group].append(one)
    points = {
        group: group_points(some, known[group], groups.world_share[group], explained=group in explained)
        for group, some in by_group.items()
    }
    dated = {group: some for group, some in points.items() if some[0].year is not None}
    ends = {group: (some[0].year or 0, some[-1].year or 0) for group, some in dated.items()}
    complete = [group for group in dated if groups.is_comprehensive(group)]
    first = max((ends[group][0] for group in complete), default=0) - 10
    last = max((ends[group][1] for group in complete), default=0)
    slopes = {group: (_slope(some[0], some[1]), _slope(some[-2], some[-1])) for group, some in dated.items() if len(some) > 1}  # fmt: skip
    mean_back = _mean_slope(slopes[group][0] for group in complete if group in slopes and group != "corals")
    mean_on = _mean_slope(slopes[group][1] for group in complete if group in slopes)
    series: dict[str, list[Point]] = {group: some for group, some in points.items() if group not in dated}
    for group, some in dated.items():
        back, on = slopes.get(group, (mean_back, mean_on))
        begin, end = ends[group]
        if group in complete:
            begin, end = min(begin, first), max(end, last)
        series[group] = _filled(some, range(begin, end + 1), mean_back if group == "corals" else back, on)
    series = {group: [Point(p.year, p.kind, _clipped(p.numbers), p.reason, p.unweighted_reason, p.counts) for p in some] for group, some in series.items()}  # fmt: skip
    rows = []
    for group, some in series.items():
        rows += _rows_of(group, some, "genuine_changes" if group in explained else "as_published")
    for roll_up in ("animals", "plants", "fungi", "all"):
        members = {group: some for group, some in series.items() if roll_up in {"all", groups.roll_up[group]}}
        if members:
            policy = "genuine_changes" if members and _members(members, groups) <= explained else "as_published"
            rows += _rows_of(roll_up, _rolled_up(members, ends, groups, first), policy)
    return _beside(rows, official, has_species=bool(fates))


def _members(members: Mapping[str, list[Point]], groups: Groups) -> set[str]:
    """Groups that a roll-up is made of: those assessed worldwide, or all; dated ones, or all."""
    complete = {g for g, some in members.items() if groups.is_comprehensive(g) and some[0].numbers[_U] is not None}
    chosen = complete or set(members)
    return {g for g in chosen if members[g][0].year is not None} or chosen


def _rolled_up(members: dict[str, list[Point]], ends: dict[str, tuple[int, int]], groups: Groups, first: int) -> list[Point]:  # fmt: skip
    chosen = _members(members, groups)
    complete = any(groups.is_comprehensive(group) and members[group][0].numbers[_U] is not None for group in chosen)
    by_year: defaultdict[int | None, dict[str, Point]] = defaultdict(dict)
    for group in sorted(chosen):
        for point in members[group]:
            if not complete or point.year is None or point.year >= first:
                by_year[point.year][group] = point
    found = []
    for year, some in sorted(by_year.items(), key=lambda item: item[0] or 0):
        kinds = {point.kind for point in some.values()}
        kind = "interpolated"
        if year is None:
            kind = "undated"
        elif kinds == {"extrapolated"} or any(year < ends[group][0] for group in some):
            kind = "extrapolated"
        elif kinds == {"assessed"}:
            kind = "assessed"
        counts = {name: sum(point.counts[name] for point in some.values()) for name in next(iter(some.values())).counts}
        counts["groups"] = sum(point.numbers[_U] is not None for point in some.values())
        numbers = _mean_numbers([point.numbers for point in some.values()])
        reason = _roll_up_reason([(p.numbers[_W], p.reason) for p in some.values()], complete=complete)
        unweighted = _roll_up_reason([(p.numbers[_U], p.unweighted_reason) for p in some.values()], complete=complete)
        found.append(Point(year, kind, numbers, reason, unweighted, counts))
    return found


def _roll_up_reason(values: list[tuple[float | None, str | None]], *, complete: bool) -> str | None:
    with_value = [reason for value, reason in values if value is not None]
    if not with_value:
        return min(reason for _, reason in values if reason is not None)
    if not complete:
        return "group_partly_assessed"
    return min((reason for reason in with_value if reason is not None), default=None)


def _mean_numbers(several: list[Numbers]) -> Numbers:
    def values(name: str) -> list[float]:
        return [value for one in several if (value := one[name]) is not None]

    def mean(name: str) -> float | None:
        found = values(name)
        return math.fsum(found) / len(found) if found else None

    numbers: Numbers = {name: mean(name) for name in _NUMBERS}
    names = {"lower": -1.96, "p05": -1.645, "p50": 0.0, "p95": 1.645, "upper": 1.96}
    for index, middle, squares in (
        (_W, mean(f"{_W}_p50"), values("variance")),
        (_U, mean(_U), [value**2 for value in values(f"{_U}_standard_error")]),
    ):
        error = math.sqrt(math.fsum(squares)) / len(squares) if squares else None
        for name, z in names.items():
            numbers[f"{index}_{name}"] = None if middle is None or error is None else middle + z * error
        if index == _U:
            numbers[f"{_U}_standard_error"] = error
    return _clipped(numbers)


def _rows_of(group: str, points: list[Point], policy: str) -> list[dict[str, Any]]:
    begun = (p for p in points if p.kind in {"assessed", "interpolated"} and p.numbers[_W] is not None)
    base = next(begun, None)
    rows = []
    for point in points:
        value, change = point.numbers[_W], None
        if base is not None and point.kind in {"assessed", "interpolated"} and (point.year or 0) > (base.year or 0):
            start = base.numbers[_W]
            if value is not None and start is not None:
                change = (value - start) / ((point.year or 0) - (base.year or 0))
        why = None
        if point.kind == "extrapolated":
            why = "extrapolated"
        elif change is None:
            why = point.reason if value is None else "one_assessed_year"
        elif point.reason is not None:
            why = point.reason
        elif policy == "as_published":
            why = "changes_not_explained"
        elif point.counts["genuine_changes"] < _FEWEST_CHANGES:
            why = "too_few_genuine_changes"
        rows.append(
            {"taxon_group": group, "year": point.year, "value_kind": point.kind, "change_policy": policy}
            | {name: value for name, value in point.numbers.items() if name != "variance"}
            | {"red_list_index_change": change, **point.counts}
            | _judged("", point.reason) | _judged("unweighted_", point.unweighted_reason) | _judged("change_", why)
        )  # fmt: skip
    return rows


def _judged(name: str, reason: str | None) -> dict[str, Any]:
    return {f"{name}reportable": reason is None, f"{name}reason": reason}


def _beside(
    rows: list[dict[str, Any]], official: Mapping[int, tuple[float, float | None, float | None]], *, has_species: bool
) -> list[dict[str, Any]]:
    own = {row["year"] for row in rows if row["taxon_group"] == "all"}
    for year in official.keys() - own:
        reason = "no_data" if has_species else "no_assessed_species"
        rows.append(
            {"taxon_group": "all", "year": year, "value_kind": None, "change_policy": None}
            | dict.fromkeys(name for name in _NUMBERS if name != "variance")
            | {"red_list_index_change": None, "groups": 0, "species": 0, "data_deficient_species": 0}
            | {"first_extinct_species": 0, "assessed_by_year_species": 0, "genuine_changes": 0}
            | _judged("", reason) | _judged("unweighted_", reason) | _judged("change_", reason)
        )  # fmt: skip
    for row in rows:
        is_all = row["taxon_group"] == "all"
        value, lower, upper = official.get(row["year"], (None, None, None)) if is_all else (None, None, None)
        why = None if value is not None else "no_data" if is_all else "roll_up_only"
        row |= {"official_red_list_index": value, "official_red_list_index_lower": lower, "official_red_list_index_upper": upper}  # fmt: skip
        both = value is not None and row[_W] is not None
        row["difference_from_official"] = row[_W] - value if both else None
        row.update(_judged("official_", why) | _judged("difference_", row["reason"] or why))
    return rows

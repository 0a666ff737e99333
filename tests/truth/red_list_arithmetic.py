"""The Red List Index in plain Python, from the fates of single species: what the warehouse's SQL must agree with."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from truth.species_list import Rests, rests, withheld

WEIGHT = {"LC": 0, "NT": 1, "VU": 2, "EN": 3, "CR": 4, "PE": 5, "EW": 5, "EX": 5}
"""State of a species to its weight; PE is possibly extinct, EX also regionally extinct."""
QUANTILES = {"p025": 0.025, "p05": 0.05, "p50": 0.5, "p95": 0.95, "p975": 0.975}
SETS = {"cycads": "conifers_and_cycads", "reef_building_corals": "corals"}
"""Sets that only the index has, and the group of their species."""
CORALS = frozenset({"corals", "reef_building_corals"})
ALL = ("amphibians", "birds", "cycads", "mammals", "reef_building_corals")
"""What `all` stands for, as in SDG 15.5.1."""
_W, _U = "red_list_index", "red_list_index_unweighted"
_BOUNDS = {"lower": -1.96, "p05": -1.645, "p50": 0.0, "p95": 1.645, "upper": 1.96}
_ENDS = {"lower": -1.96, "upper": 1.96}
_OF_EACH = (
    "", *(f"_{name}" for name in _BOUNDS), "_if_dd_least_concern", "_if_dd_critically_endangered", "_with_first_extinct",
    *(f"_with_first_extinct_{name}" for name in _ENDS),
)  # fmt: skip
_PUBLISHED = (*(f"{index}{to}" for index in (_W, _U) for to in _OF_EACH), f"{_U}_standard_error")
_HIDDEN = ("variance", "with_first_middle", "with_first_variance", "with_first_error")
"""What the bounds of a roll-up need of its groups besides the published numbers."""
_NUMBERS = (*_PUBLISHED, *_HIDDEN)
_NONE: dict[str, float | None] = dict.fromkeys(_NUMBERS)
COMPREHENSIVE = 0.8
FEWEST_SPECIES = 10
FEWEST_CHANGES = 10
_ROUND = 5
"""Years that one assessment of a group may take."""

Numbers = dict[str, float | None]


@dataclass(frozen=True)
class Fate:
    """One assessed species of a country through time.

    Attributes:
        group: reporting group.
        state: today's state: a category, or PE, or DD.
        share: share of the world range in the country that the numbers use, None when not known.
        history: state by year of assessment.
        changes: year of each genuine change to the state before it.
        from_years: assessed years before a change that a table of changes names.
        in_set: set of the index that it is in besides its group.
        on: list that it stands on, a term of `LISTS`.
        method: how its share was obtained.
        table_years: years that a table of genuine changes dates.
    """

    group: str
    state: str
    share: float | None = None
    history: Mapping[int, str] = field(default_factory=dict)
    changes: Mapping[int, str] = field(default_factory=dict)
    from_years: tuple[int, ...] = ()
    in_set: str | None = None
    on: str = "country_list"
    method: str | None = None
    table_years: frozenset[int] = frozenset()

    def in_year(self, year: int | None, *, explained: bool) -> str:
        """The state that counts for a year."""
        if self.state == "DD" or year is None:
            return self.state
        if explained:
            later = [when for when in self.changes if when > year]
            return self.changes[min(later)] if later else self.state
        if not self.history:
            return self.state
        past = [when for when in self.history if when <= year]
        since = max(past) if past else min(self.history)
        found = next((when for when in sorted(self.history) if when >= since and self.history[when] != "DD"), None)
        return self.state if found is None else self.history[found]


@dataclass(frozen=True)
class Point:
    """The index of one group in one year, with its reasons whatever it rests on."""

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


def _exact(weights: Sequence[int], deficient: int, names: Iterable[str]) -> dict[str, float | None]:
    """Exact quantiles of the index when each Data Deficient species has the weight of a random one of these."""
    of = {"lower": "p025", "p05": "p05", "p50": "p50", "p95": "p95", "upper": "p975"}
    if not weights:
        return dict.fromkeys(names)
    totals, whole = largest_total(weights, deficient), 5 * (len(weights) + deficient)
    return {name: 1 - (sum(weights) + totals[of[name]]) / whole for name in names}


def _error(weights: Sequence[int], deficient: int) -> float | None:
    if not weights:
        return None
    return _spread(weights)[1] * math.sqrt(deficient) / (5 * (len(weights) + deficient))


def _unweighted(weights: list[int], gone: int, deficient: int) -> Numbers:
    whole, pool = 5 * (len(weights) + deficient), weights + [5] * gone
    return {
        _U: _index(_quotient(sum(weights), 5 * len(weights))),
        f"{_U}_with_first_extinct": _index(_quotient(sum(pool), 5 * len(pool))),
        f"{_U}_if_dd_least_concern": _index(_quotient(sum(weights), whole)),
        f"{_U}_if_dd_critically_endangered": _index(_quotient(sum(weights) + 4 * deficient, whole)),
        f"{_U}_standard_error": _error(weights, deficient),
        "with_first_error": _error(pool, deficient),
        **{f"{_U}_{name}": value for name, value in _exact(weights, deficient, _BOUNDS).items()},
        **{f"{_U}_with_first_extinct_{name}": value for name, value in _exact(pool, deficient, _ENDS).items()},
    }


def _middle(pairs: list[tuple[int, float]], deficient: list[float]) -> tuple[float | None, float | None]:
    """The index when Data Deficient species have the mean weight, and the variance of that."""
    whole = 5 * math.fsum([*(s for _, s in pairs), *deficient])
    if not pairs or not whole:
        return None, None
    mean, deviation = _spread([w for w, _ in pairs])
    middle = 1 - (math.fsum(w * s for w, s in pairs) + mean * math.fsum(deficient)) / whole
    return middle, (deviation * math.sqrt(math.fsum(s * s for s in deficient)) / whole) ** 2


def _around(middle: float | None, error: float | None, ends: Mapping[str, float]) -> dict[str, float | None]:
    return {name: None if middle is None or error is None else middle + z * error for name, z in ends.items()}


def _weighted(pairs: list[tuple[int, float]], gone: list[float], deficient: list[float]) -> Numbers:
    shares, lost = math.fsum(s for _, s in pairs), math.fsum(w * s for w, s in pairs)
    whole = 5 * (shares + math.fsum(deficient))
    pool = pairs + [(5, share) for share in gone]
    middle, variance = _middle(pairs, deficient)
    with_first, its_variance = _middle(pool, deficient)
    around = _around(middle, None if variance is None else math.sqrt(variance), _BOUNDS)
    around_first = _around(with_first, None if its_variance is None else math.sqrt(its_variance), _ENDS)
    return {
        _W: _index(_quotient(lost, 5 * shares)),
        f"{_W}_with_first_extinct": _index(_quotient(lost + 5 * math.fsum(gone), 5 * (shares + math.fsum(gone)))),
        f"{_W}_if_dd_least_concern": _index(_quotient(lost, whole)),
        f"{_W}_if_dd_critically_endangered": _index(_quotient(lost + 4 * math.fsum(deficient), whole)),
        "variance": variance,
        "with_first_middle": with_first,
        "with_first_variance": its_variance,
        **{f"{_W}_{name}": value for name, value in around.items()},
        **{f"{_W}_with_first_extinct_{name}": value for name, value in around_first.items()},
    }


def _clipped(point: Point) -> Point:
    numbers = {name: None if n is None else min(1.0, max(0.0, n)) for name, n in point.numbers.items()}
    return replace(point, numbers=numbers)


def group_points(fates: Sequence[Fate], not_whole: str | None, *, explained: bool) -> list[Point]:
    """The group's index in the years in which any of its species was assessed, or one undated point.

    Args:
        fates: the group's assessed species.
        not_whole: why they are not the group in the country, None when they are.
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
    together = [year for year in dated if _is_reassessed(fates, year)]
    with_share = sum(one.share is not None for one in fates)
    shareless = not any(one.share for one in rest) or with_share / len(fates) < COMPREHENSIVE
    points = []
    for year in (*dated,) or (None,):
        weights = [WEIGHT[one.in_year(year, explained=explained)] for one in rest]
        numbers = _unweighted(weights, len(gone), len(deficient)) | _weighted(
            [(weight, one.share) for weight, one in zip(weights, rest, strict=True) if one.share is not None],
            [one.share for one in gone if one.share is not None],
            [one.share for one in deficient if one.share is not None],
        )
        seen = sum(1 for one in fates if one.history and year is not None and min(one.history) <= year)
        reason = not_whole
        if not rest:
            reason = "all_data_deficient" if deficient else "no_assessed_species"
        elif reason is None and len(rest) < FEWEST_SPECIES:
            reason = "too_few_species"
        elif reason is None and year is not None:
            if year not in together:
                reason = "not_assessed_together"
            elif seen / len(fates) < COMPREHENSIVE:
                reason = "mostly_back_cast"
            elif not explained and year < together[-1]:
                reason = "changes_not_explained"
        counts = {
            "groups": 1,
            "species": len(fates),
            "data_deficient_species": len(deficient),
            "first_extinct_species": len(gone),
            "assessed_by_year_species": seen,
            "apart_species": 0,  # the list is of one source
            "genuine_changes": 0 if not explained or first is None else sum(
                first < when <= (year or 0)
                and WEIGHT[before] != WEIGHT[one.in_year(when, explained=True)]
                for one in rest for when, before in one.changes.items()
            ),
        }  # fmt: skip
        kind = "undated" if year is None else "assessed" if year in together else "partly_assessed"
        points.append(Point(year, kind, numbers, reason or ("no_range_share" if shareless else None), reason, counts))
    return points


def _is_reassessed(fates: Sequence[Fate], year: int) -> bool:
    """Whether a group was assessed as a whole in a year and the four before, or by a table of genuine changes."""
    recent = sum(any(year - _ROUND < when <= year for when in one.history) for one in fates)
    return recent / len(fates) >= COMPREHENSIVE or any(year in one.table_years for one in fates)


def _combine(one: Numbers, two: Numbers, how: Callable[[float, float], float]) -> Numbers:
    found: Numbers = {}
    for name in _NUMBERS:
        a, b = one[name], two[name]
        found[name] = None if a is None or b is None else how(a, b)
    return found


def _slope(early: Point, late: Point) -> Numbers:
    years = (late.year or 0) - (early.year or 0)
    return _combine(late.numbers, early.numbers, lambda a, b: (a - b) / years)


def _mean_slope(slopes: Iterable[Numbers]) -> Numbers | None:
    listed = list(slopes)
    if not listed:
        return None
    found: Numbers = {}
    for name in _NUMBERS:
        values = [value for one in listed if (value := one[name]) is not None]
        found[name] = math.fsum(values) / len(values) if values else None
    return found


@dataclass(frozen=True)
class _Series:
    """The points of one explained group, and the years that stand beside them, in the order of the years."""

    points: list[Point]
    partly: dict[int, Point]
    every: Sequence[Point]

    @classmethod
    def of(cls, every: Sequence[Point]) -> _Series:
        partly = {one.year: one for one in every if one.kind == "partly_assessed" and one.year is not None}
        return cls([one for one in every if one.kind == "assessed"], partly, every)

    def counts_by(self, year: int) -> dict[str, int]:
        """What had been assessed and had changed by a year."""
        past = [one.counts for one in self.every if (one.year or 0) <= year]
        return past[-1] if past else self.every[0].counts | {"assessed_by_year_species": 0, "genuine_changes": 0}

    @property
    def begin(self) -> int:
        return self.points[0].year or 0

    @property
    def end(self) -> int:
        return self.points[-1].year or 0

    @property
    def has_slope(self) -> bool:
        """Whether there are two points with values; Data Deficient species alone have none."""
        return len(self.points) > 1 and self.points[0].numbers[_U] is not None

    @property
    def slopes(self) -> tuple[Numbers, Numbers]:
        """Per year, between the two first and between the two last points."""
        return _slope(self.points[0], self.points[1]), _slope(self.points[-2], self.points[-1])

    def filled(self, first: int, last: int, back: Numbers | None, on: Numbers | None) -> list[Point]:
        """The index in every year between its points, and in those beyond them down to the first and up to the last."""
        first, last = (first if back else self.begin), (last if on else self.end)
        outside = [year for year in self.partly if not self.begin <= year <= self.end]
        every = {*range(first, self.begin), *range(self.begin, self.end + 1), *range(self.end + 1, last + 1), *outside}
        return [self._in_year(year, back, on) for year in sorted(every)]

    def _in_year(self, year: int, back: Numbers | None, on: Numbers | None) -> Point:
        by_year = {point.year or 0: point for point in self.points}
        if year in by_year:
            return by_year[year]
        if self.begin < year < self.end:
            start, stop = max(y for y in by_year if y < year), min(y for y in by_year if y > year)
            a, b, part = by_year[start], by_year[stop], (year - start) / (stop - start)
            numbers = _combine(a.numbers, b.numbers, lambda x, y: x + (y - x) * part)
            reasons = a.reason or b.reason, a.unweighted_reason or b.unweighted_reason
            return Point(year, "interpolated", numbers, *reasons, self.counts_by(year))
        if year in self.partly:
            return self.partly[year]
        is_after = year > self.end
        near, slope = (self.points[-1], on) if is_after else (self.points[0], back)
        assert slope is not None
        away = year - (near.year or 0)
        numbers = _combine(near.numbers, slope, lambda x, s: x + away * s)
        reason = near.reason or ("extrapolated" if numbers[_W] is None else None)
        return Point(year, "extrapolated", numbers, reason, near.unweighted_reason, self.counts_by(year))


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
        """Whether a group is assessed worldwide by 80 %, as the sets of the index are."""
        return group in SETS or (self.world_share[group] or 0) >= COMPREHENSIVE

    def not_whole(self, group: str, assessed: int, known: int) -> str | None:
        """Why the assessed species of a country are not the group."""
        if group not in SETS and self.world_share[group] is None:
            return "no_described_count"
        if not self.is_comprehensive(group):
            return "group_partly_assessed"
        return "country_partly_assessed" if assessed / known < COMPREHENSIVE else None

    @property
    def members(self) -> dict[str, set[str]]:
        """Roll-up to what it stands for; roll-ups of fewer than two groups are none."""
        found = {"all": set(ALL)}
        for roll_up in ("animals", "plants", "fungi"):
            of = {one for one, whose in self.roll_up.items() if whose == roll_up and self.is_comprehensive(one)}
            if len(of) > 1:
                found[roll_up] = of
        return found


@dataclass(frozen=True)
class Country:
    """What is known of a country besides its assessed species.

    Attributes:
        known: its own species that count, assessed or not, by group and by set.
        official: value and bounds of the UN's index by year.
        has_red_list: whether the Red List's own list of the country is loaded.
        is_landlocked: whether it has no sea.
    """

    known: Mapping[str, int]
    official: Mapping[int, tuple[float, float | None, float | None]] = field(default_factory=dict)
    has_red_list: bool = False
    is_landlocked: bool = False

    def lacks(self, group: str) -> bool:
        """Whether a group is known to be absent."""
        is_no_sea = group == "reef_building_corals" and self.is_landlocked
        return is_no_sea or (self.has_red_list and not self.known.get(group))


def by_group(fates: Iterable[Fate]) -> dict[str, list[Fate]]:
    """Species by reporting group and by set of the index."""
    found: defaultdict[str, list[Fate]] = defaultdict(list)
    for one in fates:
        for group in (one.group, one.in_set):
            if group:
                found[group].append(one)
    return dict(found)


def country_rows(fates: Sequence[Fate], country: Country, groups: Groups, explained: frozenset[str]) -> list[dict[str, Any]]:  # fmt: skip
    """All rows of one country, without its code.

    Args:
        fates: the country's own assessed species.
        country: what else is known of it.
        groups: the groups worldwide.
        explained: groups, and sets of the index, whose changes some source explains.
    """
    members = by_group(fates)
    every = {
        group: group_points(some, groups.not_whole(group, len(some), country.known[group]), explained=group in explained)
        for group, some in members.items()
    }  # fmt: skip
    told = {group: one for group, some in every.items() if group in explained and (one := _Series.of(some)).points}
    complete = [group for group in told if groups.is_comprehensive(group)]
    first = max((told[group].begin for group in complete), default=0) - 10
    last = max((told[group].end for group in complete), default=0)
    slopes = {group: told[group].slopes for group in complete if told[group].has_slope}
    series: dict[str, list[Point]] = {}
    for group, points in every.items():
        if group not in told:
            series[group] = [_clipped(one) for one in points]
            continue
        others = {other: slope for other, slope in slopes.items() if other != group}
        back, on = slopes.get(group, (None, None))
        if group in CORALS or back is None:
            back = _mean_slope(slope for other, (slope, _) in others.items() if other not in CORALS)
        if on is None:
            on = _mean_slope(slope for _, slope in others.values())
        if group not in complete:
            back = on = None
        series[group] = [_clipped(one) for one in told[group].filled(first, last, back, on)]
    rows = []
    for group, some in series.items():
        policy = "genuine_changes" if group in explained else "as_published"
        rows += _rows_of(group, some, policy, dict.fromkeys((one.year for one in some), _rests(members[group])))
    for roll_up, of in groups.members.items():
        valued = {
            group: [one for one in series[group] if one.numbers[_U] is not None] for group in sorted(of & series.keys())
        }
        whole = _RolledUp(
            {group: some for group, some in valued.items() if some}, {group: one.begin for group, one in told.items()},
            first if complete else None,
        )  # fmt: skip
        if not whole.series:
            continue
        points = whole.points() or [whole.missing("no_common_year")] if whole.is_whole(of, country) else [whole.missing("groups_missing")]  # fmt: skip
        policy = "genuine_changes" if whole.series.keys() <= explained else "as_published"
        of_year = {one.year: _rests([fate for group in whole.in_year(one.year) for fate in members[group]]) for one in points}  # fmt: skip
        rows += _rows_of(roll_up, points, policy, of_year)
    return _beside(rows, country.official, has_species=bool(fates))


def _rests(fates: Sequence[Fate]) -> Rests:
    return rests([one.on for one in fates], [(one.share, one.method) for one in fates])


@dataclass(frozen=True)
class _RolledUp:
    """The series of the groups that a roll-up stands for.

    Attributes:
        series: group to its rows with a value, for groups that have any.
        begins: group to its first point, where it has a series.
        first: year from which roll-ups have rows, None for any.
    """

    series: Mapping[str, list[Point]]
    begins: Mapping[str, int]
    first: int | None

    def is_whole(self, of: set[str], country: Country) -> bool:
        """Whether each group has values or is known to be absent."""
        return len(self.series) > 1 and all(group in self.series or country.lacks(group) for group in of)

    def in_year(self, year: int | None) -> dict[str, Point]:
        """The groups' points of a year."""
        return {group: one for group, some in self.series.items() for one in some if one.year == year}

    def missing(self, reason: str) -> Point:
        """The only row of a roll-up that lacks a group, or a year of all: in the latest year, without numbers."""
        years = [one.year for some in self.series.values() for one in some if one.year is not None]
        year = max(years, default=None)
        some = self.in_year(year)
        return Point(year, self._kind(year, some), _NONE, reason, reason, _sums(some))

    def points(self) -> list[Point]:
        """A row for each year in which all groups have a value; undated only where nothing is dated."""
        years = {one.year for some in self.series.values() for one in some}
        dated = {year for year in years if year is not None and (self.first is None or year >= self.first)}
        found = []
        for year in sorted(dated) if years != {None} else [None]:
            some = self.in_year(year)
            if some.keys() != self.series.keys():
                continue
            weighted, unweighted = (
                min((reason for reason in of if reason is not None), default=None)
                for of in ([one.reason for one in some.values()], [one.unweighted_reason for one in some.values()])
            )
            if any(one.numbers[_W] is None for one in some.values()):
                weighted = "no_range_share"
            numbers = _mean_numbers([one.numbers for one in some.values()])
            found.append(Point(year, self._kind(year, some), numbers, weighted, unweighted, _sums(some)))
        return found

    def _kind(self, year: int | None, some: Mapping[str, Point]) -> str:
        kinds = {point.kind for point in some.values()}
        if year is None:
            return "undated"
        if kinds == {"extrapolated"} or any(
            one.kind == "extrapolated" and year < self.begins[group] for group, one in some.items()
        ):
            return "extrapolated"
        if kinds == {"assessed"}:
            return "assessed"
        return "partly_assessed" if "partly_assessed" in kinds else "interpolated"


def _sums(some: Mapping[str, Point]) -> dict[str, int]:
    names = next(iter(some.values())).counts
    return {name: sum(point.counts[name] for point in some.values()) for name in names}


def _mean_numbers(several: list[Numbers]) -> Numbers:
    def values(name: str) -> list[float] | None:
        found = [value for one in several if (value := one[name]) is not None]
        return found if len(found) == len(several) else None

    def mean(name: str) -> float | None:
        found = values(name)
        return None if found is None else math.fsum(found) / len(found)

    def error(variances: list[float] | None) -> float | None:
        return None if variances is None else math.sqrt(math.fsum(variances)) / len(variances)

    def squares(name: str) -> list[float] | None:
        found = values(name)
        return None if found is None else [value**2 for value in found]

    numbers: Numbers = {name: mean(name) for name in _NUMBERS}
    numbers[f"{_U}_standard_error"] = error(squares(f"{_U}_standard_error"))
    for index, middle, wide, ends in (
        (_W, mean(f"{_W}_p50"), error(values("variance")), _BOUNDS),
        (_U, mean(_U), numbers[f"{_U}_standard_error"], _BOUNDS),
        (f"{_W}_with_first_extinct", mean("with_first_middle"), error(values("with_first_variance")), _ENDS),
        (f"{_U}_with_first_extinct", mean(f"{_U}_with_first_extinct"), error(squares("with_first_error")), _ENDS),
    ):
        numbers |= {f"{index}_{name}": value for name, value in _around(middle, wide, ends).items()}
    return _clipped(Point(None, "", numbers, None, None, {})).numbers


def _rows_of(group: str, points: list[Point], policy: str, of_year: Mapping[int | None, Rests]) -> list[dict[str, Any]]:
    in_series = [p for p in points if p.kind in {"assessed", "interpolated"} and policy == "genuine_changes"]
    base = next((point for point in in_series if point.numbers[_W] is not None), None)
    rows = []
    for point in points:
        value, change, rest = point.numbers[_W], None, of_year[point.year]
        if base is not None and point in in_series and (point.year or 0) > (base.year or 0):
            start = base.numbers[_W]
            if value is not None and start is not None:
                change = (value - start) / ((point.year or 0) - (base.year or 0))
        rows.append(
            {"taxon_group": group, "year": point.year, "value_kind": point.kind, "change_policy": policy}
            | {name: point.numbers[name] for name in _PUBLISHED}
            | {"red_list_index_change": change, **point.counts}
            | {"reason": point.reason, "unweighted_reason": point.unweighted_reason}
            | {"change_reason": _change_reason(point, change, policy)}
            | {"share_method": rest.method, "basis": rest.shares, "unweighted_basis": rest.on}
        )
    return rows


def _change_reason(point: Point, change: float | None, policy: str) -> str | None:
    if point.kind == "extrapolated":
        return "extrapolated"
    if change is None and point.numbers[_W] is None:
        return point.reason
    if point.kind == "partly_assessed":
        return "not_assessed_together"
    if policy == "as_published":
        return "changes_not_explained"
    if change is None:
        return "one_assessed_year"
    return point.reason or ("too_few_genuine_changes" if point.counts["genuine_changes"] < FEWEST_CHANGES else None)


def _beside(
    rows: list[dict[str, Any]], official: Mapping[int, tuple[float, float | None, float | None]], *, has_species: bool
) -> list[dict[str, Any]]:
    own = {row["year"] for row in rows if row["taxon_group"] == "all"}
    for year in official.keys() - own:
        reason = "no_data" if has_species else "no_assessed_species"
        rows.append(
            {"taxon_group": "all", "year": year, "value_kind": None, "change_policy": None}
            | dict.fromkeys(_PUBLISHED)
            | {"red_list_index_change": None, "groups": 0, "species": 0, "data_deficient_species": 0}
            | {"first_extinct_species": 0, "assessed_by_year_species": 0, "genuine_changes": 0, "apart_species": 0}
            | dict.fromkeys(("reason", "unweighted_reason", "change_reason"), reason)
            | dict.fromkeys(("share_method", "basis", "unweighted_basis"))
        )
    for row in rows:
        is_all = row["taxon_group"] == "all"
        value, lower, upper = official.get(row["year"], (None, None, None)) if is_all else (None, None, None)
        why = None if value is not None else "no_data" if is_all else "roll_up_only"
        row |= {"official_red_list_index": value, "official_red_list_index_lower": lower, "official_red_list_index_upper": upper}  # fmt: skip
        both = value is not None and row[_W] is not None
        row["difference_from_official"] = row[_W] - value if both else None
        row["official_basis"] = None if value is None else "official"
        row["official_reason"], row["difference_reason"] = why, row["reason"] or why
        for name in ("", "change_", "difference_"):
            row[f"{name}reason"] = withheld(row[f"{name}reason"], row["basis"], "assessments_and_ranges")
        row["unweighted_reason"] = withheld(row["unweighted_reason"], row["unweighted_basis"], "country_list")
        for name in ("", "unweighted_", "change_", "official_", "difference_"):
            row[f"{name}reportable"] = row[f"{name}reason"] is None
    return rows

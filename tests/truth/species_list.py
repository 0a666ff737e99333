"""Which species the Red List numbers of a country count, by which list, and which range shares they use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

NOT_OWN = frozenset({"introduced", "vagrant", "assisted_colonisation"})
LISTS = ("records", "own_list", "country_list")
"""What a list of species rests on, the weakest first."""
TOO_WEAK = {
    "records": "only_records",
    "own_list": "list_not_complete",
    "shares_of_records": "shares_of_records",
    "equal_shares": "equal_shares",
}
"""Basis to the reason of a number that needs a stronger one."""
MOST = 0.8


@dataclass(frozen=True)
class Named:
    """What all sources together say of one species in one country.

    Attributes:
        key: its key.
        group: reporting group, empty without one.
        category: today's global category, `NE` without one.
        origin: how it came there, None when no source says.
        presence: whether it lives there, None when no source says.
        on: the strongest list that it stands on: a term of `LISTS`.
        mostly_introduced: whether more than half of its records there are marked introduced.
        share: share of the world range there, None when not known.
        method: how that was obtained; `stated` for an own file's share without a method.
    """

    key: str
    group: str
    category: str = "NE"
    origin: str | None = None
    presence: str | None = None
    on: str = "records"
    mostly_introduced: bool = False
    share: float | None = None
    method: str | None = None

    @property
    def is_own(self) -> bool:
        """Whether the species is one of the country."""
        came_itself = not self.mostly_introduced if self.origin is None else self.origin not in NOT_OWN
        return came_itself and self.presence != "uncertain"

    @property
    def is_weak(self) -> bool:
        """Whether its share follows records, or splits the range equally among several countries."""
        return self.method == "occurrences" or (
            self.method == "equal_shares" and self.share is not None and self.share < 1
        )


def counted(named: Iterable[Named]) -> list[Named]:
    """The species that count, with the list that their group rests on and the shares that it uses."""
    by_group: defaultdict[str, list[Named]] = defaultdict(list)
    for one in named:
        by_group[one.group].append(one)
    found = []
    for some in by_group.values():
        own = [one for one in some if one.is_own]
        if any(one.on == "country_list" for one in some):
            own = [
                replace(one, on="country_list")
                for one in own
                if one.on == "country_list" or (one.origin is not None and one.presence is not None)
            ]
        found += _with_used_shares(own)
    return found


def _with_used_shares(own: list[Named]) -> list[Named]:
    assessed = [one for one in own if one.category not in {"NE", "NA"}]
    strong = sum(one.share is not None and not one.is_weak for one in assessed)
    if not assessed or strong / len(assessed) < MOST:
        return own
    return [replace(one, share=None, method=None) if one.is_weak else one for one in own]


@dataclass(frozen=True)
class Rests:
    """What the numbers of some species rest on.

    Attributes:
        on: the weakest list among those of the species.
        method: how their shares were obtained: one method, `mixed`, or None.
        shares: basis of numbers that are weighted by range.
        endemics: the same where equal shares are good enough.
    """

    on: str | None
    method: str | None
    shares: str | None
    endemics: str | None


def rests(lists: Iterable[str], used: Sequence[tuple[float | None, str | None]]) -> Rests:
    """What numbers rest on.

    Args:
        lists: list of each species.
        used: share and method of each species that the weighted numbers use.
    """
    weakest = min(lists, key=LISTS.index, default=None)
    known = [(share, method) for share, method in used if share is not None]
    methods = {method for _, method in known}
    endemics = "assessments_and_ranges" if weakest == "country_list" else weakest
    if "occurrences" in methods:
        endemics = "shares_of_records"
    is_split = any(method == "equal_shares" and share < 1 for share, method in known)
    shares = "equal_shares" if is_split and endemics != "shares_of_records" else endemics
    method = (methods.pop() if len(methods) == 1 else "mixed") if methods else None
    return Rests(weakest, method, shares, endemics)


def withheld(reason: str | None, basis: str | None, *quotable: str) -> str | None:
    """The reason why a number is not quoted: its own, else that its basis is too weak."""
    if reason is None and basis is not None and basis not in quotable:
        return TOO_WEAK[basis]
    return reason

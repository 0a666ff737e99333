"""Names in own files that the warehouse does not know: GBIF is asked, where there is network."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from ness_pipeline.build.own_rows import decide_anew
from ness_pipeline.errors import NessError
from ness_pipeline.landing.http import Session
from ness_pipeline.landing.matched_names import MatchedName, keep_matched_names, matched_names
from ness_pipeline.landing.units import Unit
from ness_pipeline.landing.zone import Landing
from ness_pipeline.names.species_names import NAME_KEY
from ness_pipeline.names.taxon_groups import kingdom_of
from ness_pipeline.paths import Paths
from ness_pipeline.run.records import clock
from ness_pipeline.settings import Settings
from ness_pipeline.sources.apis.species_match import match_species

ASKED_AT_ONCE = 100
"""Names for which one load asks GBIF, at one a second; a run asks for those that remain."""
SAMPLE = 10
"""Names for which GBIF is asked first."""


@dataclass(frozen=True)
class OwnNames:
    """How the species of a load were found.

    Attributes:
        checklist: the checklist of which its keys are, as its names show; None where the file says it, or nothing does.
        by_name: species that count under the key that the warehouse has for their name.
        unknown: names without a key that nobody knows.
        apart: names, where there are any, or else keys of species whose keys are not of the checklist in use and whose names nobody
            knows; none while the warehouse has no checklist with which they could be mixed.
        has_checklist: whether the file or the user says of which checklist these keys are.
        unasked: why GBIF was not asked for some of them; None where it was.
    """

    checklist: str | None
    by_name: int
    unknown: tuple[str, ...]
    apart: tuple[str, ...]
    has_checklist: bool
    unasked: str | None


def match_own_names(build: duckdb.DuckDBPyConnection, settings: Settings, *, at_most: int | None = None) -> str | None:
    """Ask GBIF for the names of own files that the warehouse does not know, keep what it says, and decide anew what counts.

    Names of files that may not be passed on are not sent.

    Args:
        build: the build database, in no transaction.
        settings: the configuration.
        at_most: for how many names; None for all.

    Returns:
        Why some names were not asked for, as a clause; None where all were.
    """
    landing = Landing(Paths.of(settings).landing)
    checklist, today = settings.gbif_checklist, clock(build).date()
    asked = 0
    with Session(settings.model_copy(update={"retries": 0})) as session:
        # A few names show whether the keys of a file are those of the checklist; then nobody need be asked for the others.
        for size in (SAMPLE, None):
            said = [one for one in matched_names(landing) if one.checklist_key == checklist and one.is_settled(today)]
            settled = {(one.name, one.taxon_group) for one in said}
            wanted = [one for one in _unknown(build) if one not in settled]
            room = None if at_most is None else at_most - asked
            answers, is_away = _answers(session, wanted[:room][:size], checklist, today)
            asked += len(answers)
            if answers:
                keep_matched_names(landing, answers)
                decide_anew(build, landing)
            if is_away:
                return "GBIF cannot be reached now"
            if not wanted:
                return None
    return f"one load asks GBIF for {at_most} names" if len(wanted) > len(answers) else None


def _answers(
    session: Session, wanted: Sequence[tuple[str, str | None]], checklist: str, today: dt.date
) -> tuple[list[MatchedName], bool]:
    """What GBIF says of names and their groups, and whether it fell silent before the last; what it said until then counts."""
    answers: list[MatchedName] = []
    for name, group in wanted:
        kingdom = None if group is None else kingdom_of(group)
        try:
            match = match_species(session.send, name, kingdom, checklist, "own names")
        except NessError:
            return answers, True
        key, is_synonym = (None, False) if match is None else (match.key, match.is_synonym)
        answers.append(MatchedName(name, group, checklist, key, is_synonym, today))
    return answers, False


def _unknown(build: duckdb.DuckDBPyConnection) -> Sequence[tuple[str, str | None]]:
    """Names that nobody knows, each with its reporting group where the file has it."""
    private = "SELECT source FROM ops.citation WHERE NOT is_redistributable"
    return build.execute(
        "SELECT DISTINCT scientific_name, taxon_group FROM ops.own_species "
        f"WHERE matched_by = 'none' AND scientific_name IS NOT NULL AND source NOT IN ({private}) ORDER BY ALL"
    ).fetchall()


def names_of(build: duckdb.DuckDBPyConnection, unit: Unit, unasked: str | None) -> OwnNames:
    """How the species of a load were found, from `ops.own_species`."""
    rows = build.execute(
        "SELECT matched_by, checklist_key, given_key, scientific_name, species_key FROM ops.own_species WHERE source = ? AND unit = ? ORDER BY ALL",
        [unit.source, unit.key],
    ).fetchall()
    checklists = (
        "SELECT 1 FROM landed.country_species WHERE checklist_key IS NOT NULL AND (source, unit_key) <> (?, ?) LIMIT 1"
    )
    is_alone = build.execute(checklists, [unit.source, unit.key]).fetchone() is None
    lost = [(key, name) for how, _, key, name, _ in rows if how == "none"]
    said = [checklist for how, checklist, key, *_ in rows if how == "none" and not key.startswith(NAME_KEY)]
    # A name that an own key has as well is no other species than that one.
    by_name = [name for how, _, key, name, counts in rows if how == "none" and key.startswith(NAME_KEY) and counts.startswith(NAME_KEY)]  # fmt: skip
    unknown = tuple(dict.fromkeys(name for name in by_name if name is not None))
    apart = tuple(dict.fromkeys(name or key for key, name in lost if not key.startswith(NAME_KEY)))
    return OwnNames(
        checklist=next((checklist for how, checklist, *_ in rows if how == "sample"), None),
        by_name=sum(how in {"warehouse", "gbif", "own_file"} for how, *_ in rows),
        unknown=unknown,
        apart=() if is_alone else apart,
        has_checklist=None not in said,
        unasked=unasked,
    )

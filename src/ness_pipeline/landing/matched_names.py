"""What GBIF's name matching said of names in own files, in the landing zone, so that a rebuild needs no network.

One file for each checklist, which only grows; names that GBIF did not know are asked for again after a while.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from ness_pipeline.landing.store import safe_name
from ness_pipeline.landing.zone import Landing

FOLDER = "names"
ASKED_AGAIN_AFTER = dt.timedelta(days=90)


@dataclass(frozen=True)
class MatchedName:
    """What GBIF's name matching said of a name.

    Attributes:
        name: canonical name of a species.
        taxon_group: reporting group of the species that was meant, which tells homonyms apart; None where nobody said.
        checklist_key: GBIF dataset key of the checklist that was asked.
        species_key: key of the accepted species there; None where the name means none beyond doubt.
        is_synonym: whether that species has another name there.
        asked_on: when it was asked.
    """

    name: str
    taxon_group: str | None
    checklist_key: str
    species_key: str | None
    is_synonym: bool
    asked_on: dt.date

    def is_settled(self, today: dt.date) -> bool:
        """Whether it need not be asked again."""
        return self.species_key is not None or today - self.asked_on < ASKED_AGAIN_AFTER


def matched_names(landing: Landing) -> list[MatchedName]:
    """All that GBIF said, by checklist, name and group."""
    found = []
    for file in sorted(landing.names(FOLDER)):
        for checklist, answers in (landing.record(f"{FOLDER}/{file}") or {}).items():
            for name, group, key, is_synonym, day in answers:
                found.append(MatchedName(name, group, checklist, key, is_synonym, dt.date.fromisoformat(day)))
    return found


def keep_matched_names(landing: Landing, names: Iterable[MatchedName]) -> None:
    """Add answers to what is there; a later answer takes the place of an earlier one."""
    every = {(one.checklist_key, one.name, one.taxon_group or ""): one for one in (*matched_names(landing), *names)}
    for checklist, places in groupby(sorted(every), key=lambda place: place[0]):
        answers = []
        for place in places:
            one = every[place]
            answers.append((one.name, one.taxon_group, one.species_key, one.is_synonym, one.asked_on.isoformat()))
        text = json.dumps({checklist: answers}, ensure_ascii=False, indent=1)
        landing.write(f"{FOLDER}/{safe_name(checklist)}.json", text.encode())

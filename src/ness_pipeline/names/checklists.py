"""Checklists that keys of species belong to: short names for those that most files have, and any other by key or word."""

from __future__ import annotations

import re
from typing import NamedTuple

from ness_pipeline.errors import WrongUsage
from ness_pipeline.names.red_list_words import CHECKLIST as RED_LIST
from ness_pipeline.settings import CATALOGUE_OF_LIFE

BACKBONE = "d7dddbf4-2cf0-4f39-9b2a-bb099caae36c"
"""GBIF dataset key of the GBIF backbone taxonomy, whose keys are numbers."""


class Checklist(NamedTuple):
    """A checklist.

    Attributes:
        key: its GBIF dataset key.
        title: its name in words.
    """

    key: str
    title: str


CHECKLISTS = {
    "gbif": Checklist(BACKBONE, "GBIF Backbone Taxonomy"),
    "col": Checklist(CATALOGUE_OF_LIFE, "Catalogue of Life eXtended"),
    "iucn": Checklist(RED_LIST, "The IUCN Red List of Threatened Species"),
}
"""Short name to checklist."""
DATASET_KEY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
OWN_WORD = re.compile(r"[a-z][a-z0-9_.-]{0,63}")
LIKE_A_KEY = re.compile(r"[0-9a-f-]{20,}")
"""What was meant to be a dataset key, whole or not."""


def checklist_named(text: str) -> str:
    """The key of the checklist that a user names: `gbif`, `col`, `iucn`, a GBIF dataset key, or a word of the user's own.

    Raises:
        WrongUsage: it is none of these.
    """
    found = checklist_in(text)
    if found is not None:
        return found
    word = text.strip().lower()
    if OWN_WORD.fullmatch(word) is None or LIKE_A_KEY.fullmatch(word):
        raise WrongUsage(
            f"--checklist {text} names no checklist; write {', '.join(CHECKLISTS)}, the key of a dataset at GBIF (as in {BACKBONE}), or one word for another, as in fishbase."
        )
    return word


def checklist_in(text: str) -> str | None:
    """The key of the checklist that a file's own words name: a dataset key (in an address as well), a short name or a title."""
    lowered = " ".join(text.lower().split())
    if (found := DATASET_KEY.search(lowered)) is not None:
        return found[0]
    for word, checklist in CHECKLISTS.items():
        if lowered in {word, checklist.title.lower()}:
            return checklist.key
    return None


def title_of(key: str) -> str:
    """A checklist in words: its name where it is one of the usual ones, else its key or the user's word for it."""
    return next((f"the {one.title.removeprefix('The ')}" for one in CHECKLISTS.values() if one.key == key), key)

"""Words of the IUCN Red List mapped to those of the contracts: categories of all times, origins, threats.

Categories before 2001 come from two older systems. Those of version 2.3 (1994) rest on criteria and have a counterpart
today. The ones before 1994 rested on judgement alone; where no counterpart of today means the same, they are known and
mean nothing here (None), for a guessed category would make a trend.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ness_pipeline.schemas.vocabulary import RED_LIST_CATEGORIES

CHECKLIST = "19491596-35ae-4a91-9a98-85cf505f1bd3"
"""GBIF dataset key of the Red List's own taxonomy, to which its species numbers belong."""

OWN_KEY = "iucn:"
"""Start of the key of a species that the checklist in use does not know; its number in the Red List follows."""

CATEGORY_OF_CODE: Mapping[str, str | None] = {
    **{code: code for code in ("EX", "EW", "RE", "CR", "EN", "VU", "NT", "LC", "DD", "NA", "NE")},
    "LR/lc": "LC",  # version 2.3: lower risk, least concern; the same threshold as LC
    "LR/nt": "NT",  # version 2.3: lower risk, near threatened; renamed in 2001
    "LR/cd": "NT",  # version 2.3: would be threatened if conservation stopped; 2001 put such species into NT
    "nt": "NT",  # before 1994, and not the NT of today; counted with it, the nearest one
    "Ex": "EX",  # before 1994: not found in the wild for 50 years
    "Ex?": None,  # before 1994: perhaps extinct, perhaps not
    "Ex/E": None,  # before 1994: extinct or endangered
    "E": None,  # before 1994: endangered by judgement; would today be CR or EN
    "V": None,  # before 1994: vulnerable by judgement
    "T": None,  # before 1994: threatened, to whatever degree
    "CT": None,  # before 1994: commercially threatened, a matter of stocks and not of species
    "R": None,  # before 1994: rare, which is no risk by itself
    "I": None,  # before 1994: one of Ex, E, V or R, unknown which
    "K": None,  # before 1994: insufficiently known; unlike DD, suspected to be one of the others
    "O": None,  # before 1994: out of danger
    "A": None,  # before 1994: abundant
    "NR": None,  # the name is not recognised as a species
    "N/A": None,  # no category
    "CUSTOM": None,  # no category
}
"""Category code as published, letter case included, to the category of today; None where there is no counterpart.

Source: IUCN Red List Categories and Criteria 3.1 (2001), annex on earlier categories; vocabulary of the Red List API.
"""

_WORDS: Mapping[str, str] = {
    "origin_uncertain": "uncertain",
    "presence_uncertain": "uncertain",
    "expected_additional_range": "uncertain",
    "extinct_post_1500": "extinct",
    "very_rapid_declines": "very_rapid",
    "rapid_declines": "rapid",
    "slow_significant_declines": "slow_significant",
    "causing_could_cause_fluctuations": "fluctuations",
    "negligible_declines": "negligible",
}
"""Words that are longer in the Red List than in the contracts, once in lower case and with underscores."""


def vocabulary_word(text: str | None) -> str | None:
    """A word for origin, presence, timing, scope or severity as the contracts write it: `Whole (>90%)` is `whole`.

    An unknown term is returned in the same form, so that a contract refuses it by name.
    """
    if not text or not text.strip():
        return None
    plain = re.sub(r"\(.*?\)", "", text).casefold()
    word = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    return _WORDS.get(word, word)


_TAGS = re.compile(r"\s*\(?\s*(PEW?|possibly extinct( in the wild)?)\s*\)?$", re.IGNORECASE)
"""How a possibly extinct species is marked behind its category: `CR(PE)`, `CR(PEW)`, `CR PE`."""
_CATEGORY_OF_WORDS: Mapping[str, str] = {
    **{name.casefold(): code for code, name in RED_LIST_CATEGORIES.items()},
    **{code.casefold(): code for code in RED_LIST_CATEGORIES},
    **{code.casefold(): category for code, category in CATEGORY_OF_CODE.items() if category and "/" in code},
    "lower risk/least concern": "LC",
    "lower risk/near threatened": "NT",
    "lower risk/conservation dependent": "NT",
}
"""Category as people write it, in lower case, to its code."""


def category_named(text: str) -> tuple[str, bool] | None:
    """The category that a word means, and whether it is tagged possibly extinct; None where it means none.

    Args:
        text: code or English name in any case, of version 2.3 or 3.1: `LR/nt`, `Near Threatened`, `cr(pe)`.
    """
    words = " ".join(text.split())
    plain = re.sub(r"\s*/\s*", "/", _TAGS.sub("", words)).casefold()
    category = _CATEGORY_OF_WORDS.get(plain)
    is_tagged = _TAGS.search(words) is not None
    if category is None or (is_tagged and category != "CR"):
        return None
    return category, is_tagged


def own_key(taxon_id: int | str) -> str:
    """Key of a species by its number in the Red List, where the checklist in use does not know it."""
    return f"{OWN_KEY}{taxon_id}"

"""Checklists by short name, key or own word."""

from __future__ import annotations

import pytest

from ness_pipeline.errors import WrongUsage
from ness_pipeline.names.checklists import checklist_in, checklist_named

COL = "7ddf754f-d193-4cc9-b351-99906754a03b"


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("gbif", "d7dddbf4-2cf0-4f39-9b2a-bb099caae36c"),
        ("COL", COL),
        ("iucn", "19491596-35ae-4a91-9a98-85cf505f1bd3"),
        (COL.upper(), COL),
        (f"https://www.gbif.org/dataset/{COL}", COL),
        ("fishbase", "fishbase"),
    ],
)
def test_a_checklist_that_the_user_names(written, key):
    """Short names stand for keys at GBIF; a key stays, another word is one's own checklist."""
    assert checklist_named(written) == checklist_named(key) == key


@pytest.mark.parametrize("written", ["", "my list", "5219833", "7ddf754f-d193-4cc9-b351", "a" * 65])
def test_what_names_no_checklist(written):
    """The sentence says what can be written."""
    with pytest.raises(WrongUsage, match="names no checklist; write gbif, col, iucn"):
        checklist_named(written)


def test_a_checklist_in_the_words_of_a_file():
    """A title or key is known, other words are not."""
    assert checklist_in("Catalogue of Life  eXtended") == COL
    assert checklist_in("Checklist of birds") is None

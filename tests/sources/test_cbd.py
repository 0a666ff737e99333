"""Parties to the CBD and its protocols: each trap of the API has an answer named for it."""

from __future__ import annotations

import pytest
from replies import read, replies

from ness_pipeline.build.load import check
from ness_pipeline.contract.batch import Batch
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.errors import SchemaDrift
from ness_pipeline.sources.cbd import SOURCES


def batch(data: str) -> Batch:
    """The one batch."""
    (found,) = read(SOURCES[0], replies({"/api/v2013/countries": f"cbd/{data}"}))
    return found


def statuses(data: str) -> dict[tuple[str, str], str]:
    """Country and treaty to status."""
    rows = batch(data).frame.select("country_code", "treaty", "status").rows()
    return {(country, treaty): status for country, treaty, status in rows}


def test_party_deposited_signatory() -> None:
    """Only a date of entry into force makes a party; deposit and signature are told apart."""
    assert statuses("party_deposited_signatory.json") == {
        ("KE", "cbd"): "party",
        ("KE", "cartagena"): "party",
        ("KE", "nagoya"): "deposited",
        ("KE", "nagoya_kuala_lumpur"): "signatory",
    }


def test_rows_meet_the_contract() -> None:
    """Dates lose their time of day and load as dates; the day of reading is kept."""
    valid, refused = check(tables()["core.treaty_party"], batch("party_deposited_signatory.json").frame, "cbd")
    assert refused.height == 0
    assert str(valid["entry_into_force"][0]) == "1993-12-29"
    assert {str(day) for day in valid["as_of"]} == {"2026-10-01"}


def test_party_date_ahead() -> None:
    """A country whose entry into force lies ahead of the day of reading is not yet a party, and keeps the date."""
    found = batch("party_date_ahead.json").frame.row(2, named=True)
    assert (found["status"], found["entry_into_force"]) == ("deposited", "2031-12-24")


def test_never_joined() -> None:
    """A country without an entry, or with an empty one, is no party; a lone signature is a signature."""
    found = statuses("never_joined.json")
    assert [found["US", treaty] for treaty in ("cbd", "cartagena", "nagoya", "nagoya_kuala_lumpur")] == [
        "signatory",
        "not_party",
        "not_party",
        "not_party",
    ]


def test_european_union_and_unknown_code() -> None:
    """The European Union is left out, and an entry that is no country is refused whole."""
    found = batch("european_union_and_unknown_code.json")
    assert set(found.frame["country_code"]) == {"KE"}
    assert found.refused is not None
    assert found.refused.height == 1
    assert "QQQ" in found.refused["row"][0]


def test_codes_in_lower_case_or_three_letters() -> None:
    """Whichever of the codes ISO knows is taken, in any letter case."""
    assert set(batch("codes_in_lower_case_or_three_letters.json").frame["country_code"]) == {"KE", "NO"}


def test_treaty_gone() -> None:
    """A treaty that no country names any more stops the unit with its number."""
    with pytest.raises(SchemaDrift, match="no treaty 'XXVII8b'"):
        batch("treaty_gone.json")


def test_party_renamed() -> None:
    """A renamed field stops the unit with the name that is missing, instead of making everyone leave the treaty."""
    with pytest.raises(SchemaDrift, match="CBD treaty entry has no field 'party'"):
        batch("party_renamed.json")


def test_date_unreadable() -> None:
    """A date that is none is quarantined with its row."""
    _, refused = check(tables()["core.treaty_party"], batch("date_unreadable.json").frame, "cbd")
    assert refused["column_name"].to_list() == ["entry_into_force"]

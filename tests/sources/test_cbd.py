"""Parties to the CBD and its protocols: each trap of the API has an answer named for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from replies import lost, read, replies

from ness_pipeline.build.load import check
from ness_pipeline.contract.batch import Batch
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.errors import SchemaDrift, SourceUnavailable
from ness_pipeline.sources.cbd import SOURCES, TREATY_NUMBERS


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
    """A treaty that no country names any more is lost alone, with its number; nobody leaves it."""
    found = batch("treaty_gone.json")
    assert "nagoya" not in set(found.frame["treaty"])
    assert "no treaty 'XXVII8b'" in lost([found])["treaty nagoya"]
    assert [one.where for one in found.lost] == [{"treaty": "nagoya"}]


def test_party_renamed() -> None:
    """A renamed field costs the treaty, with the name that is missing, instead of making everyone leave it."""
    found = batch("party_renamed.json")
    assert "CBD treaty entry has no field 'party'" in lost([found])["treaty cbd"]
    assert "cbd" not in set(found.frame["treaty"])
    nobody = [entry("KE", **{key: {"entryIntoForce": "1993-12-29"} for key in TREATY_NUMBERS})]
    with pytest.raises(SchemaDrift, match="CBD treaty entry has no field 'party'"):
        treaties_of(nobody)


@pytest.mark.parametrize("answer", [[], [[]], [{}], {}, None], ids=str)
def test_an_empty_list_is_no_answer(answer: object) -> None:
    """Neither an empty list nor a list of nothing makes every country leave."""
    with pytest.raises((SourceUnavailable, SchemaDrift)):
        treaties_of(answer)


def treaties_of(answer: object) -> Batch:
    """The one batch of an answer."""
    (found,) = read(SOURCES[0], replies({"/api/v2013/countries": answer}))
    return found


def entry(code: str, **treaties: object) -> dict[str, object]:
    """An invented country of the list."""
    joined = {"party": "2018-06-03T00:00:00Z", "deposit": "2011-01-24", "signature": None, "instrument": "accession"}
    whole = {number: dict(joined) for number in TREATY_NUMBERS}
    return {"code": code.lower(), "code2": code, "code3": code, "name": {}, "treaties": whole | treaties}


def test_an_entry_that_cannot_be_read_costs_itself() -> None:
    """An entry without a field, a country without treaties and an entry that is none are named; all others are there."""
    without_party = {"deposit": "2012-01-01", "signature": None, "instrument": "accession"}
    without_instrument = {"party": "2014-10-12", "deposit": "2012-01-01", "signature": None}
    found = treaties_of(
        [
            entry("KE", XXVII8b=without_instrument, XXVII8c=without_party),
            entry("TZ"),
            entry("UG") | {"treaties": "none"},
            {"code": "rw", "code2": "RW"},
        ]
    )
    reasons = lost([found])
    assert list(reasons) == ["nagoya of KE", "nagoya_kuala_lumpur of KE", "treaties of UG", "treaties of RW"]
    assert "no field 'instrument'" in reasons["nagoya of KE"]
    assert "no field 'party'" in reasons["nagoya_kuala_lumpur of KE"]
    assert "no field 'treaties'" in reasons["treaties of RW"]
    assert found.lost[0].where == {"country_code": "KE", "treaty": "nagoya"}
    rows = found.frame.select("country_code", "treaty").rows()
    assert rows == [("KE", "cbd"), ("KE", "cartagena"), *[("TZ", treaty) for treaty in TREATY_NUMBERS.values()]]


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("instrument", ["accession"], """CBD treaty entry's 'instrument' is ["accession"] instead of a text"""),
        ("party", 20030911, "CBD treaty entry's 'party' is 20030911 instead of a text"),
        ("signature", True, "CBD treaty entry's 'signature' is true instead of a text"),
    ],
)
def test_a_value_of_another_kind_costs_its_entry(field: str, value: object, why: str) -> None:
    """The entry is lost alone, with the field and the publisher's value."""
    odd = {"party": "2018-06-03", "deposit": "2011-01-24", "signature": None, "instrument": "accession", field: value}
    found = treaties_of([entry("KE", XXVII8b=odd), entry("TZ"), entry("UG") | {"treaties": "none"}])
    reasons = lost([found])
    assert list(reasons) == ["nagoya of KE", "treaties of UG"]
    assert why in reasons["nagoya of KE"]
    assert "CBD country's treaties is a text ('none') instead of a record" in reasons["treaties of UG"]
    assert found.frame.height == 2 * len(TREATY_NUMBERS) - 1


def test_an_instrument_is_missing_where_there_is_none() -> None:
    """A country that deposited nothing has no instrument to name, and is a signatory all the same."""
    found = treaties_of([entry("US", XXVII8={"party": None, "deposit": None, "signature": "1993-06-04"}), entry("TZ")])
    assert found.lost == ()
    assert found.frame.row(0, named=True)["status"] == "signatory"


@pytest.mark.parametrize(
    ("cbd", "deposits", "expected"),
    [
        # Kenya deposited on 26 July 1994: the list of parties gives 24 October 1994, which is the 90th day after.
        (("1994-07-26", None), {}, {"cbd": "1994-10-24"}),
        # Before the Convention itself was in force nobody was bound by it (Article 36, 1).
        (("1993-05-01", None), {}, {"cbd": "1993-12-29"}),
        # Somalia: deposit on 11 September 2009, party from 10 December 2009.
        (("2009-09-11", None), {}, {"cbd": "2009-12-10"}),
        # A date that the publisher gives counts.
        (("2009-09-11", "2009-12-31"), {}, {"cbd": "2009-12-31"}),
        # A protocol binds nobody before the Convention does (Cartagena 37, 2; Nagoya 33, 2), nor before its own start.
        (("2015-06-01", None), {"XXVII8a": "2003-01-01", "XXVII8b": "2015-07-01"}, {"cbd": "2015-08-30", "cartagena": "2015-08-30", "nagoya": "2015-09-29"}),
        ((None, None), {"XXVII8b": "2015-07-01"}, {"nagoya": None}),
        # The supplementary protocol follows the Cartagena Protocol (18, 2).
        (("2000-01-01", None), {"XXVII8a": "2020-01-01", "XXVII8c": "2019-01-01"}, {"nagoya_kuala_lumpur": "2020-03-31"}),
        # Day 90 has not come yet on the day of the list, 1 October 2026.
        (("2000-01-01", None), {"XXVII8b": "2026-07-04"}, {"nagoya": "2026-10-02"}),
    ],
)  # fmt: skip
def test_a_treaty_binds_from_the_90th_day(
    cbd: tuple[str | None, str | None], deposits: dict[str, str], expected: dict[str, str | None]
) -> None:
    """Where the list names no day, the article of the treaty does."""

    def joined(deposit: str | None, party: str | None = None) -> dict[str, str | None]:
        return {"party": party, "deposit": deposit, "signature": None, "instrument": "accession"}

    entries = {number: joined(deposits.get(number)) for number in TREATY_NUMBERS} | {"XXVII8": joined(*cbd)}
    rows = {row["treaty"]: row for row in treaties_of([entry("KE", **entries)]).frame.to_dicts()}
    for treaty, day in expected.items():
        assert rows[treaty]["entry_into_force"] == day
        has_come = day is not None and day <= "2026-10-01"
        assert rows[treaty]["status"] == ("party" if has_come else "deposited")
        is_computed = day is not None and (treaty != "cbd" or cbd[1] is None)
        assert (rows[treaty]["note"] is not None) == is_computed


def test_the_list_with_an_entry_without_instrument(public_data: Path) -> None:
    """The body that once cost all countries: every country is there, and Namibia is bound by what it deposited in 2020."""
    body = public_data / "cases/bodies/cbd_entry_without_instrument.json"
    if not body.is_file():
        pytest.skip("this body is not among the public data")
    found = treaties_of(json.loads(body.read_text()))
    assert set(found.frame["country_code"]) == {"KE", "NA", "TZ", "US", "XK", "VA"}
    rows = {(row["country_code"], row["treaty"]): row for row in found.frame.to_dicts()}
    assert rows["NA", "nagoya_kuala_lumpur"]["entry_into_force"] == "2020-03-31"
    assert rows["US", "cbd"]["status"] == "signatory"
    assert len(rows) == 24


def test_date_unreadable() -> None:
    """A date that is none is quarantined with its row, and named."""
    found = batch("date_unreadable.json")
    assert found.refused is not None
    assert found.refused["column_name"].to_list() == ["entry_into_force"]
    assert [one.where.keys() for one in found.lost] == [{"country_code", "treaty"}]

"""UN SDG series: each trap of the API has an answer named for it."""

from __future__ import annotations

import json

import polars as pl
import pytest
from replies import PAYLOADS, lost, read, replies

from ness_pipeline.build.load import check
from ness_pipeline.contract.batch import Batch
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.errors import SchemaDrift, SourceUnavailable
from ness_pipeline.landing.units import Unit
from ness_pipeline.names.years import Years
from ness_pipeline.settings import Settings
from ness_pipeline.sources import Context
from ness_pipeline.sources.unsdg import SOURCES

SOURCE = SOURCES[0]
LIST, DATA = "/v1/sdg/Series/List", "/v1/sdg/Series/Data"


def frame(data: str, listed: str = "series_list_with_red_list_index_only.json", **options: str) -> pl.DataFrame:
    """Rows of the one listed series."""
    fetch = replies({LIST: f"unsdg/{listed}", DATA: f"unsdg/{data}"})
    return next(batch.frame for batch in read(SOURCE, fetch, **options) if batch.frame.height)


def whole(answers: dict[str, str], **options: str) -> list[Batch]:
    """The batches of the series that were given."""
    return [batch for batch in read(SOURCE, replies(answers), **options) if not batch.lost]


def reason(data: str) -> str:
    """Why the one listed series is lost while another one is given."""
    answers = {LIST: [series("ER_RSK_LST"), series("AG_LND_FRST")], DATA: f"unsdg/{data}"}
    answers[f"{DATA}?seriesCode=AG_LND_FRST"] = "unsdg/forest.json"
    return lost(read(SOURCE, replies(answers)))["series ER_RSK_LST"]


def series(code: str) -> dict[str, object]:
    """An entry of the list of series."""
    return {"code": code, "release": "2031.Q1.G.01", "description": "", "goal": [], "target": [], "indicator": []}


TWO_PAGES = {
    LIST: "unsdg/series_list_with_red_list_index_only.json",
    f"{DATA}?page=1": "unsdg/red_list_index_page_1_of_2.json",
    f"{DATA}?page=2": "unsdg/red_list_index_page_2_of_2.json",
}


def test_pages_bounds_notes_and_release() -> None:
    """All pages are read; a row carries bounds, footnotes, nature, unit and release; M49 padding does not matter."""
    (batch,) = whole(TWO_PAGES)
    assert batch.frame["country_code"].to_list() == ["KE", "AF", "MN", "MN"]
    assert batch.frame.row(0, named=True) == {
        "country_code": "KE",
        "series_code": "ER_RSK_LST",
        "year": 2020.0,
        "disaggregation": "total",
        "value": "0.71",
        "value_lower": "0.70",
        "value_upper": "0.73",
        "value_status": "observed",
        "unit": "INDEX",
        "nature": "E",
        "footnote": "First note.; Second note.",
        "publisher": "unsdg",
        "release": "2031.Q1.G.01",
    }


def test_rows_meet_the_contract() -> None:
    """The loader accepts every row as it is."""
    (batch,) = whole(TWO_PAGES)
    valid, refused = check(tables()["core.indicator_observation"], batch.frame, "unsdg")
    assert (valid.height, refused.height) == (4, 0)


def test_years_are_chosen_here() -> None:
    """Rows outside the years asked for are left out, for the server's own filter fails."""
    (batch,) = whole(TWO_PAGES, years="2000:2030")
    assert batch.frame["year"].to_list() == [2020.0] * 3


def test_values_as_text() -> None:
    """Text that stands for no value, or for one side of a bound, never becomes a plain number."""
    found = frame("values_as_text.json").select("value", "value_status").rows()
    assert found == [
        (None, "not_relevant"),
        (None, "missing"),
        (None, "missing"),
        (None, "missing"),
        (None, "missing"),
        ("5", "censored_below"),
        ("95", "censored_above"),
        ("0.5", "observed"),
        ("2", "censored_below"),
    ]


def test_an_unreadable_value_costs_its_row() -> None:
    """A value that is neither number nor known word is refused with its row, not turned into NULL, and named."""
    answers = {LIST: "unsdg/series_list_with_red_list_index_only.json", DATA: "unsdg/values_as_text.json"}
    batch = next(batch for batch in read(SOURCE, replies(answers)) if batch.frame.height)
    assert batch.refused is not None
    assert batch.refused["column_name"].to_list() == ["value"]
    assert "about 3" in batch.refused["reason"][0]
    assert [(one.what, dict(one.where)) for one in batch.lost] == [
        ("indicator_observation KE ER_RSK_LST 2020", {"country_code": ["KE"], "series_code": ["ER_RSK_LST"], "year": [2020], "disaggregation": ["total"]})
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"timePeriodStart": 2024000}, "series ER_RSK_LST is of the year 2024000"),
        ({"attributes": None}, "row of series ER_RSK_LST has no unit any more"),
        ({"attributes": {"Nature": "E"}}, "row of series ER_RSK_LST has no unit any more"),
    ],
)
def test_what_is_no_year_or_has_no_unit_costs_the_series(fields: dict[str, object], why: str) -> None:
    """Its rows would silently be none of the years asked for, or numbers of which nobody knows what they count."""
    assert why in lost(with_fields(**fields))["series ER_RSK_LST"]


def test_regions_are_no_countries() -> None:
    """The world and regions, listed among countries, are left out."""
    assert frame("regions_among_countries.json")["country_code"].to_list() == ["KE", "AU"]


def test_disaggregation_is_canonical() -> None:
    """Rows that differ by dimension can be told apart, and the total is recognised by any of its codes."""
    found = frame("several_rows_per_country_and_year.json")["disaggregation"].to_list()
    assert found == ["total", "Reporting Type=N", "Location=RURAL;Sex=FEMALE", "total", "total"]


def test_mountain_green_cover_over_all_belts_can_be_told_from_its_parts() -> None:
    """Ethiopia 2021: the land cover MGCI without a belt is the index itself, 95.1 %; other covers and belts are parts."""
    found = frame("mountain_green_cover_of_ethiopia.json", "series_list_with_mountain_green_cover_only.json")
    assert found.select("disaggregation", "value").rows() == [
        ("Land cover=MGCI", "95.1"),
        ("Bioclimatic belt=ALPINE;Land cover=MGCI", "99.6"),
        ("Land cover=GRASSLAND", "48.32"),
        ("Bioclimatic belt=MONTANE;Land cover=CROPLAND", "54.59"),
        ("Bioclimatic belt=NIVAL;Land cover=MGCI", None),
    ]


def test_former_series_code_is_read_as_todays() -> None:
    """A publisher or mirror that still uses the code from before 2021 fills the same series."""
    found = frame("series_under_former_code.json", "series_list_before_renaming.json")
    assert found["series_code"].to_list() == ["ER_RSK_LST"]


def test_row_of_another_series() -> None:
    """A filter that the server ignored is noticed by the rows' own series."""
    assert "series ER_RSK_LST says series 'SI_POV_DAY1'" in reason("row_of_another_series.json")


def test_renamed_field() -> None:
    """A renamed field stops the unit with the name that is missing."""
    assert "UN SDG row has no field 'value'" in reason("value_renamed.json")


def test_new_field_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """A new field harms nothing and is named once."""
    assert frame("field_added.json").height == 1
    assert [r.message for r in caplog.records if "confidentiality" in r.message] == [
        "The UN SDG row has a new field 'confidentiality', which is not read."
    ]


def test_missing_rows() -> None:
    """Fewer rows than announced stop the unit; a single one in a hundred is logged."""
    assert "gave 1 of 50 rows of ER_RSK_LST" in reason("fewer_rows_than_announced.json")


def test_one_missing_row_is_tolerated(caplog: pytest.LogCaptureFixture) -> None:
    """The publisher's count is known to be off by a little; that is said and does not stop the unit."""
    assert frame("one_row_fewer_than_announced.json", years="1900:2100").height == 99
    assert "announced 100 rows of ER_RSK_LST and gave 99" in caplog.text


def test_row_repeated_on_the_next_page() -> None:
    """A row that slid onto the next page is loaded once, and does not hide that another one is missing."""
    slid = TWO_PAGES | {f"{DATA}?page=2": "unsdg/row_repeated_on_the_next_page.json"}
    (batch,) = whole(slid)
    assert batch.frame.height == 4
    assert batch.frame.unique().height == 4


def test_release() -> None:
    """The release is the publisher's own name of it."""
    unit = Unit("unsdg", "world", Years(2000, 2020))
    assert SOURCE.release(unit, replies(TWO_PAGES)) == "2031.Q1.G.01"


def test_series_that_is_gone_is_said() -> None:
    """A series that the publisher no longer lists, or lists without a row, is named, and the others are loaded."""
    answers = {LIST: [series("ER_RSK_LST"), series("AG_LND_FRST")], DATA: page([])} | {
        f"{DATA}?page=1&seriesCode=ER_RSK_LST": TWO_PAGES[f"{DATA}?page=1"],
        f"{DATA}?page=2&seriesCode=ER_RSK_LST": TWO_PAGES[f"{DATA}?page=2"],
    }
    batches = read(SOURCE, replies(answers))
    reasons = lost(batches)
    assert sum(batch.frame.height for batch in batches) == 4
    assert "does not list the series ER_MRN_MPA" in reasons["series ER_MRN_MPA"]
    assert "an empty list is no answer" in reasons["series AG_LND_FRST"]
    assert "series ER_RSK_LST" not in reasons


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ({"code": "ER_RSK_LST"}, "UN SDG series has no field 'release' any more"),
        (series("ER_RSK_LST") | {"release": 2031}, "UN SDG series' 'release' is 2031 instead of a text"),
        ({"release": "2031.Q1.G.01"}, "does not list the series ER_RSK_LST any more"),
        ("ER_RSK_LST", "does not list the series ER_RSK_LST any more"),
    ],
)
def test_an_entry_of_the_list_that_is_odd_costs_its_series(entry: object, why: str) -> None:
    """The other series are read, and the release is theirs."""
    answers = replies({LIST: [entry, series("AG_LND_FRST")], DATA: "unsdg/forest.json"})
    batches = read(SOURCE, answers)
    assert why in lost(batches)["series ER_RSK_LST"]
    assert [batch.frame["series_code"][0] for batch in batches if batch.frame.height] == ["AG_LND_FRST"]
    assert SOURCE.release(Unit("unsdg", "world", Years(1990, 2030)), answers) == "2031.Q1.G.01"


def page(data: list[object], *, number: int = 1, pages: int = 1, total: int | None = None) -> dict[str, object]:
    """An invented page."""
    about = {"size": 1, "totalElements": len(data) if total is None else total, "totalPages": pages}
    return about | {"pageNumber": number, "attributes": [], "dimensions": [], "data": data}


@pytest.mark.parametrize("listed", [[], None, {}, [{}]], ids=str)
def test_an_empty_list_of_series_is_no_answer(listed: object) -> None:
    """Neither nothing nor something else is an answer to the question which series there are."""
    with pytest.raises((SourceUnavailable, SchemaDrift), match=r"no answer|instead of a list|no field 'code'"):
        read(SOURCE, replies({LIST: listed, DATA: page([])}))


def test_a_number_of_pages_that_grows_is_noticed() -> None:
    """A list that is longer on each page is left, for it would never end."""
    row = json.loads((PAYLOADS / "unsdg/red_list_index_page_1_of_2.json").read_text())["data"][0]
    pages = {
        f"{DATA}?page={number}": page([row | {"value": str(number)}], number=number, pages=number + 1, total=number + 1)
        for number in range(1, 9)
    }
    reasons = lost_of_all({LIST: [series("ER_RSK_LST")], **pages})
    assert any("had 2 rows on 2 pages and has 3 on 3" in why for why in reasons)


def lost_of_all(answers: dict[str, object]) -> list[str]:
    """Reasons of everything that is lost, also where nothing is given."""
    context = Context(Settings(_env_file=None), replies)
    unit = Unit("unsdg", "world", Years(1990, 2030))
    return list(lost(SOURCE.read(unit, replies(answers), context)).values())


def test_an_error_that_comes_as_an_answer_is_told_in_the_publishers_words() -> None:
    """An error under status 200 is no change of schema, and an empty answer is neither."""
    answers = {LIST: [series("ER_RSK_LST"), series("AG_LND_FRST"), series("ER_MRN_MPA")], DATA: "unsdg/forest.json"}
    answers[f"{DATA}?seriesCode=ER_RSK_LST"] = {"error": "The database is  being updated.", "status": 500}
    answers[f"{DATA}?seriesCode=ER_MRN_MPA"] = {"size": 1}
    batches = read(SOURCE, replies(answers))
    reasons = lost(batches)
    assert "error of the publisher (The database is being updated.)" in reasons["series ER_RSK_LST"]
    assert "has no field 'totalElements' any more" in reasons["series ER_MRN_MPA"]
    assert "does not list the series ER_PTD_TERR any more" in reasons["series ER_PTD_TERR"]
    kinds = {one.what: one.is_change for batch in batches for one in batch.lost}
    assert (kinds["series ER_RSK_LST"], kinds["series ER_MRN_MPA"]) == (False, True)


def with_fields(**fields: object) -> list[Batch]:
    """The batches of two series, of which a row of the first has other fields."""
    answers: dict[str, object] = {LIST: [series("ER_RSK_LST"), series("AG_LND_FRST")], DATA: "unsdg/forest.json"}
    row = json.loads((PAYLOADS / "unsdg/red_list_index_page_1_of_2.json").read_text())["data"][0]
    answers[f"{DATA}?seriesCode=ER_RSK_LST"] = page([row, row | fields])
    return read(SOURCE, replies(answers))


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("attributes", {"Units": ["PERCENT"]}, """row's attributes' 'Units' is ["PERCENT"] instead of a text"""),
        ("attributes", {"Units": "PERCENT", "Nature": 1}, "row's attributes' 'Nature' is 1 instead of a text"),
        ("attributes", "PERCENT", "row's attributes is a text ('PERCENT') instead of a record"),
        ("dimensions", {"Sex": {"code": "F"}}, """row's dimensions' 'Sex' is {"code": "F"} instead of a text"""),
        ("attributes", {"Units": "DOZENS"}, "series ER_RSK_LST is in 'DOZENS', which is not read as INDEX"),
        ("attributes", {"Units": "THOUSANDS"}, "series ER_RSK_LST is in 'THOUSANDS', which is not read as INDEX"),
        ("footnotes", [["A note"]], """row's 'footnotes' is ["A note"] instead of a text"""),
        ("footnotes", {"en": "A note"}, """row's 'footnotes' is {"en": "A note"} instead of a text"""),
        ("footnotes", True, "row's 'footnotes' is true instead of a text"),
        ("series", ["ER_RSK_LST"], """row's 'series' is ["ER_RSK_LST"] instead of a text"""),
        ("geoAreaCode", True, "geoAreaCode is true instead of a whole number"),
        ("geoAreaCode", 404.5, "geoAreaCode is 404.5 instead of a whole number"),
        ("timePeriodStart", True, "timePeriodStart is true instead of a number"),
    ],
)
def test_a_value_of_another_kind_costs_its_series(field: str, value: object, why: str) -> None:
    """The series is lost alone, with the field and the publisher's value."""
    batches = with_fields(**{field: value})
    assert why in lost(batches)["series ER_RSK_LST"]
    assert [batch.frame["series_code"][0] for batch in batches if batch.frame.height] == ["AG_LND_FRST"]


@pytest.mark.parametrize(
    ("value", "note"),
    [("A note as text", "A note as text"), (["One.", "", "Two."], "One.; Two."), (None, None), ([], None), ("", None)],
)
def test_a_note_as_text_is_one_note(value: object, note: str | None) -> None:
    """It is no list of letters."""
    frames = [batch.frame for batch in with_fields(footnotes=value) if not batch.lost]
    (found,) = [frame for frame in frames if frame.height and frame["series_code"][0] == "ER_RSK_LST"]
    assert found["footnote"].to_list()[1] == note

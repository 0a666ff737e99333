"""World Bank indicators: each trap of the API has an answer named for it."""

from __future__ import annotations

import pytest
from replies import lost, read, replies

from ness_pipeline.contract.batch import Batch
from ness_pipeline.errors import SchemaDrift, SourceUnavailable
from ness_pipeline.landing.request import Payload, Request
from ness_pipeline.landing.units import Unit
from ness_pipeline.names.published_series import WORLD_BANK
from ness_pipeline.names.years import Years
from ness_pipeline.sources.worldbank import SOURCES

SOURCE = SOURCES[0]
CODE = "ER.LND.PTLD.ZS"
AREAS = {"/v2/country": "worldbank/countries_and_aggregates.json"}
NOTHING = {f"/v2/country/all/indicator/{code}": "worldbank/no_data.json" for code in WORLD_BANK}
DATA = f"/v2/country/all/indicator/{CODE}"


def first(data: str, **more: str) -> Batch:
    """The batch of the first indicator; the others have no data."""
    batches = read(SOURCE, replies({**AREAS, **NOTHING, DATA: f"worldbank/{data}", **more}))
    assert len(batches) == len(WORLD_BANK)
    return batches[0]


def test_aggregates_are_no_countries() -> None:
    """World and regions are left out by the publisher's own list; Kosovo stays; a value that is null stays and says so."""
    batch = first("aggregates_among_countries.json")
    assert batch.frame.select("country_code", "year", "value", "value_status").rows() == [
        ("KE", "2020", 12.5, "observed"),
        ("KE", "2019", None, "missing"),
        ("XK", "2020", 11.0, "observed"),
    ]
    assert set(batch.frame["release"]) == {"2031-07-13"}
    assert set(batch.frame["unit"]) == {"PERCENT"}


def test_unknown_area_is_refused_whole() -> None:
    """An area that is neither aggregate nor country is kept aside with its row."""
    refused = first("aggregates_among_countries.json").refused
    assert refused is not None
    assert refused.height == 1
    assert '"id": "Q9"' in refused["row"][0]


def test_pages_with_numbers_as_text() -> None:
    """All pages are read, whether paging is written as numbers or as text."""
    batch = first("page_1_of_2_with_paging_as_text.json", **{f"{DATA}?page=2": "worldbank/page_2_of_2.json"})
    assert batch.frame["country_code"].to_list() == ["KE", "NO"]


def test_no_data() -> None:
    """No row of any indicator is no answer."""
    with pytest.raises(SourceUnavailable, match=r"knows ER.LND.PTLD.ZS and has no row .* \(11 things"):
        first("no_data.json")


def test_error_under_status_200() -> None:
    """An error that arrives as a success is an error."""
    with pytest.raises(SourceUnavailable, match=r"refused .*ER\.LND\.PTLD\.ZS \(175 The indicator was not found"):
        first("error_under_status_200.json")


def test_an_archived_indicator_costs_itself() -> None:
    """One indicator that is refused, or that cannot be read, is named with the publisher's words; the others are there."""
    answers = dict.fromkeys(NOTHING, "worldbank/aggregates_among_countries.json")
    codes = list(WORLD_BANK)
    for code, name in ((codes[0], "error_under_status_200"), (codes[2], "no_data"), (codes[3], "field_missing")):
        answers[f"/v2/country/all/indicator/{code}"] = f"worldbank/{name}.json"
    fetch = replies(AREAS | answers)
    batches = read(SOURCE, fetch)
    reasons = lost(batches)
    assert list(reasons) == [f"indicator {codes[0]}", f"indicator {codes[2]}", f"indicator {codes[3]}"]
    assert "It may have been deleted or archived" in reasons[f"indicator {codes[0]}"]
    assert "no indicator of the World Bank any more" in reasons[f"indicator {codes[0]}"]
    assert "an empty list is no answer" in reasons[f"indicator {codes[2]}"]
    assert "has no field 'countryiso3code'" in reasons[f"indicator {codes[3]}"]
    assert sum(batch.frame.height > 0 for batch in batches) == len(codes) - 3
    assert next(one.where for batch in batches for one in batch.lost) == {"series_code": codes[0]}
    assert SOURCE.release(Unit("worldbank", "world", Years(2000, 2020)), fetch) == "2031-07-13"


def test_a_list_that_changes_or_has_no_end_is_left() -> None:
    """Totals that differ between pages, a number of pages that grows, and one that no list has."""

    def head(page: int, pages: int, total: int) -> list[object]:
        about = {"page": page, "pages": pages, "per_page": 1, "total": total, "lastupdated": "2031-07-13"}
        row = {"indicator": {}, "country": {"id": "KE", "value": "Kenya"}, "countryiso3code": "KEN"}
        return [about, [row | {"date": str(2000 + page), "value": 1.0, "unit": ""}]]

    pages = {f"{DATA}?page={page}": head(page, page + 1, page + 1) for page in range(1, 10)}
    with pytest.raises(SourceUnavailable, match="had 2 rows on 2 pages and has 3 on 3"):
        read(SOURCE, replies(AREAS | NOTHING | pages))
    with pytest.raises(SourceUnavailable, match="has 900,000 pages, which no list has"):
        read(SOURCE, replies(AREAS | NOTHING | {DATA: head(1, 900_000, 900_000)}))


def test_quarter_instead_of_year() -> None:
    """A date that is no year costs its row, which is quarantined and named; the other rows are loaded."""
    batch = first("quarter_instead_of_year.json")
    assert batch.frame["year"].to_list() == ["2020"]
    assert batch.refused is not None
    assert "2020Q1" in batch.refused["reason"][0]
    assert ["2020Q1" in one.why for one in batch.lost] == [True]


def test_missing_field() -> None:
    """A field that is gone stops the unit with its name."""
    with pytest.raises(SchemaDrift, match="World Bank row has no field 'countryiso3code'"):
        first("field_missing.json")


def test_value_that_is_no_number() -> None:
    """A value that turned into words stops the unit, instead of becoming a missing value."""
    with pytest.raises(SchemaDrift, match="World Bank value is 'n/a' instead of a number"):
        first("value_that_is_no_number.json")


def indicators(**odd: object) -> list[Batch]:
    """The batches where the first indicator has an odd answer, or one row with odd fields, and all others are right."""
    row = {"indicator": {}, "country": {"id": "KE", "value": "Kenya"}, "countryiso3code": "KEN", "date": "2020"}
    head = {"page": 1, "pages": 1, "per_page": 1, "total": 1, "lastupdated": "2031-07-13"}
    whole = row | {"value": 1.5, "unit": ""}
    answers: dict[str, object] = {key: [head, [whole]] for key in NOTHING} | {
        DATA: odd.get("answer", [head, [whole | odd]])
    }
    return read(SOURCE, replies(AREAS | answers))


@pytest.mark.parametrize(
    ("odd", "why"),
    [
        ({"value": True}, "World Bank value is true instead of a number"),
        ({"value": "1_000"}, "World Bank value is '1_000' instead of a number"),
        ({"unit": "DOZENS"}, "is in 'DOZENS', which is not read as PERCENT; please report it"),
        ({"unit": ["PERCENT"]}, """World Bank row's 'unit' is ["PERCENT"] instead of a text"""),
        ({"country": {"id": ["KE"], "value": "Kenya"}}, """country's 'id' is ["KE"] instead of a text"""),
        ({"countryiso3code": 404}, "'countryiso3code' is 404 instead of a text"),
        ({"answer": {"message": "No such"}}, "World Bank answer is an error of the publisher (No such)"),
        ({"answer": [{"message": "No such"}]}, f"worldbank refused {DATA} (No such)"),
        ({"answer": [{"page": True, "pages": 1, "total": 1, "lastupdated": "2031"}, []]}, "page is true instead of a whole"),
    ],
)  # fmt: skip
def test_a_value_of_another_kind_costs_its_indicator(odd: dict[str, object], why: str) -> None:
    """It is named with its field; `true` is no number, and a text is no list."""
    batches = indicators(**odd)
    reasons = lost(batches)
    assert list(reasons) == [f"indicator {CODE}"]
    assert why in reasons[f"indicator {CODE}"]
    assert sum(batch.frame.height for batch in batches) == len(WORLD_BANK) - 1


def test_missing_rows() -> None:
    """Pages that do not add up to the announced total stop the unit."""
    with pytest.raises(SourceUnavailable, match="gave 1 of 9 rows"):
        first("rows_missing.json")


def test_without_aggregates_nothing_is_loaded() -> None:
    """If aggregates can no longer be recognised, they must not enter as countries."""
    with pytest.raises(SourceUnavailable, match="lists no aggregates"):
        first("no_data.json", **{"/v2/country": "worldbank/countries_without_aggregates.json"})


def test_requests_name_format_and_span() -> None:
    """Every request asks for JSON in large pages, and for the years of the unit."""
    asked: list[Request] = []
    answer = replies({**AREAS, **NOTHING})

    def fetch(request: Request) -> Payload:
        asked.append(request)
        return answer(request)

    with pytest.raises(SourceUnavailable):
        read(SOURCE, fetch, years="2000:2025")
    assert all(("format", "json") in request.params for request in asked)
    assert all(("date", "2000:2025") in request.params for request in asked[1:])
    assert len(asked) == 1 + len(WORLD_BANK)


def test_release() -> None:
    """The release is the date of the publisher's last update."""
    fetch = replies({DATA: "worldbank/aggregates_among_countries.json"})
    assert SOURCE.release(Unit("worldbank", "world", Years(2000, 2020)), fetch) == "2031-07-13"

"""Publications that use open data: each trap of GBIF's literature list has an answer named for it."""

from __future__ import annotations

import pytest
from replies import read, replies

from ness_pipeline.build.load import check
from ness_pipeline.contract.batch import Batch
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.errors import SchemaDrift, SourceUnavailable, WrongUsage
from ness_pipeline.sources.apis.pygbif_adapter import literature_search
from ness_pipeline.sources.gbif_literature import SOURCES

ABOUT, BY = "/v1/literature/search?countriesOfCoverage=KE", "/v1/literature/search?countriesOfResearcher=KE"


def batch(
    about: str = "about_the_country.json", by: str = "by_its_researchers.json", years: str = "2018:2040"
) -> Batch:
    """The one batch."""
    answers = {f"{ABOUT}&relevance=GBIF_USED&limit=0": f"gbif_literature/{about}", f"{BY}&relevance=GBIF_USED&limit=0": f"gbif_literature/{by}"}  # fmt: skip
    (found,) = read(SOURCES[0], replies(answers), "KE", years)
    return found


def by_year(found: Batch, series: str) -> dict[int, int]:
    """Year to value of one series."""
    return {row["year"]: row["value"] for row in found.frame.to_dicts() if row["series_code"] == series}


def test_a_year_without_publications_is_a_zero() -> None:
    """Every year asked for has a value until the year of reading (2026 here), zero where the list has none."""
    found = by_year(batch(), "GBIF_LIT_COVERAGE")
    assert list(found) == list(range(2018, 2027))
    assert [found[year] for year in (2018, 2019, 2020, 2021, 2025, 2026)] == [0, 4, 0, 3, 0, 1]
    assert by_year(batch(), "GBIF_LIT_RESEARCHER")[2021] == 2


def test_years_begin_with_gbif() -> None:
    """Before GBIF was founded there is no zero, there is nothing."""
    assert min(by_year(batch(years="1990:2010"), "GBIF_LIT_COVERAGE")) == 2001


def test_a_country_without_any_publication() -> None:
    """An empty list has no facets and gives zeros."""
    assert set(by_year(batch("none.json", "none.json"), "GBIF_LIT_COVERAGE").values()) == {0}


@pytest.mark.parametrize("name", ["filter_ignored.json", "relevance_ignored.json"])
def test_an_ignored_filter_is_noticed(name: str) -> None:
    """An answer that holds more than was asked for stops the unit: GBIF ignores what it does not know."""
    with pytest.raises(SourceUnavailable, match="ignored the filter"):
        batch(name)


def test_facet_gone() -> None:
    """A facet that is not answered is named."""
    with pytest.raises(SchemaDrift, match="did not answer the facet 'year'"):
        batch("facet_gone.json")


def test_rows_meet_the_contract() -> None:
    """All rows load and name the day of reading."""
    valid, refused = check(tables()["core.indicator_observation"], batch().frame, "gbif_literature")
    assert refused.height == 0
    assert set(valid["release"]) == {"2026-10-01"}


@pytest.mark.parametrize("wrong", [{"countryOfCoverage": "KE"}, {"facet": ["yaer"]}])
def test_unknown_names_are_never_sent(wrong: dict[str, object]) -> None:
    """A misspelt parameter or facet is refused before it is sent, because GBIF would answer the unfiltered list."""
    with pytest.raises(WrongUsage, match="GBIF's literature search"):
        literature_search(replies({}), **wrong)

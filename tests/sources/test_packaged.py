"""Sources that come with the package: ISO countries and seeds."""

from __future__ import annotations

import csv
import importlib.resources
from pathlib import Path

import pytest
from replies import read, replies

from ness_pipeline.build.load import check
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.sources import sources
from ness_pipeline.sources.iso import LANDLOCKED


def test_every_country_meets_the_contract() -> None:
    """All countries and territories load, Kosovo among them, each once."""
    (batch,) = read(sources()["iso_countries"], replies({}))
    valid, refused = check(tables()["core.country"], batch.frame, "iso_countries")
    assert refused.height == 0
    assert valid["country_code"].n_unique() == valid.height >= 249
    assert {"XK", "GB", "GR", "NA"} <= set(valid["country_code"])


def test_landlocked() -> None:
    """Countries with and without a sea are told apart."""
    (batch,) = read(sources()["iso_countries"], replies({}))
    found = dict(batch.frame.select("country_code", "is_landlocked").iter_rows())
    assert len(LANDLOCKED) == sum(found.values()) == 45
    assert [found[code] for code in ("MN", "XK", "CH", "KE", "NO", "SG")] == [True, True, True, False, False, False]


@pytest.mark.data
def test_landlocked_agrees_with_the_un_list(public_data: Path) -> None:
    """Every Landlocked Developing Country of the UN's own table is landlocked here."""
    with (public_data / "data/country/country-codes.csv").open(encoding="utf-8") as lines:
        flagged = {
            row["ISO3166-1-Alpha-2"]
            for row in csv.DictReader(lines)
            if row["Land Locked Developing Countries (LLDC)"] == "x"
        }
    assert len(flagged) == 32
    assert flagged <= LANDLOCKED


def test_members_and_observers_of_the_united_nations() -> None:
    """193 members, which are those of country-converter's own list, and two observer states; no other area is either."""
    (batch,) = read(sources()["iso_countries"], replies({}))
    found = dict(batch.frame.select("country_code", "un_membership").iter_rows())
    with (importlib.resources.files("country_converter") / "country_data.tsv").open(encoding="utf-8") as lines:
        listed = {
            row["ISO3"] for row in csv.DictReader(lines, delimiter="\t") if row["UNmember"] and not row["obsolete"]
        }
    codes = dict(batch.frame.select("country_code", "iso3_code").iter_rows())
    members = {codes[code] for code, membership in found.items() if membership == "member"}
    assert (len(members), members) == (193, listed)
    assert {code for code, membership in found.items() if membership == "observer"} == {"PS", "VA"}
    assert [found[code] for code in ("TW", "XK", "CK", "GL", "AQ")] == [None] * 5


def test_every_seed_meets_its_contract() -> None:
    """Each seed file is a table of the contracts, and all of its rows load."""
    batches = read(sources()["seeds"], replies({}))
    assert batches
    for batch in batches:
        _, refused = check(tables()[f"core.{batch.table}"], batch.frame, "seeds")
        assert refused.rows() == [], batch.table


def test_every_source_says_what_it_is() -> None:
    """Name, tables, citations with their licences and cadence are there, and what a source needs exists."""
    for name, source in sources().items():
        assert source.name == name
        assert source.citations
        assert all(citation and licence for citation, licence in source.citations)
        assert source.cadence_days > 0
        assert set(source.needs) <= set(sources())
        assert all(f"core.{table}" in tables() for table in source.tables)

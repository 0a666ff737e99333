"""Sources that come with the package: ISO countries and seeds."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
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
    """193 members and two observer states; territories and states outside the United Nations are neither."""
    (batch,) = read(sources()["iso_countries"], replies({}))
    found = dict(batch.frame.select("country_code", "un_membership").iter_rows())
    assert sum(membership == "member" for membership in found.values()) == 193
    assert {code for code, membership in found.items() if membership == "observer"} == {"PS", "VA"}
    assert [found[code] for code in ("TW", "XK", "CK", "GL", "AQ")] == [None] * 5


@pytest.mark.data
def test_members_agree_with_the_regional_groups_of_the_un(public_data: Path) -> None:
    """The members are the states in the UN's regional groups, in which Israel, Kiribati and the US may not be listed."""
    (batch,) = read(sources()["iso_countries"], replies({}))
    members = set(batch.frame.filter(pl.col("un_membership") == "member").get_column("iso3_code"))
    with (public_data / "data/country/groups/un-regional-groups.csv").open(encoding="utf-8") as lines:
        grouped = {row["Code"] for row in csv.DictReader(lines)}
    assert members - grouped <= {"ISR", "KIR", "USA"}
    assert grouped - members == set()


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

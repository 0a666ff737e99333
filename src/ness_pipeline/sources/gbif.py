"""GBIF without a key: which species a country has, how many records by year, their groups and Red List categories.

No record is ever paged. `gbif_facets` answers "how many records by species" exactly for any filter, and a country is a
plan of such questions: each year, each reporting group, each Red List category, the introduced ones, and the world's
records of its assessed species; about 70 requests for a typical country and 25 years. The names of the groups are about
60 more, asked again after 90 days.

Traps, each with a test:

- unknown parameters are ignored with 200: names are checked before sending, and the country's profile must show only
  what the filters let through and less than the world has;
- keys mean different taxa per checklist, so it is always sent and stored, and keys stay text;
- facets give keys and no names, so `scientific_name` is NULL;
- establishment means have been spelled in several ways; the words that the country's records use are sent back;
- a subspecies may carry another category than its species: the category of most records counts;
- a higher taxon asked for by its one-word name comes back as HIGHERRANK although it is the one meant, so name, rank and
  kingdom decide, and not the kind of match.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import polars as pl

from ness_pipeline.contract.batch import Batch, Lost
from ness_pipeline.errors import SourceUnavailable
from ness_pipeline.landing.request import Fetch
from ness_pipeline.landing.units import Unit
from ness_pipeline.names.taxon_groups import GROUP_TAXA, RESIDUAL_GROUPS, Taxon, is_needed, kingdom_of
from ness_pipeline.names.years import Years
from ness_pipeline.sources import Context
from ness_pipeline.sources.apis.gbif_facets import FACET_LIMIT, OCCURRENCE_FILTERS, TOLERATED_DRIFT, Search
from ness_pipeline.sources.apis.pygbif_adapter import name_match
from ness_pipeline.sources.fields import given, record

ASSESSED = ("EX", "EW", "CR", "EN", "VU", "NT", "LC", "DD")
"""Categories that are an assessment, the most severe first; RE is no global one."""

INTRODUCED_MEANS = frozenset({"introduced", "introducedassistedcolonisation", "naturalised", "invasive", "managed"})
"""Words for introduced and managed, today's vocabulary and the one before, in lower case without underscores."""

CITATION = "GBIF.org, GBIF occurrence index through the occurrence search API. https://www.gbif.org"


class GbifTaxonomy:
    """One row per higher taxon that makes up a reporting group, with its key in the checklist in use."""

    name = "gbif_taxonomy"
    scope: Literal["world"] = "world"
    tables = ("taxon_group_key",)
    needs: tuple[str, ...] = ()
    cadence_days = 90
    citations = (
        ("GBIF.org, species matching API, in the checklist named in each row. https://www.gbif.org", "CC-BY-4.0"),
    )
    is_local = False
    is_redistributable = True
    requires: tuple[str, ...] = ()

    def read(self, unit: Unit, fetch: Fetch, context: Context) -> Iterator[Batch]:  # noqa: ARG002 - one world, no years
        """One batch with all groups; a group that the checklist does not have is noted as lost."""
        checklist = context.settings.gbif_checklist
        keys_by_group, lost = group_keys(fetch, checklist)
        rows = [
            {
                "taxon_group": group,
                "scientific_name": taxon.scientific_name,
                "taxon_rank": taxon.taxon_rank,
                "is_residual": group in RESIDUAL_GROUPS,
                "checklist_key": checklist,
                "taxon_key": key,
            }
            for group, keys in keys_by_group.items()
            for key, taxon in keys.items()
        ]
        yield Batch("taxon_group_key", pl.DataFrame(rows), lost=lost)

    def release(self, unit: Unit, fetch: Fetch) -> str | None:  # noqa: ARG002 - matching names no release
        """None: name matching does not name the release of the checklist that it uses."""
        return None


def group_keys(fetch: Fetch, checklist: str) -> tuple[dict[str, dict[str, Taxon]], tuple[Lost, ...]]:
    """Reporting group to the keys of its taxa, and the groups that the checklist does not have.

    Names that the checklist does not use are left out. What remains of a kingdom is lost with any group of the kingdom:
    the species of the lost group would count in it.
    """
    keys_by_group: dict[str, dict[str, Taxon]] = {}
    lost: dict[str, Lost] = {}
    for group in sorted(GROUP_TAXA, key=RESIDUAL_GROUPS.__contains__):
        where = {"taxon_group": group}
        found = given(f"group {group}", where, partial(_keys, fetch, group, checklist))
        missing = [one for one in lost if kingdom_of(one) == kingdom_of(group)]
        if not isinstance(found, Lost) and group in RESIDUAL_GROUPS and missing:
            why = f"What remains of a kingdom cannot be told while its group {missing[0]} is not found."
            found = Lost(f"group {group}", why, where)
        if isinstance(found, Lost):
            lost[group] = found
        else:
            keys_by_group[group] = found
    return keys_by_group, tuple(lost.values())


def _keys(fetch: Fetch, group: str, checklist: str) -> dict[str, Taxon]:
    """Keys of the taxa of a group.

    Raises:
        SourceUnavailable: the checklist has no name of the group.
    """
    keys: dict[str, Taxon] = {}
    for taxon in GROUP_TAXA[group]:
        if not is_needed(taxon, keys.values()):
            continue
        if (key := _key(fetch, taxon, checklist)) is not None:
            keys.setdefault(key, taxon)
    if not keys:
        names = ", ".join(taxon.scientific_name for taxon in GROUP_TAXA[group][:5])
        raise SourceUnavailable(
            f"The checklist {checklist} knows no taxon of the group {group} ({names}), it may have been renamed or merged; "
            "add its present name to GROUP_TAXA."
        )
    return keys


def _key(fetch: Fetch, taxon: Taxon, checklist: str) -> str | None:
    """Key of a taxon in the checklist, of the accepted one when the name is a synonym; None when it is not the one meant."""
    answer = name_match(fetch, taxon.scientific_name, taxon.taxon_rank, checklist, taxon.kingdom)
    diagnostics = record(answer, "GBIF name match", ("diagnostics",), None)["diagnostics"]
    kind = record(diagnostics, "GBIF name match's diagnostics", ("matchType",), None)["matchType"]
    if kind not in {"EXACT", "HIGHERRANK"}:
        return None
    usage = record(answer.get("usage"), "GBIF name usage", ("key", "name", "rank"), None)
    is_named = taxon.scientific_name.lower() == str(usage.get("canonicalName") or usage["name"]).lower()
    kingdoms = {ancestor["name"] for ancestor in answer.get("classification", []) if ancestor.get("rank") == "KINGDOM"}
    if not is_named or usage["rank"] != taxon.taxon_rank or kingdoms - {taxon.kingdom}:
        return None
    accepted = answer.get("acceptedUsage", usage)
    return str(accepted["key"]) if accepted["rank"] == taxon.taxon_rank else None


class GbifCountry:
    """Records of one country by species and year, and its species with group, category and share of the world's records."""

    name = "gbif_country"
    scope: Literal["country"] = "country"
    tables = ("occurrence_cube", "country_species", "dataset_count")
    needs = ("gbif_taxonomy",)
    cadence_days = 30
    citations = ((CITATION, "CC0-1.0 AND CC-BY-4.0 AND CC-BY-NC-4.0"),)
    is_local = False
    is_redistributable = True
    requires: tuple[str, ...] = ()

    def read(self, unit: Unit, fetch: Fetch, context: Context) -> Iterator[Batch]:
        """The cube of the country, then its species, then the data sets that the records come from.

        A group that GBIF's taxonomy did not give is lost: its species have no group here, and keep the one of earlier rows.

        Raises:
            SourceUnavailable: GBIF ignored a filter, or its index moved by more than 1 % while it was read.
        """
        checklist = context.settings.gbif_checklist
        keys, lost = group_keys(context.world("gbif_taxonomy"), checklist)
        plan = _CountryPlan(Search(fetch, checklist), unit.key, unit.years)
        profile = plan.profile()
        by_year = {year: plan.species(Years(year, year)) for year in profile.years}
        totals = sum(by_year.values(), Counter[str]())
        cube = [
            (unit.key, year, key, number, checklist)
            for year, counts in by_year.items()
            for key, number in counts.items()
        ]
        names = ("country_code", "year", "species_key", "occurrences", "checklist_key")
        yield Batch("occurrence_cube", pl.DataFrame(cube, schema=dict(zip(names, _TYPES, strict=True)), orient="row"))

        groups = plan.groups(keys, totals)
        categories = plan.categories() if totals else {}
        introduced = plan.species(establishmentMeans=profile.introduced) if profile.introduced else Counter[str]()
        world = plan.world_records({key: totals[key] for key in categories.keys() & totals.keys()})
        rows = [
            {
                "country_code": unit.key,
                "species_key": key,
                "checklist_key": checklist,
                "taxon_group": groups.get(key),
                "red_list_category": categories.get(key),
                "occurrences": number,
                "introduced_occurrences": min(introduced[key], number),
                "global_occurrences": world.get(key),
                "range_share": number / world[key] if key in world else None,
                "share_method": "occurrences" if key in world else None,
            }
            for key, number in totals.items()
        ]
        yield Batch("country_species", pl.DataFrame(rows, schema=_SPECIES_TYPES, orient="row"), lost=lost)
        datasets = plan.search.datasets(unit.years, country=unit.key) if profile.years else Counter[str]()
        counted = [(unit.key, key, number) for key, number in datasets.items()]
        yield Batch("dataset_count", pl.DataFrame(counted, schema=_DATASET_TYPES, orient="row"))

    def release(self, unit: Unit, fetch: Fetch) -> str | None:  # noqa: ARG002 - the index has no release
        """None: the index changes all the time; the time of reading is recorded."""
        return None


_TYPES = (pl.String, pl.Int64, pl.String, pl.Int64, pl.String)
_SPECIES_TYPES: dict[str, Any] = {
    "country_code": pl.String,
    "species_key": pl.String,
    "checklist_key": pl.String,
    "taxon_group": pl.String,
    "red_list_category": pl.String,
    "occurrences": pl.Int64,
    "introduced_occurrences": pl.Int64,
    "global_occurrences": pl.Int64,
    "range_share": pl.Float64,
    "share_method": pl.String,
}


_DATASET_TYPES = {"country_code": pl.String, "dataset_key": pl.String, "occurrences": pl.Int64}


@dataclass(frozen=True)
class _Profile:
    """Years with records of a country, and its terms for introduced."""

    years: list[int]
    introduced: list[str]


@dataclass(frozen=True)
class _CountryPlan:
    """Requests about one country."""

    search: Search
    country: str
    years: Years

    def species(self, years: Years | None = None, **filters: Any) -> Counter[str]:
        """Records by species under further filters."""
        return self.search.species(years or self.years, country=self.country, **filters)

    def profile(self) -> _Profile:
        """Years and establishment means of the country's records, after proving that every filter was applied.

        Raises:
            SourceUnavailable: a filter was ignored.
        """
        facets = ("country", "year", "basisOfRecord", "establishmentMeans")
        answer = self.search.ask(*facets, years=self.years, country=self.country)
        whole, world = self.search.count_unfiltered(self.country), self.search.ask(years=self.years).count
        terms = answer.facets
        basis = set(OCCURRENCE_FILTERS["basisOfRecord"])
        is_narrowed = answer.count <= whole and (answer.count < world or not world)
        is_country = terms["country"].keys() <= {self.country} and terms["basisOfRecord"].keys() <= basis
        years = sorted(int(year) for year in terms["year"])
        if not (is_narrowed and is_country and all(self.years.first <= year <= self.years.last for year in years)):
            raise SourceUnavailable(
                f"gbif ignored a filter for {self.country} ({answer.count} of {whole} records there and {world} in the world); "
                "its parameters may have changed, please report it."
            )
        words = terms["establishmentMeans"]
        return _Profile(years, sorted(word for word in words if word.replace("_", "").lower() in INTRODUCED_MEANS))

    def groups(self, keys: dict[str, dict[str, Taxon]], totals: Counter[str]) -> dict[str, str]:
        """Species to reporting group; species outside all groups are left out.

        Args:
            keys: group to keys of its taxa.
            totals: records by species, from the requests by year.

        Raises:
            SourceUnavailable: groups and years contradict each other by more than 1 %.
        """
        group_by_species: dict[str, str] = {}
        moved = compared = 0
        for group in sorted(keys, key=RESIDUAL_GROUPS.__contains__):
            taxa = list(keys[group])
            ungrouped = totals.keys() - group_by_species.keys()
            if not ungrouped:
                break
            if group in RESIDUAL_GROUPS and len(totals) >= FACET_LIMIT:
                # A kingdom may be larger than one answer; its remaining species are not.
                counts = self.search.of_species(ungrouped, self.years, country=self.country, taxonKey=taxa)
            else:
                counts = self.species(taxonKey=taxa)
            moved += sum(abs(number - totals[key]) for key, number in counts.items())
            compared += counts.total()
            group_by_species |= dict.fromkeys(counts.keys() & ungrouped, group)
        _assert_steady(moved, compared, self.country)
        return group_by_species

    def categories(self) -> dict[str, str]:
        """Species to Red List category: the one that most of its records carry, the more severe one of two equals."""
        best: dict[str, tuple[int, str]] = {}
        for category in ASSESSED:
            for key, number in self.species(iucnRedListCategory=category).items():
                if number > best.get(key, (0, ""))[0]:
                    best[key] = number, category
        return {key: category for key, (_, category) in best.items()}

    def world_records(self, here: dict[str, int]) -> dict[str, int]:
        """Records of species worldwide, never fewer than here.

        Raises:
            SourceUnavailable: the world has more than 1 % fewer records than the country.
        """
        world = self.search.of_species(here, self.years)
        _assert_steady(
            sum(max(0, number - world[key]) for key, number in here.items()), sum(here.values()), self.country
        )
        return {key: max(number, world[key]) for key, number in here.items()}


def _assert_steady(moved: int, compared: int, country: str) -> None:
    if moved > TOLERATED_DRIFT * compared:
        raise SourceUnavailable(
            f"gbif's records of {country} moved while being read ({moved} of {compared}); run again."
        )


SOURCES = (GbifTaxonomy(), GbifCountry())

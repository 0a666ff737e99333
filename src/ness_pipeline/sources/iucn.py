"""The IUCN Red List: assessments through time, where species live, and what threatens them.

A country is its list of assessments, then for each species on it all assessments of that species and the details of the
latest. Both are the same for every country, so one country asks for all as long as the Red List version stays. A
typical country takes hours, at the pace that the publisher asks for, and goes on where it stopped.

Traps, each with a test:

- the list holds history and regional scopes: one species has a latest assessment per scope, or none at all. Species
  count by their latest global assessment; without one they have left the Red List, and with them their history;
- an older assessment may list other countries, so the history is read by species and never from a country's list;
- summaries of 2024 have no category, those of 2025 have; where it is missing the details are asked for;
- categories before 2001 have codes of their own, told apart by letter case only;
- drafts stand among the assessments, marked as the latest, with a year of publication that is null or still to come. They
  are left out and counted; where a draft alone is marked, the newest that is published stays the latest;
- a year may have two assessments of a species, the amended one beside the former: the latest counts, then the newer;
- subspecies, varieties and subpopulations stand among the species and are left out, as IUCN's own statistics do;
- locations mix countries with provinces and disputed land; only countries of ISO 3166 count;
- specialist groups are named with personal e-mail addresses, which are taken out before anything lands;
- a page past the end is an empty success; a country that the Red List does not know answers 404 and has no species;
- an assessment on a list may be gone when it is asked for: its species stays, with the details of the list;
- the Red List has a taxonomy of its own: a species takes the key of the checklist in use where GBIF's name matching knows
  it beyond doubt, so that it counts once beside GBIF's records, and keeps its number as `iucn:<number>` where not. Of
  several that the checklist holds for one species, the one that bears its accepted name takes the key.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Literal

import polars as pl

from ness_pipeline.contract.batch import Batch, Lost
from ness_pipeline.contract.refused import filtered_out, refused_rows
from ness_pipeline.errors import PublisherAway, SchemaDrift
from ness_pipeline.landing.request import Fetch, Payload, Request
from ness_pipeline.landing.units import Unit
from ness_pipeline.names.countries import countries
from ness_pipeline.names.ranges import NATIVE, rank_in_range
from ness_pipeline.names.red_list_words import CATEGORY_OF_CODE, CHECKLIST, own_key, vocabulary_word
from ness_pipeline.names.taxon_groups import group_of, index_set_of
from ness_pipeline.schemas.base import LATEST_YEAR
from ness_pipeline.sources import Context
from ness_pipeline.sources.apis.iucn_api import RedList, category_code, taxon_of
from ness_pipeline.sources.apis.species_match import Match, match_species
from ness_pipeline.sources.fields import given, record, rows, text, texts, yes_or_no

TOLERATED_LOST = 0.05
"""Share of a country's species that may be lost one by one; where it is more, the answers have changed."""


class IucnRedList:
    """Assessments of a country's species through time, their place in the country, and their threats."""

    name = "iucn"
    scope: Literal["country"] = "country"
    tables = ("assessment", "country_species", "threat")
    needs: tuple[str, ...] = ()
    cadence_days = 90
    citations = (
        (
            "IUCN, The IUCN Red List of Threatened Species, version {release}. https://www.iucnredlist.org",
            "LicenseRef-IUCN-Red-List-terms-of-use",
        ),
    )
    is_local = False
    is_redistributable = False
    requires: tuple[str, ...] = ("iucn_token",)

    def read(self, unit: Unit, fetch: Fetch, context: Context) -> Iterator[Batch]:
        """One batch per table; a species of which the answers cannot be read is noted as lost.

        Raises:
            SourceUnavailable: the token is refused, pages are missing, or the Red List fails at many species.
            SchemaDrift: a field is missing, from the list or from more than `TOLERATED_LOST` of the species.
        """
        asked: list[str] = []

        def noting(request: Request) -> Payload:
            asked.append(request.key)
            return fetch(request)

        red_list = RedList(noting)
        country_rows = _CountryRows(red_list, unit.key)
        summaries_of: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
        for summary in red_list.listed(unit.key):
            summaries_of[summary["sis_taxon_id"]].append(summary)
        for taxon_id, summaries in sorted(summaries_of.items()):
            if any(summary["latest"] for summary in summaries):
                asked.clear()
                name = summaries[0].get("taxon_scientific_name")
                found = given(f"species {name or taxon_id}", {}, partial(country_rows.add, taxon_id, summaries))
                if isinstance(found, Lost):
                    country_rows.lose(taxon_id, name, replace(found, asked=tuple(asked)))
        if len(country_rows.lost) > max(1, TOLERATED_LOST * len(summaries_of)):
            is_passing = any(one.is_passing for _, one, _ in country_rows.lost)
            raise (PublisherAway if is_passing else SchemaDrift)(
                f"{country_rows.lost[0][1].why} ({len(country_rows.lost)} of {len(summaries_of)} species)"
            )
        country_rows.identify(fetch, context.settings.gbif_checklist)
        yield from country_rows.batches()

    def release(self, unit: Unit, fetch: Fetch) -> str | None:  # noqa: ARG002 - one version for all countries
        """The Red List version, such as `2025-1`."""
        return RedList(fetch).version


@dataclass
class _CountryRows:
    """The rows of one country, gathered species by species."""

    red_list: RedList
    country: str
    assessments: list[dict[str, Any]] = field(default_factory=list)
    species: list[dict[str, Any]] = field(default_factory=list)
    threats: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, str]] = field(default_factory=list)
    names: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    drafts: int = 0
    lost: list[tuple[str | None, Lost, str]] = field(default_factory=list)

    def lose(self, taxon_id: int, name: str | None, lost: Lost) -> None:
        """Take back what was read of a taxon, because the rest of it cannot be read.

        Args:
            taxon_id: its number.
            name: its scientific name, where the country's list gives it.
            lost: why.
        """
        key = own_key(taxon_id)
        for rows_of_table in (self.assessments, self.species, self.threats):
            rows_of_table[:] = [row for row in rows_of_table if row["species_key"] != key]
        self.names.pop(key, None)
        self.lost.append((name, lost, key))

    def _lost_of(self, table: str) -> tuple[Lost, ...]:
        """What was lost, by what its earlier rows are known in a table; a threat has no name of its species."""
        return tuple(
            replace(lost, where={"scientific_name": name} if name and table != "threat" else {"species_key": key})
            for name, lost, key in self.lost
        )

    def identify(self, fetch: Fetch, checklist: str) -> None:
        """Give species the keys of the checklist in use, where it has them; one GBIF request per species and version.

        Raises:
            SourceUnavailable: GBIF gives no usable answer.
        """
        best: dict[str, tuple[bool, int, str]] = {}
        for species_key, (name, kingdom) in self.names.items():
            match = match_species(fetch, name, kingdom, checklist, self.red_list.version)
            if match is not None:
                best[match.key] = min(_claim(match, species_key), best.get(match.key, _claim(match, species_key)))
        keys = {species_key: key for key, (_, _, species_key) in best.items()}
        for row in (*self.assessments, *self.species, *self.threats):
            if (key := keys.get(row["species_key"])) is not None:
                row["species_key"] = key
                if "checklist_key" in row:
                    row["checklist_key"] = checklist

    def batches(self) -> Iterator[Batch]:
        """One batch per table; refused rows go with the assessments."""
        texts = dict.fromkeys(("species_key", "scientific_name", "taxon_group"), pl.String)
        assessments = {
            **texts,
            "index_set": pl.String,
            "assessment_year": pl.String,
            "red_list_category": pl.String,
            "is_possibly_extinct": pl.Boolean,
            "scope": pl.String,
            "vintage": pl.String,
        }
        species = {
            **texts,
            "country_code": pl.String,
            "checklist_key": pl.String,
            "red_list_category": pl.String,
            "origin": pl.String,
            "presence": pl.String,
            "range_share": pl.Float64,
            "share_method": pl.String,
        }
        threats = dict.fromkeys(
            ("species_key", "threat_code", "threat_name", "detail", "timing", "scope", "severity"), pl.String
        )
        reason = "It has no year of publication, or one to come: it is a draft."
        left_out = filtered_out(["assessment_year"], [reason], [self.drafts]) if self.drafts else None
        yield Batch(
            "assessment",
            pl.DataFrame(self.assessments, schema=assessments),
            self._refused_rows(),
            left_out,
            lost=self._lost_of("assessment"),
        )
        yield Batch(
            "country_species", pl.DataFrame(self.species, schema=species), lost=self._lost_of("country_species")
        )
        yield Batch("threat", pl.DataFrame(self.threats, schema=threats), lost=self._lost_of("threat"))

    def _refused_rows(self) -> pl.DataFrame:
        """Assessments that could not be read, as refused rows numbered after the others."""
        first = len(self.assessments)
        return refused_rows(
            range(first, first + len(self.refused)),
            column=[refusal["column"] for refusal in self.refused],
            check="is_published",
            reason=[refusal["reason"] for refusal in self.refused],
            rows=[refusal["row"] for refusal in self.refused],
        )

    def _refuse(self, summary: Mapping[str, Any], column: str, reason: str) -> None:
        row = json.dumps(summary, ensure_ascii=False, sort_keys=True)
        self.refused.append({"column": column, "reason": reason, "row": row})

    def add(self, taxon_id: int, summaries: list[dict[str, Any]]) -> None:
        """Read one taxon, unless it is below the species or has left the Red List.

        Args:
            taxon_id: its number.
            summaries: its assessments on the country's list, which stand in where the Red List has no page for the taxon.
        """
        taxon, listed = self.red_list.history(taxon_id) or (None, summaries)
        history = [summary for summary in listed if _is_published(summary)]
        self.drafts += len(listed) - len(history)
        by_year: dict[str, dict[str, Any]] = {}
        for summary in sorted(history, key=lambda summary: (summary["latest"], summary["assessment_id"])):
            by_year[str(summary["year_published"])] = summary
        current = [year for year, summary in by_year.items() if summary["latest"]]
        if not current and any(summary["latest"] for summary in listed):
            current = list(by_year)  # a draft alone is marked as the latest
        if not current or (taxon is not None and not _is_species(taxon)):
            return
        latest = by_year[max(current)]
        details = self.red_list.details(latest["assessment_id"])
        if taxon is None and details is not None:
            taxon = taxon_of(details)
        if taxon is None:
            self._refuse(latest, "species_key", "The Red List lists this taxon and tells nothing of it.")
            return
        if not _is_species(taxon):
            return
        species_columns = {
            "species_key": own_key(taxon_id),
            "scientific_name": taxon["scientific_name"],
            "taxon_group": group_of(*(taxon[f"{rank}_name"] for rank in ("kingdom", "phylum", "class", "order"))),
        }
        self.names[species_columns["species_key"]] = (taxon["scientific_name"], taxon["kingdom_name"])
        in_set = {"index_set": index_set_of(taxon["order_name"], taxon["family_name"])}
        for year, summary in sorted(by_year.items()):
            self._add_assessment({**species_columns, **in_set}, year, summary, details if summary is latest else None)
        code = latest.get("red_list_category_code") if details is None else category_code(details)
        self._add_species({**species_columns, "red_list_category": CATEGORY_OF_CODE.get(code or "")}, details)
        self._add_threats(species_columns["species_key"], details)

    def _add_assessment(
        self, species_columns: Mapping[str, Any], year: str, summary: dict[str, Any], details: dict[str, Any] | None
    ) -> None:
        code: str | None = summary.get("red_list_category_code")
        if details is None and not code:
            details = self.red_list.details(summary["assessment_id"])
            if details is None:
                self._refuse(summary, "red_list_category", "The Red List lists this assessment and does not have it.")
                return
        if details is not None:
            code = category_code(details)
        if code is None or code not in CATEGORY_OF_CODE:
            self._refuse(summary, "red_list_category", f"{code!r} is no category that the Red List is known to use.")
            return
        if (category := CATEGORY_OF_CODE[code]) is None:
            return
        assessment = summary if details is None else details
        names = ("possibly_extinct", "possibly_extinct_in_the_wild")
        tags = [yes_or_no(assessment.get(name), f"IUCN assessment's {name!r}") for name in names]
        self.assessments.append(
            {
                **species_columns,
                "assessment_year": year,
                "red_list_category": category,
                "is_possibly_extinct": None if tags == [None, None] else any(tags),
                "scope": "global",
                "vintage": self.red_list.version,
            }
        )

    def _add_species(self, species_columns: Mapping[str, Any], details: Mapping[str, Any] | None) -> None:
        places = {} if details is None else _places(details)
        here = places.get(self.country, {})
        share = _range_share(places, self.country)
        self.species.append(
            {
                **species_columns,
                "country_code": self.country,
                "checklist_key": CHECKLIST,
                "origin": here.get("origin"),
                "presence": here.get("presence"),
                "range_share": share,
                "share_method": None if share is None else "equal_shares",
            }
        )

    def _add_threats(self, species_key: str, details: Mapping[str, Any] | None) -> None:
        """Threats of the latest assessment; a code stands once per named agent."""
        needed = ("code", "timing", "scope", "severity")
        agents = ("ias", "virus", "ancestry", "text")
        threat_rows: dict[str, dict[str, Any]] = {}
        for value in rows(details["threats"], "IUCN threats") if details else []:
            threat = record(value, "IUCN threat", needed, (*agents, "description", "internationalTrade", "score"))
            row = {
                "species_key": species_key,
                "threat_code": str(threat["code"]).replace("_", "."),
                "threat_name": texts(threat.get("description"), "IUCN threat's description").get("en"),
                "detail": next((str(threat[name]) for name in agents if threat.get(name)), None),
                **{
                    name: vocabulary_word(text(threat[name], f"IUCN threat's {name!r}"))
                    for name in ("timing", "scope", "severity")
                },
            }
            threat_rows[repr(row)] = row
        self.threats += threat_rows.values()


def _is_published(summary: Mapping[str, Any]) -> bool:
    """Whether an assessment has a year of publication that has come; a draft has none."""
    year = str(summary["year_published"]).strip()
    return year.isascii() and year.isdigit() and int(year) <= LATEST_YEAR


def _claim(match: Match, own: str) -> tuple[bool, int, str]:
    """Rank of a species' claim on a key, smaller is better: by accepted name, then by the older number."""
    return match.is_synonym, int(own.removeprefix("iucn:")), own


def _is_species(taxon: Mapping[str, Any]) -> bool:
    """Whether a taxon is a species, and no subspecies, variety or subpopulation of one."""
    return not taxon["infra_name"] and not taxon["subpopulation_name"] and taxon.get("species") is not False


def _places(details: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Countries of ISO 3166 where a species is or was, provinces and disputed land left out."""
    places: dict[str, dict[str, Any]] = {}
    needed = ("code", "origin", "presence", "is_endemic")
    for value in rows(details["locations"], "IUCN locations"):
        location = record(value, "IUCN location", needed, ("description", "formerlyBred", "seasonality"))
        words = {
            name: vocabulary_word(text(location[name], f"IUCN location's {name!r}")) for name in ("origin", "presence")
        }
        place = {**words, "is_endemic": yes_or_no(location["is_endemic"], "IUCN location's 'is_endemic'") is True}
        # A country may be listed for a native and an introduced part: the part of the higher rank counts.
        code = text(location["code"], "IUCN location's 'code'") or ""
        if code in countries() and _own(place) > _own(places.get(code)):
            places[code] = place
    return places


def _own(place: Mapping[str, Any] | None) -> int:
    """Rank of a place in a species' range; 0 where it is not listed."""
    return 0 if place is None else rank_in_range(place["origin"], place["presence"])


def _range_share(places: Mapping[str, Mapping[str, Any]], country: str) -> float | None:
    """The country's equal share of a species' range; None where the range does not reach the country.

    The range is the countries in which the species is native or reintroduced and extant; of a species that is extant
    nowhere, those in which it was native. An endemic's range is one country whatever else is listed.
    """
    here = places.get(country)
    widest = max((_own(place) for place in places.values()), default=0)
    if here is None or widest < NATIVE or _own(here) < widest:
        return None
    return 1.0 if here["is_endemic"] else 1 / sum(_own(place) == widest for place in places.values())


SOURCES = (IucnRedList(),)

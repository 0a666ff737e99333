"""Single records and names as GBIF's search and name matching show them."""

from __future__ import annotations

from typing import Any

from ness_pipeline.names.countries import countries
from ness_pipeline.sandbox.occurrences import BACKBONE, Occurrences, dataset_key
from ness_pipeline.sandbox.places import gbif_continent
from ness_pipeline.sandbox.records import BASES, MEANS, NO_MONTH, NO_YEAR
from ness_pipeline.sandbox.taxonomy import RANKS, SPECIES_RANK, Taxon
from ness_pipeline.settings import CATALOGUE_OF_LIFE

FIRST_KEY = 5_000_000_000
"""Keys of records lie beyond 32 bits, as GBIF's do."""
IUCN_DATASET = "19491596-35ae-4a91-9a98-85cf505f1bd3"
STATUS_NAMES = {
    "EX": "EXTINCT", "EW": "EXTINCT_IN_THE_WILD", "CR": "CRITICALLY_ENDANGERED", "EN": "ENDANGERED", "VU": "VULNERABLE",
    "NT": "NEAR_THREATENED", "LC": "LEAST_CONCERN", "DD": "DATA_DEFICIENT", "NE": "NOT_EVALUATED",
}  # fmt: skip


def classification(search: Occurrences, taxon: int, checklist: str) -> list[dict[str, str]]:
    """Higher taxa of a taxon and itself, from the kingdom down; the Catalogue of Life puts a domain above."""
    taxa, keys = search.world.taxonomy.taxa, search.keys[checklist]
    ranked = [
        {"key": keys[index], "name": taxa[index].name, "rank": RANKS[taxa[index].rank]}
        for index in search.world.taxonomy.lineage[taxon].tolist()
        if index >= 0
    ]
    if checklist == CATALOGUE_OF_LIFE and ranked[0]["name"] != "Bacteria":
        ranked.insert(0, {"key": "EUKX", "name": "Eukaryota", "rank": "DOMAIN"})
    return ranked


def usage(search: Occurrences, index: int, checklist: str) -> dict[str, str]:
    """A taxon as name matching describes it."""
    taxon = search.world.taxonomy.taxa[index]
    body = {"key": search.keys[checklist][index], "name": taxon.scientific_name, "canonicalName": taxon.name}
    if taxon.authorship:
        body["authorship"] = taxon.authorship
    body |= {"rank": RANKS[taxon.rank], "status": "ACCEPTED" if taxon.accepted is None else "SYNONYM"}
    if taxon.rank == SPECIES_RANK:
        body["genericName"], body["specificEpithet"] = taxon.name.split()
    return body | {"type": "SCIENTIFIC", "formattedName": f"<i>{taxon.name}</i>"}


def record(search: Occurrences, row: int) -> dict[str, Any]:
    """One occurrence record; fields without a value are absent, never null."""
    records, world = search.records, search.world
    taxon = int(records.taxon[row])
    classified_as = world.taxonomy.taxa[int(search.usage[BACKBONE][taxon])]
    country = int(records.country[row])
    year, month = int(records.year[row]), int(records.month[row])
    body: dict[str, Any] = {
        "key": FIRST_KEY + row,
        "datasetKey": dataset_key(int(search.fields["datasetkey"].codes[row])),
        "basisOfRecord": BASES[int(records.basis[row])],
        "occurrenceStatus": "ABSENT" if records.is_absent[row] else "PRESENT",
        "classifications": {name: _classified(search, taxon, name) for name in search.usage},
        "scientificName": classified_as.scientific_name,
        "taxonRank": RANKS[classified_as.rank],
        "taxonomicStatus": "ACCEPTED",
        "issues": ["COUNTRY_COORDINATE_MISMATCH"] if records.has_issue[row] else [],
        "license": "http://creativecommons.org/publicdomain/zero/1.0/legalcode",
        "datasetName": "SYNTHETIC sandbox records",
        "gbifID": str(FIRST_KEY + row),
        **_higher_taxa(search, classified_as),
    }
    if year != NO_YEAR:
        body |= {"year": year, "eventDate": str(year) if month == NO_MONTH else f"{year}-{month:02d}"}
    if month != NO_MONTH:
        body["month"] = month
    if 0 <= country < len(world.countries):
        code = world.countries[country]
        body |= {"countryCode": code, "country": countries()[code].country_name, "continent": gbif_continent(code)}
    if records.means[row]:
        body["establishmentMeans"] = MEANS[int(records.means[row])]
    if records.has_coordinate[row]:
        body |= {"decimalLatitude": (row % 16_000 - 8_000) / 100, "decimalLongitude": (row % 35_000 - 17_500) / 100}
    if (category := world.category_of_taxon.get(taxon, "NE")) != "NE":
        body["iucnRedListCategory"] = category
    return body


def _classified(search: Occurrences, taxon: int, checklist: str) -> dict[str, Any]:
    usage_index = int(search.usage[checklist][taxon])
    usage_taxon = search.world.taxonomy.taxa[usage_index]
    short = {
        "key": search.keys[checklist][usage_index],
        "name": usage_taxon.scientific_name,
        "rank": RANKS[usage_taxon.rank],
    }
    body: dict[str, Any] = {
        "usage": short,
        "acceptedUsage": short,
        "taxonomicStatus": "ACCEPTED",
        "classification": classification(search, usage_index, checklist),
        "issues": [],
    }
    if usage_index == taxon and search.world.category_of_taxon.get(taxon, "NE") != "NE":
        body["iucnRedListCategoryCode"] = search.world.category_of_taxon[taxon]
    return body


def _higher_taxa(search: Occurrences, usage_taxon: Taxon) -> dict[str, Any]:
    """Names and backbone keys by rank; the keys at the top level are numbers, unlike those in `classifications`."""
    body: dict[str, Any] = {"taxonKey": usage_taxon.backbone_key, "acceptedTaxonKey": usage_taxon.backbone_key}
    for rank, index in zip(RANKS, usage_taxon.lineage, strict=True):
        if index >= 0:
            taxon = search.world.taxonomy.taxa[index]
            body |= {rank.lower(): taxon.name, f"{rank.lower()}Key": taxon.backbone_key}
    return body

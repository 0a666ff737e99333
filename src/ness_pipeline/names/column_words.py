"""Words that people write over their columns, for the columns of the contracts and the terms of Darwin Core.

A word stands here only where it can mean nothing else in a file of that kind. It is compared without case, blanks and
punctuation, so each is written in small letters and digits alone.
"""

from __future__ import annotations

TERM_WORDS: dict[str, tuple[str, ...]] = {
    "species": (
        "speciesname",
        "binomial",
        "latinname",
        "taxonname",
        "nombrecientifico",
        "nomscientifique",
        "wissenschaftlichername",
    ),
    "scientificName": (
        "latinname",
        "binomial",
        "taxonname",
        "nombrecientifico",
        "nomscientifique",
        "wissenschaftlichername",
        "scientific",
    ),
    "acceptedScientificName": ("acceptedname",),
    "specificEpithet": ("epithet",),
    "decimalLatitude": ("latitude", "lat", "latdd", "ylat", "latitud"),
    "decimalLongitude": ("longitude", "long", "lon", "lng", "longdd", "xlong", "longitud"),
    "coordinateUncertaintyInMeters": ("coordinateuncertainty", "coordinateuncertaintym", "uncertaintym", "accuracym"),
    "eventDate": (
        "date",
        "observationdate",
        "dateobserved",
        "observedon",
        "sightingdate",
        "recorddate",
        "fecha",
    ),
    "countryCode": ("countryiso2", "iso2", "isocountry", "countryiso"),
    "country": ("countryname", "pais", "país", "pays"),
    "recordedBy": ("observer", "recorder", "collector", "observedby"),
    "speciesKey": ("gbifspecieskey", "gbifkey", "gbiftaxonkey"),
    "class": ("classname",),
    "order": ("ordername",),
    "iucnRedListCategory": ("redlistcategory", "redliststatus", "iucncategory", "iucnstatus"),
}
"""Term of Darwin Core to words for it in files of records and cubes."""

_COUNTRY = ("country", "iso2", "iso3", "iso", "isocode", "countryname", "countryiso2", "countryiso3", "geoareacode", "pais", "país", "pays")  # fmt: skip
_NAME = ("latinname", "binomial", "taxonname", "acceptedname", "nombrecientifico", "nomscientifique", "wissenschaftlichername", "species", "speciesname", "taxon")  # fmt: skip
_CATEGORY = (
    "category",
    "catégorie",
    "categorie",
    "categoría",
    "categoria",
    "kategorie",
    "iucncategory",
    "iucnredlistcategory",
    "redliststatus",
    "threatstatus",
    "iucnstatus",
)
_NATIONAL = ("nationalcategory", "nationalredlistcategory", "nationalstatus", "nationalredliststatus")

COLUMN_WORDS: dict[str, tuple[str, ...]] = {
    "country_code": _COUNTRY,
    "species_key": ("taxonkey", "usagekey", "gbifkey", "gbifspecieskey", "gbiftaxonkey"),
    "scientific_name": _NAME,
    "taxon_group": ("group", "taxonomicgroup", "reportinggroup"),
    "red_list_category": _CATEGORY,
    "series_code": ("indicatorcode", "seriescode", "series", "indicator"),
    "year": ("timeperiod", "timeperiodstart"),
    "value": ("obsvalue", "amount"),
    "unit": ("units", "unitofmeasure"),
    "footnote": ("footnotes", "notes", "note"),
    "threat_code": ("code", "threat"),
    "threat_name": ("title",),
    "network": ("nessnetwork",),
}
"""Column of a contract to words for it in any own table."""

WORDS_BY_TABLE: dict[str, dict[str, tuple[str, ...]]] = {
    "assessment": {
        "assessment_year": (
            "year",
            "année",
            "annee",
            "año",
            "ano",
            "jahr",
            "yearpublished",
            "yearassessed",
            "assessed",
            "publicationyear",
        ),
        "scope": ("scopes", *_COUNTRY),
        "red_list_category": (*_NATIONAL, *_CATEGORY, "status"),
        "vintage": ("release", "version"),
        "is_possibly_extinct": ("possiblyextinct",),
    },
    "genuine_change": {"scope": ("scopes", *_COUNTRY), "to_year": ("year",)},
    "treaty_party": {"entry_into_force": ("entryintoforcedate", "inforcesince", "inforcefrom")},
}
"""The same for one table, before the words for all."""


def words_for(table: str, column: str) -> tuple[str, ...]:
    """Words for a column of a table."""
    return (*WORDS_BY_TABLE.get(table, {}).get(column, ()), *COLUMN_WORDS.get(column, ()))

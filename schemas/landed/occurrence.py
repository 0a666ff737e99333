"""Contract of an occurrence record on its way into a cube."""

from __future__ import annotations

from ness_pipeline.schemas.base import LATEST_YEAR, Contract, column, country_code, species_key
from ness_pipeline.schemas.vocabulary import RED_LIST_CATEGORIES, TAXON_GROUPS

_TIME = r"T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?(Z|[+-][01][0-9](:?[0-5][0-9])?)?"
_MOMENT = rf"[12][0-9]{{3}}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01])({_TIME})?)?)?"
_NUMBERED = r"[12][0-9]{3}-?(W(0[1-9]|[1-4][0-9]|5[0-3])(-?[1-7])?|[0-2][0-9]{2}|3[0-5][0-9]|36[0-6])"
ISO_DATE = rf"^({_MOMENT}(/{_MOMENT})?|{_NUMBERED})$"
"""A year, month, day or time, an interval of two of them, a week, or a day by its number, as ISO 8601."""
GEOSPATIAL_ISSUES = (
    "ZERO_COORDINATE",
    "COORDINATE_OUT_OF_RANGE",
    "COORDINATE_INVALID",
    "COUNTRY_COORDINATE_MISMATCH",
    "PRESUMED_SWAPPED_COORDINATE",
    "PRESUMED_NEGATED_LONGITUDE",
    "PRESUMED_NEGATED_LATITUDE",
)
"""Issues that GBIF's filter `hasGeospatialIssue` stands for."""
NOT_WILD = ("FOSSIL_SPECIMEN", "LIVING_SPECIMEN")


class Occurrence(Contract):
    """One row = one record that passes the occurrence filters: present, without geospatial issue, neither fossil nor
    living specimen, species, year and country known.

    The columns are in the order in which they are checked: filters first, then the contract; a refused record names the
    first column that fails. Records are counted in `core.occurrence_cube` and not kept.

    The column `year` decides on the year where it has a value, also against the date; else the date does. A date that is not
    readable counts with the uncertainty of the year, and refuses the record only where no year is known.

    Traps: layouts before 2020 leave `occurrenceStatus` empty, which means present unless no individual was counted (GBIF
    then infers absence, but never of a specimen); `hasGeospatialIssues` covers fewer issues in old layouts, so the list of issues is checked as well; a record of
    a subspecies has the key of its species, a record of a genus has no species key.
    """  # noqa: D205  (the first sentence needs two lines)

    record_id: str = column(
        "GBIF's key of the record, or the publisher's occurrenceID, or the position in the file where there is neither. "
        "The same occurrenceID in two data sets is two records."
    )
    occurrence_status: str = column(
        "Whether the species was found; empty counts as present, unless `individualCount` is 0.", isin=["PRESENT"]
    )
    has_geospatial_issue: bool = column("Whether GBIF marks the location as doubtful.", eq=False)
    basis_of_record: str = column(
        "Kind of evidence, such as an observation or a preserved specimen.", nullable=True, notin=list(NOT_WILD)
    )
    species_key: str = species_key()
    event_date: str = column(
        "Date, time or interval of the event, as ISO 8601 text; NULL where it is not known, or not readable while the year is.",
        nullable=True,
        str_matches=ISO_DATE,
    )
    event_time: str = column("Time of the event where the date has none.", nullable=True)
    year: int = column(
        "Year of the event; of the date where the record has no year of its own.", "a", ge=1600, le=LATEST_YEAR
    )
    country_code: str = country_code()
    decimal_latitude: float = column("Latitude, WGS 84.", "deg", nullable=True, ge=-90.0, le=90.0)
    decimal_longitude: float = column("Longitude, WGS 84.", "deg", nullable=True, ge=-180.0, le=180.0)
    coordinate_uncertainty_m: float = column("Radius in which the true place lies.", "m", nullable=True, ge=0.0, le=1e8)
    scientific_name: str = column("Name of the species without authorship.", nullable=True)
    taxon_group: str = column("Reporting group of the species.", nullable=True, isin=list(TAXON_GROUPS))
    red_list_category: str = column(
        "Global Red List category as the publisher attaches it to the record.",
        nullable=True,
        isin=list(RED_LIST_CATEGORIES),
    )
    is_introduced: bool = column("Whether the record is marked introduced or managed.")

    class Config:
        """Grain: record."""

        unique = ["record_id"]

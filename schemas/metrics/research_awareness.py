"""Contract of `metrics.research_awareness`."""

from __future__ import annotations

from typing import Any

from ness_pipeline.schemas.base import Contract, column, country_code, measure, rests_on, why_not

_OF_REGISTERS = ("about", "by", "publishers", "sets")
"""Numbers that GBIF's registers have; members of networks come from own files."""


def _number(description: str, unit: str, group: str, *, label: str) -> Any:
    return measure(
        description,
        unit,
        label=label,
        better="higher",
        reportable=f"{group}_reportable",
        reason=f"{group}_reason",
        ge=0,
        le=10**9,
        basis=f"{group}_basis" if group in _OF_REGISTERS else "own_value",
        quotable=("registry", "own_value") if group in _OF_REGISTERS else None,
    )


class ResearchAwareness(Contract):
    """One row = the research about and from one country that used open biodiversity data in one year, and the data that its institutions publish.

    Source of the method: GBIF's literature tracking (relevance GBIF_USED) and registry; membership from own files.

    Traps: one publication may be about several countries and have authors in several, so never add up countries;
    the list contains what cites GBIF, mostly in English and since about 2008, so it measures the use of open data
    and not all research; the year in which the list is read is withheld, as it is not over; data sets and
    publishers are those of the day of reading, by the country of the publisher and not of the species; a museum
    abroad may publish most records of a country.
    """

    country_code: str = country_code()
    year: int = column("Year of publication, or of reading the registry.", "a", ge=1900, le=2100)
    publications_about_country: int = _number(
        "Publications about the country that use data from GBIF.",
        "{publication}",
        "about",
        label="Publications about the country",
    )
    publications_by_researchers: int = _number(
        "Publications with an author in the country that use data from GBIF.",
        "{publication}",
        "by",
        label="Publications by its researchers",
    )
    publications_by_researchers_per_million: float = measure(
        "The same per million people.",
        "{publication}/1e6",
        label="Publications by its researchers, per million people",
        better="higher",
        ge=0.0,
        le=1e9,
        reportable="per_million_reportable",
        reason="per_million_reason",
        basis="per_million_basis",
        quotable=("registry", "own_value"),
    )
    publication_rate_per_million: float = measure(
        "The same over five years together, per million people and year, so that a small country's years without a publication do not jump.",
        "{publication}/1e6/a",
        label="Publications by its researchers, per million people, five years together",
        better="higher",
        ge=0.0,
        le=1e9,
        lower="publication_rate_per_million_lower",
        upper="publication_rate_per_million_upper",
        reportable="rate_reportable",
        reason="rate_reason",
        basis="rate_basis",
        quotable=("registry", "own_value"),
    )
    publication_rate_per_million_lower: float = column(
        "Lower end of its 95 % interval, of a Poisson count.", "{publication}/1e6/a", nullable=True, ge=0.0, le=1e9
    )
    publication_rate_per_million_upper: float = column(
        "Upper end of its 95 % interval, of a Poisson count.", "{publication}/1e6/a", nullable=True, ge=0.0, le=1e9
    )
    data_publishers: int = _number(
        "Organisations of the country that publish data sets through GBIF.",
        "{organisation}",
        "publishers",
        label="Publishers of open data",
    )
    data_sets: int = _number("Data sets that they publish.", "{dataset}", "sets", label="Open data sets")
    ness_network_members: int = _number(
        "Organisations and experts of the country in the NESS expert network at the end of the year.",
        "{member}",
        "network",
        label="Members of the NESS expert network",
    )
    haikou_initiative_members: int = _number(
        "Organisations and experts of the country that signed the Haikou Initiative by the end of the year.",
        "{member}",
        "haikou",
        label="Signatories of the Haikou Initiative",
    )
    about_basis: str = rests_on()
    about_reportable: bool = column("Whether the number may be quoted.")
    about_reason: str = why_not()
    by_basis: str = rests_on()
    by_reportable: bool = column("Whether the number may be quoted.")
    by_reason: str = why_not()
    per_million_basis: str = rests_on()
    per_million_reportable: bool = column("Whether the number may be quoted.")
    per_million_reason: str = why_not()
    rate_basis: str = rests_on()
    rate_reportable: bool = column("Whether the number may be quoted.")
    rate_reason: str = why_not()
    publishers_basis: str = rests_on()
    publishers_reportable: bool = column("Whether the number may be quoted.")
    publishers_reason: str = why_not()
    sets_basis: str = rests_on()
    sets_reportable: bool = column("Whether the number may be quoted.")
    sets_reason: str = why_not()
    network_reportable: bool = column("Whether the number may be quoted.")
    network_reason: str = why_not()
    haikou_reportable: bool = column("Whether the number may be quoted.")
    haikou_reason: str = why_not()
    reportable: bool = column("Whether any of the numbers may be quoted.")
    reason: str = why_not()

    class Config:
        """Grain: country and year."""

        unique = ["country_code", "year"]
        metadata = {
            "label": "Research and open data",
            "half": "security_system",
            "section": "trends",
            "method_version": "3",
        }

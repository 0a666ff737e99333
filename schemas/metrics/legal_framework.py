"""Contract of `metrics.legal_framework`."""

from __future__ import annotations

from ness_pipeline.schemas.base import OFFICIAL, Contract, Limits, column, count, country_code, measure, why_not


class LegalFramework(Contract):
    """One row = the treaties in force for one country at the end of one year, and what it reports of its own law.

    Source of the method: parties as depositaries list them; UN SDG 15.6.1, 15.8.1 and 15.9.1 for national measures.

    Years run from the country's first entry into force or UN SDG answer, not before 1993, to the last year of its
    sources: the date of a treaty list, or a UN SDG answer.

    Traps: the count moves with `entry_into_force`, so a past year never changes when a country joins later; a
    country that has not answered a UN SDG question has NULL there, not 0; treaties are only those that are open to
    the country and that a source covers for it (`treaties_known`); the newest accessions appear with the next seed
    or an own file. UN SDG answers come from the country itself: a yes is a report, not a proof that the law is
    applied.
    """

    country_code: str = country_code()
    year: int = column("Year; treaties count on 31 December.", "a", ge=1900, le=2100)
    treaties_known: int = count(
        "Treaties open to the country in that year for which a source says where it stands.", "{treaty}"
    )
    treaties_in_force: int = measure(
        "Treaties in force for the country.",
        "{treaty}",
        label="Treaties in force",
        better="higher",
        ge=0,
        le=100,
        basis="official",
        quotable=OFFICIAL,
    )
    treaties_in_force_share: float = measure(
        "Share of the known treaties that are in force.",
        "1",
        label="Share of treaties in force",
        better="higher",
        ge=0.0,
        le=1.0,
        basis="official",
        quotable=OFFICIAL,
    )
    is_cbd_party: bool = column("Party to the Convention on Biological Diversity.", nullable=True)
    is_cartagena_party: bool = column("Party to the Cartagena Protocol.", nullable=True)
    is_nagoya_party: bool = column("Party to the Nagoya Protocol.", nullable=True)
    is_nagoya_kuala_lumpur_party: bool = column(
        "Party to the Nagoya-Kuala Lumpur Supplementary Protocol.", nullable=True
    )
    is_cites_party: bool = column(
        "Party to the Convention on International Trade in Endangered Species.", nullable=True
    )
    is_cms_party: bool = column("Party to the Convention on Migratory Species.", nullable=True)
    is_ramsar_party: bool = column("Party to the Ramsar Convention on Wetlands.", nullable=True)
    is_world_heritage_party: bool = column("Party to the World Heritage Convention.", nullable=True)
    is_itpgrfa_party: bool = column("Party to the International Treaty on Plant Genetic Resources.", nullable=True)
    is_paris_party: bool = column("Party to the Paris Agreement.", nullable=True)
    has_invasive_species_law: bool = column("National law on invasive species reported (SDG 15.8.1).", nullable=True)
    has_invasive_species_target: bool = column(
        "Target on invasive species in the national biodiversity plan (SDG 15.8.1).", nullable=True
    )
    has_invasive_species_budget: bool = column(
        "National budget for invasive species reported (SDG 15.8.1).", nullable=True
    )
    has_access_benefit_framework: bool = column(
        "Access and benefit-sharing framework reported (SDG 15.6.1).", nullable=True
    )
    has_plant_genetic_framework: bool = column(
        "Framework for plant genetic resources reported (SDG 15.6.1).", nullable=True
    )
    has_biodiversity_target: bool = column(
        "National target that brings biodiversity into planning reported (SDG 15.9.1).", nullable=True
    )
    has_environmental_accounts: bool = column("Environmental-economic accounts in use (SDG 15.9.1).", nullable=True)
    national_answers: int = count("Of these seven questions, those with an answer by that year.", "{answer}")
    national_measures: int = measure(
        "Of the seven national measures, those reported.",
        "{measure}",
        label="National measures reported",
        better="higher",
        reportable="national_reportable",
        reason="national_reason",
        ge=0,
        le=7,
        basis="official",
        quotable=OFFICIAL,
    )
    national_measures_share: float = measure(
        "Share of the answers that are yes.",
        "1",
        label="Share of national measures reported",
        better="higher",
        reportable="national_reportable",
        reason="national_reason",
        ge=0.0,
        le=1.0,
        basis="official",
        quotable=OFFICIAL,
    )
    national_reportable: bool = column("Whether the national numbers may be quoted.")
    national_reason: str = why_not()
    reportable: bool = column("Whether the numbers of treaties may be quoted.")
    reason: str = why_not()

    class Config:
        """Grain: country and year."""

        unique = ["country_code", "year"]
        metadata = {
            "label": "Treaties and law",
            "half": "security_system",
            "section": "treaties",
            "method_version": "2",
            "limits": Limits(rows_per_country=(1, 201)),
        }

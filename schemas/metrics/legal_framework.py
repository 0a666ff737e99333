"""Contract of `metrics.legal_framework`."""

from __future__ import annotations

from typing import Any

from ness_pipeline.schemas.base import (
    OFFICIAL,
    Contract,
    Limits,
    column,
    count,
    country_code,
    measure,
    rests_on,
    share,
    why_not,
)
from ness_pipeline.schemas.vocabulary import TREATIES, TREATY_IN_BEING_FROM, TREATY_WHY

_LEAST_TO_MOST = "Low: only what is known to be {0}; high: also everything of which nothing is known."


def _party(treaty: str) -> Any:
    """Whether the country is a party to a treaty, with the reason why that treaty counts."""
    since = TREATY_IN_BEING_FROM[treaty].year
    return column(
        f"Party to the {TREATIES[treaty]}; NULL where that is not known or the treaty is not open to the country. "
        f"Counted from {since} on, because {TREATY_WHY[treaty]}.",
        nullable=True,
    )


def _answer(question: str, zero: str) -> Any:
    """The answer to one question of UN SDG, and what a 0 of the UN means."""
    return column(f"{question}; {zero}; NULL too after five years.", nullable=True)


def _answer_year(name: str) -> Any:
    """The year of that answer."""
    return column(f"Year of the answer in `{name}`.", "a", nullable=True, ge=1900, le=2100)


_SILENT = "true for yes, NULL where the UN has 0, which may mean that nothing was reported or found"
_PLAIN = "true for yes, false for no"


class LegalFramework(Contract):
    """One row = the treaties in force for one country at the end of one year, and what it reports of its own law.

    Source of the method: parties as depositaries list them; UN SDG 15.6.1, 15.8.1 and 15.9.1 for national measures.

    Eleven treaties count; each column says why its treaty is one about biodiversity. The agreement on the high seas
    (BBNJ) counts from 2026 on, when it entered into force; no list of its parties comes with the project, so it is
    unknown until an own file says where the country stands.

    Years run from the country's first entry into force or UN SDG answer, not before 1993, to the last year of its
    sources: the date of a treaty list, or a UN SDG answer.

    Numbers of treaties are reportable for years in which each treaty in being and open to the country has a known
    standing and at least five are open. A party stands until a withdrawal is known, and who is no party is unknown
    after the day of the source. In other years the count is a lower bound; `treaties_in_force_most` adds all treaties
    of which nothing is known.

    The number of national measures reported is reportable where three questions have a value within the last five
    years, their share where all seven are answered with yes or no.

    Traps: the count moves with `entry_into_force`, so a past year never changes when a country joins later; a
    country that has not answered a UN SDG question has NULL there, not 0, and so has one whose 0 may mean "not
    reported"; treaties are only those that are open to the country and that a source covers for it
    (`treaties_known`), so `treaties_in_force_share` is too high where others are unknown; a territory is not a party
    of its own: its row says `not_open` unless an own file says which treaties its state has extended to it. The
    newest accessions appear with the next seed or an own file; years after the lists' last day can be quoted for
    those who had joined everything by then and for no others, so never average over countries there. A party by a
    flag of UN SDG 15.6.1 counts from the year of the flag. A yes is a report, not a proof that the law is applied.
    """

    country_code: str = country_code()
    year: int = column("Year; treaties count on 31 December.", "a", ge=1900, le=2100)
    treaties_open: int = count("Treaties in being on that day and open to the country.", "{treaty}")
    treaties_known: int = count("Of these, those for which a source says where the country stands.", "{treaty}")
    treaties_in_force: int = measure(
        "Treaties known to be in force for the country.",
        "{treaty}",
        label="Treaties in force",
        better="higher",
        ge=0,
        le=100,
        basis="basis",
        quotable=OFFICIAL,
        range_low="treaties_in_force",
        range_high="treaties_in_force_most",
        range_meaning=_LEAST_TO_MOST.format("in force"),
    )
    treaties_in_force_most: int = count(
        "Treaties in force if all those of which nothing is known were.", "{treaty}", nullable=True
    )
    treaties_in_force_share: float = measure(
        "Share of the known treaties that are in force.",
        "1",
        label="Share of treaties in force",
        better="higher",
        ge=0.0,
        le=1.0,
        basis="basis",
        quotable=OFFICIAL,
        range_low="treaties_in_force_share_least",
        range_high="treaties_in_force_share_most",
        range_meaning=_LEAST_TO_MOST.format("in force"),
    )
    treaties_in_force_share_least: float = share(
        "Share of all treaties open to the country that are known to be in force.", nullable=True
    )
    treaties_in_force_share_most: float = share(
        "That share if all treaties of which nothing is known were in force.", nullable=True
    )
    treaties_stated: int = count(
        "Treaties in being and open to the country of which a list says where it stood in that year or the five before.",
        "{treaty}",
    )
    treaties_joined_share: float = measure(
        "Share of the treaties that lists speak of that are in force, each by the latest word of that year or the five before.",
        "1",
        label="Treaties joined",
        better="higher",
        ge=0.0,
        le=1.0,
        basis="joined_basis",
        quotable=OFFICIAL,
        reportable="joined_reportable",
        reason="joined_reason",
        range_low="treaties_joined_share_least",
        range_high="treaties_joined_share_most",
        range_meaning=_LEAST_TO_MOST.format("in force"),
    )
    treaties_joined_share_least: float = share(
        "The same of all treaties open to the country, if those that no list speaks of are not in force.", nullable=True
    )
    treaties_joined_share_most: float = share("The same if they are.", nullable=True)
    is_cbd_party: bool = _party("cbd")
    is_cartagena_party: bool = _party("cartagena")
    is_nagoya_party: bool = _party("nagoya")
    is_nagoya_kuala_lumpur_party: bool = _party("nagoya_kuala_lumpur")
    is_cites_party: bool = _party("cites")
    is_cms_party: bool = _party("cms")
    is_ramsar_party: bool = _party("ramsar")
    is_world_heritage_party: bool = _party("world_heritage")
    is_itpgrfa_party: bool = _party("itpgrfa")
    is_paris_party: bool = _party("paris")
    is_bbnj_party: bool = _party("bbnj")
    has_invasive_species_law: bool = _answer("National law on invasive species (SDG 15.8.1)", _SILENT)
    invasive_species_law_year: int = _answer_year("has_invasive_species_law")
    has_invasive_species_target: bool = _answer(
        "Target on invasive species in the national biodiversity plan (SDG 15.8.1)", _SILENT
    )
    invasive_species_target_year: int = _answer_year("has_invasive_species_target")
    has_invasive_species_budget: bool = _answer("National budget for invasive species (SDG 15.8.1)", _PLAIN)
    invasive_species_budget_year: int = _answer_year("has_invasive_species_budget")
    has_access_benefit_framework: bool = _answer(
        "Access and benefit-sharing framework reported to the clearing house (SDG 15.6.1)", _SILENT
    )
    access_benefit_framework_year: int = _answer_year("has_access_benefit_framework")
    has_plant_genetic_framework: bool = _answer(
        "Framework for plant genetic resources reported to the plant treaty (SDG 15.6.1)", _SILENT
    )
    plant_genetic_framework_year: int = _answer_year("has_plant_genetic_framework")
    has_biodiversity_target: bool = _answer(
        "National target that brings biodiversity into planning (SDG 15.9.1)", _PLAIN
    )
    biodiversity_target_year: int = _answer_year("has_biodiversity_target")
    has_environmental_accounts: bool = _answer("Environmental-economic accounts in use (SDG 15.9.1)", _PLAIN)
    environmental_accounts_year: int = _answer_year("has_environmental_accounts")
    national_answers: int = count(
        "Of these seven questions, those answered with yes or no in that year or the five before.", "{answer}"
    )
    national_measures: int = measure(
        "Of the seven national measures, those that the country reports, by its answers of the last five years; one that it does not report may exist.",
        "{measure}",
        label="National measures reported",
        better="higher",
        reportable="measures_reportable",
        reason="measures_reason",
        ge=0,
        le=7,
        basis="national_basis",
        quotable=OFFICIAL,
        range_low="national_measures",
        range_high="national_measures_most",
        range_meaning=_LEAST_TO_MOST.format("in place"),
    )
    national_measures_most: int = count(
        "Measures in place if all those of which nothing is known were.", "{measure}", nullable=True
    )
    national_questions: int = count(
        "Of the seven questions, those with any value in that year or the five before.", "{question}"
    )
    record_questions: int = count(
        "Of the five questions put to every country, those with any value in that year or the ten before.", "{question}"
    )
    national_measures_on_record_share: float = measure(
        "Share of five national measures (law, target and budget on invasive species, sharing of benefits, biodiversity in "
        "planning) that are on record with a yes; what nobody reports is not on record.",
        "1",
        label="National measures on record",
        better="higher",
        reportable="record_reportable",
        reason="record_reason",
        ge=0.0,
        le=1.0,
        basis="record_basis",
        quotable=OFFICIAL,
        range_low="national_measures_on_record_share",
        range_high="national_measures_on_record_share_most",
        range_meaning="Low: what is on record; high: also everything without a plain no.",
    )
    national_measures_on_record_share_most: float = share(
        "That share with everything that has no plain no.", nullable=True
    )
    national_measures_share: float = measure(
        "Share of the yes and no that are yes.",
        "1",
        label="Share of national measures reported",
        better="higher",
        reportable="national_reportable",
        reason="national_reason",
        ge=0.0,
        le=1.0,
        basis="national_basis",
        quotable=OFFICIAL,
        range_low="national_measures_share_least",
        range_high="national_measures_share_most",
        range_meaning=_LEAST_TO_MOST.format("in place"),
    )
    national_measures_share_least: float = share("Share of all seven measures answered with yes.", nullable=True)
    national_measures_share_most: float = share(
        "That share if all measures of which nothing is known were in place.", nullable=True
    )
    national_basis: str = rests_on("national numbers")
    measures_reportable: bool = column(
        "Whether the number of measures reported may be quoted: three questions have a value of the last five years."
    )
    measures_reason: str = why_not()
    national_reportable: bool = column("Whether the share of national measures may be quoted.")
    national_reason: str = why_not()
    record_basis: str = rests_on("measures on record")
    record_reportable: bool = column("Whether the share of measures on record may be quoted.")
    record_reason: str = why_not()
    joined_basis: str = rests_on("share joined")
    joined_reportable: bool = column("Whether the share of treaties joined may be quoted.")
    joined_reason: str = why_not()
    basis: str = rests_on("numbers of treaties")
    reportable: bool = column("Whether the numbers of treaties may be quoted.")
    reason: str = why_not()

    class Config:
        """Grain: country and year."""

        unique = ["country_code", "year"]
        metadata = {
            "label": "Treaties and law",
            "half": "security_system",
            "section": "treaties",
            "method_version": "4",
            "limits": Limits(rows_per_country=(1, 201)),
        }

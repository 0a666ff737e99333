"""Contract of `metrics.threat_abatement_total`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, column, count, country_code, measure, rests_on, share, why_not
from ness_pipeline.schemas.vocabulary import GROUP_SHARE_METHODS, ROLL_UPS, TAXON_GROUPS


class ThreatAbatementTotal(Contract):
    """One row = how much the extinction risk of one group in one country would fall if all threats ended (STAR).

    `metrics.threat_abatement` has the threats. Roll-ups include only groups of which 80 % or more are assessed
    worldwide, where the country has any.

    Source of the method: Mair et al. 2021.

    Traps: the score grows with the number of species and the country's size; it is neither a share nor a grade.
    """

    country_code: str = country_code()
    taxon_group: str = column("Reporting group or roll-up.", isin=[*TAXON_GROUPS, *ROLL_UPS])
    star_total: float = measure(
        "Sum of the scores of all species: category (NT 100 to CR 400) times range share.",
        "1",
        label="STAR score, all threats",
        better="lower",
        ge=0.0,
        le=1e12,
        basis="basis",
        quotable=("assessments_and_ranges",),
    )
    star_allocated_share: float = measure(
        "Part of the score that known threats explain.",
        "1",
        label="Part of the STAR score with a known threat",
        ge=0.0,
        le=1.0,
        basis="basis",
        quotable=("assessments_and_ranges",),
    )
    scoring_species: int = count("Species in category NT, VU, EN or CR.", "{species}")
    species_with_threats: int = count("Of these, species with a known threat that counts.", "{species}")
    apart_species: int = count(
        "Of the scoring species, those under a key of another checklist that may be the same as another one: `is_apart` in core.species_status; with more than 5 % of them no number may be quoted.",
        "{species}",
    )
    range_share_known_share: float = share("Share of the scoring species whose range share is known.", nullable=True)
    share_method: str = column(
        "How the range shares were obtained; NULL where none is known.", nullable=True, isin=GROUP_SHARE_METHODS
    )
    basis: str = rests_on("scores")
    reportable: bool = column("Whether the scores may be quoted.")
    reason: str = why_not()

    class Config:
        """Grain: country and group."""

        unique = ["country_code", "taxon_group"]
        metadata = {
            "label": "Threats, all together",
            "half": "ecological_system",
            "section": "threats",
            "method_version": "4",
        }

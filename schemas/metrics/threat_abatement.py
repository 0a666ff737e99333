"""Contract of `metrics.threat_abatement`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, column, count, country_code, rests_on, why_not
from ness_pipeline.schemas.vocabulary import GROUP_SHARE_METHODS, ROLL_UPS, TAXON_GROUPS


class ThreatAbatement(Contract):
    """One row = how much the extinction risk of one group in one country would fall if one threat ended (STAR), at one level.

    The score of a species is a number by category (NT 100 to CR 400) times its range share in the country, divided
    among its threats by the decline that each is expected to cause. The score of species without a threat that
    counts is `unallocated`. At each level the rows of a group add up to the same total, which is `star_total` in
    `metrics.threat_abatement_total`.

    Source of the method: Mair et al. 2021; codes of the IUCN-CMP classification of threats, version 3.

    Traps: never add up levels; codes are cut at the level, and a threat with a shorter code keeps it.
    """

    country_code: str = country_code()
    taxon_group: str = column("Reporting group or roll-up.", isin=[*TAXON_GROUPS, *ROLL_UPS])
    threat_level: int = count("Depth at which codes are cut: 1, 2 or 3.", "1")
    threat_code: str = column(
        "Code of the threat cut at the level, or `unallocated`.",
        str_matches=r"^([0-9]{1,2}(\.[0-9]{1,2}){0,2}|unallocated)$",
    )
    star: float = column("Score from threats that are ongoing, expected, or of unknown timing.", "1", ge=0.0, le=1e12)
    star_any_timing: float = column("Score when past threats count as well.", "1", ge=0.0, le=1e12)
    species: int = count("Species behind the score.", "{species}")
    apart_species: int = count(
        "Of these, species under a key of another checklist that may be the same as another one: `is_apart` in core.species_status. Whether they are too many is judged over the whole group, as in metrics.threat_abatement_total.",
        "{species}",
    )
    share_method: str = column(
        "How the group's range shares were obtained; NULL where none is known.",
        nullable=True,
        isin=GROUP_SHARE_METHODS,
    )
    basis: str = rests_on("scores")
    reportable: bool = column("Whether the scores may be quoted.")
    reason: str = why_not()

    class Config:
        """Grain: country, group, level and threat."""

        unique = ["country_code", "taxon_group", "threat_level", "threat_code"]
        metadata = {
            "label": "Threats",
            "half": "ecological_system",
            "section": "threats",
            "method_version": "4",
        }

"""Contract of `core.threat`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Sourced, column, species_key
from ness_pipeline.schemas.vocabulary import THREAT_SCOPES, THREAT_SEVERITIES, THREAT_TIMINGS


class Threat(Sourced):
    """One row = one threat to one species: when it acts, on how much of the population, and how strongly.

    Source of the codes: IUCN-CMP Unified Classification of Direct Threats, version 3.

    Traps: codes are nested (`5` includes `5.3`, which includes `5.3.2`) and a species may have codes of any level,
    so never add up levels; past threats are listed too, so filter `timing`; NULL and `unknown` do not mean no
    decline.
    """

    species_key: str = species_key()
    threat_code: str = column(
        "Code of the threat, one to three numbers with dots between.", str_matches=r"^[0-9]{1,2}(\.[0-9]{1,2}){0,2}$"
    )
    threat_name: str = column("Name of the threat.", nullable=True)
    detail: str = column(
        "Named agent where a code is listed once per agent, such as an invasive species.", nullable=True
    )
    timing: str = column("When it acts; NULL when the source does not say.", nullable=True, isin=list(THREAT_TIMINGS))
    scope: str = column("How much of the population it reaches.", nullable=True, isin=list(THREAT_SCOPES))
    severity: str = column("What decline it causes there.", nullable=True, isin=list(THREAT_SEVERITIES))

    class Config:
        """Grain: species, threat, named agent and source."""

        unique = ["species_key", "threat_code", "detail", "source"]

"""Contract of `core.ness_network`."""

from __future__ import annotations

import datetime as dt

from ness_pipeline.schemas.base import LATEST_YEAR, Sourced, column, count, country_code

NETWORKS = ["ness_expert_network", "haikou_initiative"]


class NessNetwork(Sourced):
    """One row = how many members of one NESS network are in one country from one year on.

    No publisher offers it, so it is loaded from own files: `ness_expert_network` is the experts' network founded in
    2022, `haikou_initiative` the signatories of the initiative.

    Traps: counts only, never names, because members are persons; a country without a row is unknown, and only a row
    with 0 means none; a number is valid until the next row.
    """

    country_code: str = country_code()
    network: str = column("The network.", isin=NETWORKS)
    year: int = column("Year from whose end on the numbers hold.", "a", ge=2000, le=LATEST_YEAR)
    organisations: int = count("Organisations that are members; NULL when not known.", "{organisation}", nullable=True)
    experts: int = count("Persons who are members; NULL when not known.", "{person}", nullable=True)
    as_of: dt.date = column("Date of the list.", nullable=True)

    class Config:
        """Grain: country, network, year and source."""

        unique = ["country_code", "network", "year", "source"]

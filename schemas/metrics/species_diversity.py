"""Contract of `metrics.species_diversity`."""

from __future__ import annotations

from schemas.base import Contract, Limits, column, count, country_code, measure
from schemas.vocabulary import REASONS, ROLL_UPS, TAXON_GROUPS


class SpeciesDiversity(Contract):
    """One row = the species of one group observed in one country in one year, or over all years (year NULL).

    Reportable from 20 records on, and where all species keys come from one checklist.

    Traps: observed richness follows recording effort, so a trend in it is not a trend in nature; occurrences are
    records, not individuals.
    """

    country_code: str = country_code()
    taxon_group: str = column("Reporting group or roll-up.", isin=[*TAXON_GROUPS, *ROLL_UPS])
    year: int = column("Year of the records; NULL for all years together.", "a", nullable=True, ge=1600, le=2100)
    occurrences: int = count("Records of the group.", "{record}")
    observed_richness: int = measure("Species with at least one record.", "{species}", ge=0, le=10**9)
    reportable: bool = column("Whether the richness may be quoted.")
    reason: str = column("Why not.", nullable=True, isin=list(REASONS))

    class Config:
        """Grain: country, group and year."""

        unique = ["country_code", "taxon_group", "year"]
        metadata = {"method_version": "1", "limits": Limits(rows_per_country=(1, 25 * 502))}

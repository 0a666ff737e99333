"""Contract of `core.taxon_group_key`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Sourced, column
from ness_pipeline.schemas.vocabulary import TAXON_GROUPS


class TaxonGroupKey(Sourced):
    """One row = one higher taxon that makes up a reporting group, with its key in the checklist in use.

    Traps: keys differ between checklists and are found by name matching during the run; no key is hard-coded.
    Residual groups (`other_animals` …) are the rest of their kingdom, so they have the key of the kingdom.
    """

    taxon_group: str = column("Reporting group.", isin=list(TAXON_GROUPS))
    scientific_name: str = column("Scientific name of the higher taxon.")
    taxon_rank: str = column("Its rank.", isin=["KINGDOM", "PHYLUM", "CLASS", "ORDER", "FAMILY"])
    is_residual: bool = column("Whether the group is what remains of this taxon after all other groups.")
    checklist_key: str = column("GBIF dataset key of the checklist.")
    taxon_key: str = column("Key of the taxon in that checklist; always text.")

    class Config:
        """Grain: checklist, group and taxon."""

        unique = ["checklist_key", "taxon_group", "taxon_key"]

"""Contract of `ops.own_species`."""

from __future__ import annotations

from ness_pipeline.schemas.base import Contract, column
from ness_pipeline.schemas.vocabulary import MATCHED_BY


class OwnSpecies(Contract):
    """One row = one species of one load of own files whose key its file does not give for certain.

    `matched_by` says how the key was found: `key` (it is one of the checklist in use), `sample` (the file does not name its checklist, but its names have the
    keys of this one), `warehouse` (a publisher's species of the same name), `gbif` (GBIF's name matching), `own_file`
    (a species of the same name and a named checklist in another own file), `none` (nobody knows the name: the species is
    kept under its name or its own key, apart from all others).

    Traps: a species with `none` may be one that the warehouse has under another name.
    """

    source: str = column("Name of the data.")
    unit: str = column("The load.")
    given_key: str = column("Key in the file; `name:` and the name where the file gives a name alone.")
    scientific_name: str = column("Its name in the file without author; NULL where the file names none.", nullable=True)
    taxon_group: str = column(
        "Its reporting group, from the file or from the species that it is; NULL where neither says.", nullable=True
    )
    species_key: str = column("Key under which it counts.")
    checklist_key: str = column(
        "GBIF dataset key of the checklist of that key, or the user's word for it; NULL where nobody knows.",
        nullable=True,
    )
    matched_by: str = column("How the key was found.", isin=list(MATCHED_BY))
    is_changed: bool = column("Whether it counts under another key, checklist or reporting group than its file says.")

    class Config:
        """Grain: load and key in the file."""

        unique = ["source", "unit", "given_key"]

"""Small invented files in the layouts that people load, and what becomes of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from ness_pipeline import files
from ness_pipeline.contract.refused import no_refused_rows

RECORD = {
    "gbifID": "1",
    "kingdom": "Animalia",
    "phylum": "Chordata",
    "class": "Aves",
    "order": "Passeriformes",
    "species": "Inventa prima",
    "taxonRank": "SPECIES",
    "countryCode": "KE",
    "occurrenceStatus": "PRESENT",
    "decimalLatitude": "-1.5",
    "decimalLongitude": "36.5",
    "coordinateUncertaintyInMeters": "250.0",
    "eventDate": "2021-03-21",
    "year": "2021",
    "taxonKey": "700",
    "speciesKey": "700",
    "basisOfRecord": "HUMAN_OBSERVATION",
    "establishmentMeans": "",
    "issue": "",
}
"""A record that passes every filter."""


def records(*changes: dict[str, Any], without: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Valid records with changes, numbered in `gbifID`, some columns left out."""
    made = [RECORD | {"gbifID": str(number)} | change for number, change in enumerate(changes, 1)]
    return [{name: value for name, value in row.items() if name not in without} for row in made]


def write_text(path: Path, rows: list[dict[str, Any]], delimiter: str = "\t", encoding: str = "utf-8") -> Path:
    """Rows as an unquoted table with a header."""
    lines = [delimiter.join(rows[0])] + [delimiter.join(map(str, row.values())) for row in rows]
    path.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
    return path


@dataclass
class Outcome:
    """What became of a file."""

    layout: str
    cube: pl.DataFrame
    species: pl.DataFrame
    refused: pl.DataFrame
    loaded: int
    rows: dict[str, pl.DataFrame] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    about: files.About = field(default_factory=files.About)
    checklist_key: str | None = None

    @property
    def reasons(self) -> dict[str, int]:
        """Refused rows by the column that failed first."""
        return dict(Counter(self.refused["column_name"]))

    @property
    def received(self) -> int:
        """Rows accounted for."""
        return self.loaded + self.refused.height


def load(path: Path, **options: Any) -> Outcome:
    """Read a file to its end."""
    frames: dict[str, list[pl.DataFrame]] = {}
    refused, loaded = [no_refused_rows()], 0
    left_out: Counter[str] = Counter()
    with files.read(path, **options) as found:
        for batch in found.batches:
            assert batch.table in found.tables
            frames.setdefault(batch.table, []).append(batch.frame)
            if batch.left_out is not None:
                left_out.update(dict(batch.left_out.select("reason", "records").rows()))
            if batch.refused is not None:
                refused.append(batch.refused)
            if batch.table == found.tables[0]:
                loaded += batch.frame.height if batch.records is None else batch.records
        layout, about, checklist_key = found.layout, found.about, found.checklist_key
    joined = {table: pl.concat(parts, how="diagonal_relaxed") for table, parts in frames.items()}
    nothing = pl.DataFrame()
    return Outcome(
        layout=layout,
        cube=joined.get("occurrence_cube", nothing),
        species=joined.get("country_species", nothing),
        refused=pl.concat(refused).sort("row_number"),
        loaded=loaded,
        rows=joined,
        left_out=left_out,
        about=about,
        checklist_key=checklist_key,
    )

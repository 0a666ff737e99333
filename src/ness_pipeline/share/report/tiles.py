"""The tile-grid map: every country and territory of ISO 3166 as one tile, near where it lies, drawn in `assets/tiles.txt`."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib.resources import files

EMPTY = ".."


@dataclass(frozen=True)
class Tile:
    """One country's place on the grid, counted from 1."""

    country_code: str
    column: int
    row: int


@functools.cache
def tiles() -> tuple[Tile, ...]:
    """All tiles, row by row."""
    text = (files("ness_pipeline.share.report") / "assets" / "tiles.txt").read_text(encoding="utf-8")
    return tuple(
        Tile(code, column, row)
        for row, line in enumerate(text.splitlines(), start=1)
        for column, code in enumerate(line.split(), start=1)
        if code != EMPTY
    )

"""The options of a cube: its grid, how certain coordinates must be, whether points are drawn, which records."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal, Self, cast

from ness_pipeline.errors import WrongUsage
from ness_pipeline.names.countries import countries
from ness_pipeline.names.years import Years
from ness_pipeline.schemas.vocabulary import RED_LIST_CATEGORIES

GridKind = Literal["eqdgc", "eea", "h3"]
Trust = Literal["nothing", "keys", "everything"]
"""What is not checked: nothing; that no record is there twice; anything but the filters of the cube."""
TargetRank = Literal["phylum", "class", "order", "family"]
EEA_SIZES = (25, 100, 250, 1_000, 10_000, 50_000, 100_000)
"""Sizes of cells of the EEA reference grid, in metres, that GBIF's own cubes know as well."""
GRIDS: dict[str, tuple[int, ...]] = {"eqdgc": tuple(range(7)), "eea": EEA_SIZES, "h3": tuple(range(16))}


@dataclass(frozen=True)
class Grid:
    """A grid with its cell size.

    Attributes:
        kind: `eqdgc` (extended quarter degree), `eea` (EEA reference grid) or `h3` (hexagons).
        size: level, metres or resolution.
    """

    kind: GridKind
    size: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """From text such as `eqdgc:2` or `eea:1000`.

        Raises:
            WrongUsage: there is no such grid.
        """
        kind, _, size = text.strip().lower().partition(":")
        if kind not in GRIDS:
            raise WrongUsage(f"{text!r} is no grid; choose eqdgc:LEVEL, eea:METRES or h3:RESOLUTION, as in eqdgc:2.")
        if not re.fullmatch(r"\d{1,6}", size) or int(size) not in GRIDS[kind]:
            raise WrongUsage(
                f"The grid {kind} has no cells {size!r}; choose one of {', '.join(map(str, GRIDS[kind]))}."
            )
        return cls(cast("GridKind", kind), int(size))

    def __str__(self) -> str:
        return f"{self.kind}:{self.size}"


@dataclass(frozen=True)
class CubeOptions:
    """How records become a cube; the same options give the same cube on every engine.

    Attributes:
        grid: cells to count in; None counts countries.
        max_uncertainty_m: records whose coordinates are less certain than this, in metres, are filtered out.
        seed: draws the point inside the circle of uncertainty; None takes the coordinates as they are.
        target_rank: higher taxon whose records are counted beside each row.
        country_code: only this country; the country of all records where the files do not name one.
        years: only these years.
    """

    grid: Grid | None = None
    max_uncertainty_m: float | None = None
    seed: int | None = None
    target_rank: TargetRank | None = None
    country_code: str | None = None
    years: Years | None = None

    def __post_init__(self) -> None:
        """Refuse a cap that no record can keep, or that is none.

        Raises:
            WrongUsage: the cap is below 0 or no number.
        """
        cap = self.max_uncertainty_m
        if cap is not None and not (math.isfinite(cap) and cap >= 0):
            raise WrongUsage(f"The cap on uncertainty {cap} is no number of metres from 0 on; give one, as in 1000.")

    @property
    def macros(self) -> tuple[str, ...]:
        """Files of `warehouse/macros/` that the SQL text needs."""
        files = ["event_date", "text_values", "species_name", "temporal_uncertainty", "is_counted_absence"]
        if self.grid is not None:
            files.append(f"{self.grid.kind}_code")
        if self.seed is not None:
            files.append("drawn_point")
        return tuple(files)

    @property
    def variables(self) -> dict[str, str | int | float | None]:
        """Variables of the SQL text."""
        return {
            "grid": str(self.grid) if self.grid else None,
            "grid_kind": self.grid.kind if self.grid else None,
            "grid_size": self.grid.size if self.grid else None,
            "point": None if self.seed is None else "drawn",
            "seed": None if self.seed is None else str(self.seed),
            "target": None if self.target_rank is None else "counted",
            "target_rank": self.target_rank,
            "countries": " ".join(countries()),
            "categories": " ".join(RED_LIST_CATEGORIES),
        }

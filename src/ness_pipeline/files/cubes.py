"""Occurrence cubes made elsewhere: GBIF SQL downloads and the processed tables of b3gbi."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ness_pipeline.contract.batch import Batch
from ness_pipeline.contract.check import check
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.contract.refused import ROW_NUMBER as POSITION
from ness_pipeline.contract.refused import refused_rows
from ness_pipeline.cube.merge import MergedCube
from ness_pipeline.errors import WrongUsage
from ness_pipeline.files.raw import ROW, RawTable
from ness_pipeline.files.refused import RefusedRows, with_sentences
from ness_pipeline.files.row_defaults import RowDefaults
from ness_pipeline.files.terms import Terms

COUNTS = ("occurrences", "obs")
CELLS = ("cellCode", "eeaCellCode", "eqdgcCellCode", "mgrsCellCode", "cell")
REASONS = {
    "species_key": "The row does not say which species it counts",
    "year": "The year of the row is unknown, before 1600 or still to come",
    "country_code": "The country of the row is not known as an ISO 3166-1 alpha-2 code",
    "occurrences": "The number of records is not a whole number of at least 1",
    "cell_code": "The cell is missing or not a code of the EEA, quarter-degree or military grid",
}


def is_cube(terms: Terms) -> bool:
    """Whether a table with these columns counts records per species and year."""
    return terms.any_of(*COUNTS) is not None and terms.any_of("speciesKey", "taxonKey") is not None and "year" in terms


def read_cube(raw: RawTable, defaults: RowDefaults) -> Iterator[Batch]:
    """Refused rows, then the cube, then its species; rows of the same country, year, species and cell are added up.

    Raises:
        WrongUsage: the file is damaged, has no rows or mixes grids, or country or reporting group are neither in the file
            nor given.
    """
    terms = Terms(raw.names, raw.shown)
    cube_columns = _cube_columns(terms, defaults)
    species_columns = _species_columns(terms)
    grids: set[str] = set()
    with MergedCube() as cube, RefusedRows() as all_refused:
        for rows in raw.batches():
            texts = rows.select(cube_columns)
            valid, refused = check(tables()["core.occurrence_cube"], texts, defaults.source)
            if terms.any_of(*CELLS) is not None:
                valid, refused = _refuse_without_grid(valid, refused)
            # ROW gives the frame its height where no column comes from the file.
            species = rows.select(ROW, *species_columns).drop(ROW)
            species = species.with_columns(terms.groups(rows, defaults.taxon_group))
            valid = valid.hstack(species[valid.get_column(POSITION)])
            cube.add(valid.drop("source", "checklist_key", POSITION))
            all_refused.add(with_sentences(refused, rows, texts, REASONS))
            grids |= set(valid.get_column("grid").drop_nulls().unique())
            if len(grids) > 1:
                raise WrongUsage(f"{raw.shown} mixes the grids {' and '.join(sorted(grids))}; load one grid per file.")
        if not cube.rows and not all_refused.rows and not raw.malformed.height:
            raise WrongUsage(f"{raw.shown} has column names but no rows; export it again.")
        yield from _batches_of(cube, all_refused, raw, defaults)


def _batches_of(cube: MergedCube, refused: RefusedRows, raw: RawTable, defaults: RowDefaults) -> Iterator[Batch]:
    """Refused rows, then the cube, then its species; the first batch of the cube counts all valid rows of the file."""
    no_rows = pl.DataFrame(schema={column.name: column.dtype for column in tables()["core.occurrence_cube"].columns})
    for frame in refused.frames(raw):
        yield Batch("occurrence_cube", no_rows, refused=frame, records=0)
    records = cube.rows
    for frame in cube.cube():
        yield Batch("occurrence_cube", frame.with_columns(defaults.origin), records=records)
        records = 0
    for frame in cube.species():
        yield Batch("country_species", frame.with_columns(defaults.origin))


def _cube_columns(terms: Terms, defaults: RowDefaults) -> list[pl.Expr]:
    """The columns of the contract `OccurrenceCube`, as text, from a file's own."""
    return [
        terms.country(defaults.country_code).alias("country_code"),
        terms.whole("year").alias("year"),
        terms.key("speciesKey", "taxonKey").alias("species_key"),
        grid_of(terms.value(*CELLS)).alias("grid"),
        terms.value(*CELLS).alias("cell_code"),
        terms.whole(*COUNTS).alias("occurrences"),
        terms.value("minCoordinateUncertaintyInMeters").alias("min_coordinate_uncertainty_m"),
        terms.whole("minTemporalUncertainty").alias("min_temporal_uncertainty_s"),
    ]


def _species_columns(terms: Terms) -> list[pl.Expr]:
    """Name and category of the species, and whether it is introduced, from a file's own columns."""
    return [
        terms.value("species", "scientificName").alias("scientific_name"),
        terms.text("iucnRedListCategory").str.to_uppercase().alias("red_list_category"),
        terms.is_introduced().alias("is_introduced"),
    ]


def _refuse_without_grid(valid: pl.DataFrame, refused: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Valid and refused rows of a cube by cells, with rows whose cell is of no known grid among the refused."""
    without_grid = valid.filter(pl.col("grid").is_null()).get_column(POSITION)
    without_cell = refused_rows(without_grid, column="cell_code", check="grid", reason=f"{REASONS['cell_code']}.")
    return valid.filter(pl.col("grid").is_not_null()), pl.concat([refused, without_cell]).sort(POSITION)


def grid_of(cell: pl.Expr) -> pl.Expr:
    """The grid that a cell code belongs to: `eea:1000` (m), `eqdgc:2` (level), `mgrs:1000` (m), NULL for others."""
    size = cell.str.extract(r"^(\d+)k?mE\d+N\d+$", 1)
    metres = pl.when(cell.str.contains("kmE", literal=True)).then(size + pl.lit("000")).otherwise(size)
    letters = cell.str.extract(r"^[EW]\d{3}[NS]\d{2}([A-D]*)$", 1).str.len_chars().cast(pl.String)
    digits = cell.str.extract(r"^\d{1,2}[C-HJ-NP-X][A-HJ-NP-Z]{2}(\d*)$", 1).str.len_chars()
    side = digits.replace_strict({0: "100000", 2: "10000", 4: "1000", 6: "100", 8: "10", 10: "1"}, default=None)
    return pl.coalesce(pl.lit("eea:") + metres, pl.lit("eqdgc:") + letters, pl.lit("mgrs:") + side)

"""Occurrence cubes as files: GBIF SQL downloads, the processed tables of b3gbi, those of TrIAS, and our own."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ness_pipeline.contract.batch import Batch
from ness_pipeline.contract.check import check
from ness_pipeline.contract.dictionary import tables
from ness_pipeline.contract.refused import ROW_NUMBER as POSITION
from ness_pipeline.contract.refused import refused_rows
from ness_pipeline.cube.merge import MergedCube
from ness_pipeline.errors import SchemaDrift, WrongUsage
from ness_pipeline.files.countries import Countries
from ness_pipeline.files.raw import ROW, RawTable
from ness_pipeline.files.records import is_records
from ness_pipeline.files.refused import RefusedRows, with_sentences
from ness_pipeline.files.row_defaults import RowDefaults
from ness_pipeline.files.terms import KEYS, Terms
from ness_pipeline.names.column_names import COUNTRY_TERMS, plain
from ness_pipeline.names.country_column import NEVER_NA
from ness_pipeline.names.species_names import is_given_key, names_species

COUNTS = ("occurrences", "obs")
SHORT_COUNTS = ("n", "records", "nRecords", "recordCount", "numberOfRecords")
"""The count of TrIAS cubes, and other words for it; a table of records may have such a column as well."""
OPEN_COUNTS = ("count", "counts", "number")
"""Words that may mean records, and may mean animals."""
YEARS = ("year", "yearMonth", "yearMonthDay")
CELLS = (
    "cellCode",
    "eeaCellCode",
    "eqdgcCellCode",
    "eqdCellCode",
    "extendedQuarterDegreeGridCellCode",
    "mgrsCellCode",
    "isea3hCellCode",
    "dmsgCellCode",
    "h3CellCode",
    "cell",
)
DEGREES_AND_MINUTES = "dmsgCellCode"
"""Cells of degrees, minutes and seconds: their codes look like those of quarter degrees and do not tell their size."""
UNCERTAINTIES_M = ("minCoordinateUncertaintyInMeters", "minCoordinateUncertaintyM", "minCoordUncertainty")
UNCERTAINTIES_S = ("minTemporalUncertainty", "minTemporalUncertaintyS")
RANKS_OF_TAXA = ("kingdom", "phylum", "class", "order", "family", "genus", "species", "taxon", "acceptedTaxon")
OTHER_KNOWN = (
    *("countryCode", "country", "scientificName", "acceptedScientificName", "rank", "taxonRank", "taxonomicStatus"),
    *("acceptedNameUsage", "specificEpithet", "checklistKey", "iucnRedListCategory", "redListCategory", "taxonGroup"),
    *("grid", "resolution", "xcoord", "ycoord"),
    *("distinctObservers", "targetGroup", "targetGroupOccurrences", "speciesIntroducedOccurrences"),
)
LIKE_A_CELL = ("cell", "grid", "hex", "tile", "quadrant", "geohash", "utm", "mgrs", "h3", "qdgc")
"""Parts of names that columns of cells have."""
REASONS = {
    "species_key": "The row does not say which species it counts",
    "year": "The year of the row is unknown, before 1600 or still to come",
    "country_code": "The row does not say its country",
    "occurrences": "The number of records is not a whole number of at least 1",
    "cell_code": "The cell is missing or not a code of a known grid (EEA, quarter degree, military, ISEA3H, degrees and minutes, H3)",
}


def is_cube(terms: Terms) -> bool:
    """Whether a table with these columns counts records per species and year."""
    has_count = terms.any_of(*COUNTS) is not None or (terms.any_of(*SHORT_COUNTS) is not None and not is_records(terms))
    has_key = terms.any_of(*KEYS) is not None
    has_name = terms.any_of(*COUNTS) is not None and names_species(terms)
    return has_count and (has_key or has_name) and terms.any_of(*YEARS) is not None


def check_count(terms: Terms) -> None:
    """Be sure that nobody takes a cube for a list: counts of a species in a year, which nobody says to be counts of records.

    Raises:
        SchemaDrift: it has these.
    """
    count = terms.any_of(*OPEN_COUNTS)
    has_species = terms.any_of(*KEYS) is not None or names_species(terms)
    if count is not None and has_species and terms.any_of(*YEARS) is not None and not is_records(terms):
        name = terms.name_of(count)
        raise SchemaDrift(
            f"{terms.shown} has a number for each species and year in {name!r}; if these are records, say --map {name}=occurrences, else --map {name}=- leaves it out."
        )


def added_up(terms: Terms) -> list[str]:
    """Columns by which the rows of a cube are finer than country, year, species and cell; their rows are added up.

    Raises:
        WrongUsage: one of them may be the cells of a grid, or there are several columns of cells.
    """
    cells = [name for name in CELLS if name in terms]
    if len(cells) > 1:
        names = " and ".join(terms.name_of(name) for name in cells)
        raise WrongUsage(f"{terms.shown} has several columns of cells ({names}); keep the one to count by.")
    known = {*COUNTS, *SHORT_COUNTS, "year", *CELLS, *UNCERTAINTIES_M, *UNCERTAINTIES_S, *OTHER_KNOWN}
    known |= {f"{rank}{end}" for rank in RANKS_OF_TAXA for end in ("", "Key", "Count")}
    finer = [name for name in terms.names if plain(name) not in set(map(plain, known))]
    for name in finer:
        if any(part in plain(name) for part in LIKE_A_CELL):
            raise WrongUsage(
                f"{terms.shown} has a column {name!r} that may be the cells of a grid; rename it to cellCode, or remove it to count without cells."
            )
    return finer


def read_cube(raw: RawTable, defaults: RowDefaults) -> Iterator[Batch]:
    """Refused rows, then the cube, then its species; rows of the same country, year, species and cell are added up.

    Raises:
        WrongUsage: the file is damaged, has no rows or mixes grids, or country or reporting group are neither in the file
            nor given.
    """
    terms = Terms(raw.names, raw.shown)
    cube_columns = _cube_columns(terms, countries_of(raw, terms), defaults)
    species_columns = _species_columns(terms)
    grids: set[str] = set()
    with MergedCube() as cube, RefusedRows() as all_refused:
        for rows in raw.batches():
            texts = rows.select(cube_columns)
            valid, refused = check(tables()["core.occurrence_cube"], texts, defaults.source)
            if terms.any_of(*CELLS) is not None:
                # Our own cubes have the column of cells also where they have no grid.
                valid, refused = _refuse_without_grid(valid, refused, may_be_empty="grid" in terms)
            # ROW gives the frame its height where no column comes from the file.
            species = rows.select(ROW, *species_columns).drop(ROW)
            has_key = texts.select(is_given_key(pl.col("species_key"))).to_series()
            species = species.with_columns(terms.groups(rows, defaults.taxon_group, has_key=has_key))
            valid = valid.hstack(species[valid.get_column(POSITION)])
            cube.add(valid.drop("source", "checklist_key", POSITION))
            all_refused.add(with_sentences(refused, rows, texts, REASONS, names=terms.name()))
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


def countries_of(raw: RawTable, terms: Terms) -> Countries | None:
    """The column that names the country of each row."""
    names = [terms.name_of(term) for term in COUNTRY_TERMS if term in terms]
    return Countries.of(raw, names, [terms.name_of(term) for term in NEVER_NA if term in terms])


def _cube_columns(terms: Terms, countries: Countries | None, defaults: RowDefaults) -> list[pl.Expr]:
    """The columns of the contract `OccurrenceCube`, as text, from a file's own."""
    return [
        terms.country(countries, defaults.country_code).alias("country_code"),
        terms.whole(*YEARS).str.replace(r"^(\d{4})(-\d{2}){1,2}$", "$1").alias("year"),
        terms.species_key(*KEYS).alias("species_key"),
        _grid(terms).alias("grid"),
        terms.value(*CELLS).alias("cell_code"),
        terms.whole(*COUNTS, *SHORT_COUNTS).alias("occurrences"),
        terms.value(*UNCERTAINTIES_M).alias("min_coordinate_uncertainty_m"),
        terms.whole(*UNCERTAINTIES_S).alias("min_temporal_uncertainty_s"),
    ]


def _species_columns(terms: Terms) -> list[pl.Expr]:
    """Name and category of the species, and whether it is introduced, from a file's own columns."""
    return [
        terms.species_name(*KEYS).alias("scientific_name"),
        terms.text("iucnRedListCategory", "redListCategory").str.to_uppercase().alias("red_list_category"),
        terms.is_introduced().alias("is_introduced"),
        terms.whole("speciesIntroducedOccurrences")
        .cast(pl.Int64, strict=False)
        .alias("species_introduced_occurrences"),
    ]


def _refuse_without_grid(
    valid: pl.DataFrame, refused: pl.DataFrame, *, may_be_empty: bool
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Valid and refused rows of a cube by cells, with rows whose cell is of no known grid among the refused."""
    is_wrong = pl.col("grid").is_null()
    if may_be_empty:
        is_wrong &= pl.col("cell_code").is_not_null()
    without_cell = refused_rows(
        valid.filter(is_wrong).get_column(POSITION),
        column="cell_code",
        check="grid",
        reason=f"{REASONS['cell_code']}.",
    )
    return valid.filter(~is_wrong), pl.concat([refused, without_cell]).sort(POSITION)


def _grid(terms: Terms) -> pl.Expr:
    """The grid of each row's cell, NULL where there is none."""
    cell = terms.value(*CELLS)
    if DEGREES_AND_MINUTES in terms:
        return pl.when(cell.str.contains(r"^[EW]\d{3}(\d{2}){0,2}[NS]\d{2}(\d{2}){0,2}$")).then(pl.lit("dmsg"))
    return grid_of(cell)


def grid_of(cell: pl.Expr) -> pl.Expr:
    """The grid that a cell code belongs to: `eea:1000` (m), `eqdgc:2` (level), `mgrs:1000` (m), `h3:7` and `isea3h:5`
    (resolution), NULL for others.

    An H3 code is hexadecimal, with the resolution as its second digit. An ISEA3H code is decimal: 17 digits of the cell's
    centre, and before them the resolution, to which 22 is added in the south and 44 in the west.
    """  # noqa: D205  (the first sentence needs two lines)
    size = cell.str.extract(r"^(\d+)k?mE\d+N\d+$", 1)
    metres = pl.when(cell.str.contains("kmE", literal=True)).then(size + pl.lit("000")).otherwise(size)
    letters = cell.str.extract(r"^[EW]\d{3}[NS]\d{2}([A-D]*)$", 1).str.len_chars().cast(pl.String)
    digits = cell.str.extract(r"^\d{1,2}[C-HJ-NP-X][A-HJ-NP-Z]{2}(\d*)$", 1).str.len_chars()
    side = digits.replace_strict({0: "100000", 2: "10000", 4: "1000", 6: "100", 8: "10", 10: "1"}, default=None)
    hexagon = cell.str.extract(r"^8([0-9a-f])[0-9a-f]{13}$", 1).str.to_integer(base=16, strict=False).cast(pl.String)
    code = cell.str.extract(r"^-?(\d{1,2})\d{17}$", 1).cast(pl.Int64)
    resolution = ((code - 1) % 22 + 1).cast(pl.String)
    return pl.coalesce(
        pl.lit("eea:") + metres,
        pl.lit("eqdgc:") + letters,
        pl.lit("mgrs:") + side,
        pl.lit("h3:") + hexagon,
        pl.lit("isea3h:") + resolution,
    )

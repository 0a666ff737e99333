"""`ness cube`: records to a cube with a chosen engine, into the warehouse or a file."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import polars as pl

from ness_pipeline.contract.batch import Batch
from ness_pipeline.cube.duckdb import MEMORY, DuckdbEngine
from ness_pipeline.cube.engine import Engine
from ness_pipeline.cube.gbif import GbifDownloads, Product
from ness_pipeline.cube.options import CubeOptions, Trust
from ness_pipeline.cube.records import Progress
from ness_pipeline.cube.spark import LOCAL, SparkEngine
from ness_pipeline.cube.species import species_of
from ness_pipeline.errors import WrongUsage
from ness_pipeline.files import CUBE_TABLES, read, read_many
from ness_pipeline.files.batches import batches_of
from ness_pipeline.files.row_defaults import RowDefaults
from ness_pipeline.landing.http import Session
from ness_pipeline.names.taxon_groups import with_groups
from ness_pipeline.run.own_files import FileLoaded, OwnLoad, load_own
from ness_pipeline.settings import Settings

SUFFIXES = (".parquet", ".csv")
FILE_ENGINES = ("duckdb", "spark")
"""Engines that count records in files; the engine gbif counts GBIF's own."""


@contextmanager
def engine_for(
    name: str,
    files: Sequence[Path | str],
    options: CubeOptions,
    *,
    trust: Trust = "nothing",
    master: str = LOCAL,
    memory: str = MEMORY,
    progress: Progress | None = None,
) -> Iterator[Engine]:
    """The engine of a name (`duckdb` or `spark`) over some files, ready to count.

    Raises:
        WrongUsage: a file is unreadable, or the engine cannot run here.
    """
    if name not in FILE_ENGINES:
        raise WrongUsage(f"There is no cube engine {name!r} for files; choose {' or '.join(FILE_ENGINES)}.")
    with read_many(files) as records:
        engine: Engine
        if name == "duckdb":
            engine = DuckdbEngine(records, options, trust=trust, progress=progress, memory=memory)
        else:
            engine = SparkEngine(records, options, trust=trust, progress=progress, master=master)
        with engine:
            yield engine


def cube_to_file(engine: Engine, path: Path) -> None:
    """Write the cube to a file, whole or not at all.

    Raises:
        WrongUsage: the name ends in neither `.parquet` nor `.csv`, the place cannot be written to, or a record is unreadable.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise WrongUsage(f"{path.name} is neither Parquet nor CSV; give --out a name that ends in .parquet or .csv.")
    unfinished = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.touch()  # the error of an engine for a place that cannot be written to would blame the records
        try:
            engine.write(unfinished)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise WrongUsage(
            f"{path} cannot be written ({error.strerror or error}); give --out a place where you may write and the disk has room."
        ) from error


def cube_to_warehouse(
    settings: Settings, engine: Engine, files: Sequence[Path | str], defaults: RowDefaults, command: str
) -> FileLoaded:
    """Load a cube and its species as one unit of work named after the files.

    Raises:
        WrongUsage: the engine does not check records (`--trust everything`), or a file is unreadable.
        NessError: a row breaks a contract; nothing is loaded.
    """
    if engine.trust == "everything":
        raise WrongUsage(
            "What enters the warehouse is checked; leave --trust everything out, or write a file with --out."
        )
    names = [str(file).rstrip("/").rpartition("/")[2] for file in files]
    local = [(name, Path(file)) for name, file in zip(names, files, strict=True) if "://" not in str(file)]
    rows = batches_of(engine, defaults)
    own = OwnLoad(defaults.source, " ".join(names), "occurrence records", CUBE_TABLES, rows, local)
    return load_own(settings, own, command)


def gbif_to_warehouse(
    settings: Settings,
    product: Product,
    options: CubeOptions,
    defaults: RowDefaults,
    *,
    progress: Progress | None = None,
    pause_s: float = 60.0,
) -> FileLoaded:
    """Let GBIF make a cube, records or a list of species, and load it with its DOI as what to cite.

    Raises:
        WrongUsage: GBIF cannot make it, or the login is missing.
        SourceUnavailable: GBIF refused it or did not finish it.
        NessError: a row breaks a contract; nothing is loaded.
    """
    with tempfile.TemporaryDirectory(prefix="ness-gbif-") as folder, Session(settings) as session:
        downloads = GbifDownloads(session, settings, progress=progress, pause_s=pause_s)
        download = downloads.get(product, options, Path(folder))
        defaults = replace(defaults, checklist_key=settings.gbif_checklist)
        with _rows_of(download.file, product, options, defaults) as (layout, batches):
            own = OwnLoad(
                source=defaults.source,
                key=f"gbif {download.key}",
                layout=layout,
                tables=("country_species",) if product == "species" else CUBE_TABLES,
                batches=batches,
                files=[(f"GBIF download {download.key}", download.file)],
                release=download.key,
                citation={
                    "citation": download.citation,
                    "doi": download.doi,
                    "licence": download.licence,
                    "is_redistributable": True,
                },
            )
            return load_own(settings, own, f"cube gbif {download.key}")


@contextmanager
def _rows_of(
    file: Path, product: Product, options: CubeOptions, defaults: RowDefaults
) -> Iterator[tuple[str, Iterable[Batch]]]:
    """The layout of a finished download, and its rows."""
    if product == "records":
        # Country and years were filters of the download.
        options = replace(options, country_code=None, years=None)
        with engine_for("duckdb", [file], options) as engine:
            yield "occurrence records", batches_of(engine, defaults)
    elif product == "cube":
        name = defaults.source.removeprefix("file:")
        taxon_group, checklist_key = defaults.taxon_group, defaults.checklist_key
        with read(file, taxon_group=taxon_group, checklist_key=checklist_key, source=name) as loaded:
            yield loaded.layout, loaded.batches
    else:
        yield "list of species", [Batch("country_species", listed_species(file, options, defaults))]


def listed_species(file: Path, options: CubeOptions, defaults: RowDefaults) -> pl.DataFrame:
    """Rows of `country_species` from a list of species of one country.

    Raises:
        WrongUsage: the list is not of one country.
    """
    if options.country_code is None:
        raise WrongUsage("A list of species does not say where they live; give one country, as in --country KE.")
    with zipfile.ZipFile(file) as packed, packed.open(packed.namelist()[0]) as member:
        listed = pl.read_csv(member.read(), separator="\t", quote_char=None, infer_schema=False)
    grouped = with_groups(listed.filter(pl.col("speciesKey").is_not_null()))
    records = grouped.select(
        pl.lit(options.country_code).alias("country_code"),
        pl.col("speciesKey").alias("species_key"),
        pl.col("species").alias("scientific_name"),
        pl.col("taxon_group").fill_null(pl.lit(defaults.taxon_group, pl.String)),
        pl.when(pl.col("iucnRedListCategory") != "").then("iucnRedListCategory").alias("red_list_category"),
        pl.col("numberOfOccurrences").cast(pl.Int64).alias("records"),
        pl.lit(0, pl.Int64).alias("introduced_records"),
    )
    frames = list(species_of([records]))
    if not frames:
        return records.clear()
    return pl.concat(frames).drop("introduced_occurrences").with_columns(defaults.origin)

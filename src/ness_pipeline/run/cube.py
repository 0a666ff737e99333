"""`ness cube`: records to a cube with the engine of choice, into the warehouse or a file."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from ness_pipeline.contract.batch import Batch
from ness_pipeline.cube.duckdb import MEMORY, DuckdbEngine
from ness_pipeline.cube.engine import Engine
from ness_pipeline.cube.gbif import GbifDownloads, Product
from ness_pipeline.cube.options import CubeOptions, Trust
from ness_pipeline.cube.records import Progress, Records
from ness_pipeline.cube.spark import LOCAL, SparkEngine
from ness_pipeline.cube.species import species_of
from ness_pipeline.errors import WrongUsage
from ness_pipeline.files import read, read_many
from ness_pipeline.files.batches import Said, batches_of
from ness_pipeline.landing.http import Session
from ness_pipeline.names.taxon_groups import with_groups
from ness_pipeline.run.own_files import FileLoaded, OwnLoad, load_own
from ness_pipeline.settings import Settings

TABLES = ("occurrence_cube", "country_species")
SUFFIXES = (".parquet", ".csv")


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
    """The engine of a name over some files, ready to count.

    Raises:
        WrongUsage: a file is unreadable, or the engine cannot run here.
    """
    makers: dict[str, Callable[[list[Records]], Engine]] = {
        "duckdb": lambda found: DuckdbEngine(found, options, trust=trust, progress=progress, memory=memory),
        "spark": lambda found: SparkEngine(found, options, trust=trust, progress=progress, master=master),
    }
    if name not in makers:
        raise WrongUsage(f"There is no cube engine {name!r} for files; choose {' or '.join(makers)}.")
    with read_many(files) as records, makers[name](records) as engine:
        yield engine


def cube_to_file(engine: Engine, path: Path) -> None:
    """Write the cube to a file, whole or not at all.

    Raises:
        WrongUsage: the name does not say parquet or CSV, the place cannot be written to, or a record is unreadable.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise WrongUsage(f"{path.name} says neither parquet nor CSV; give --out a name that ends in .parquet or .csv.")
    half = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        half.touch()  # an engine's own words for a place that cannot be written to would blame the records
        try:
            engine.write(half)
            half.replace(path)
        finally:
            half.unlink(missing_ok=True)
    except OSError as error:
        raise WrongUsage(
            f"{path} cannot be written ({error.strerror or error}); give --out a place where you may write and the disk has room."
        ) from error


def cube_to_warehouse(
    settings: Settings, engine: Engine, files: Sequence[Path | str], said: Said, command: str
) -> FileLoaded:
    """Load a cube and its species as one unit of work named after the files.

    Raises:
        WrongUsage: records were to be trusted altogether, or a file is unreadable.
        NessError: a row breaks a contract; nothing is loaded.
    """
    if engine.trust == "everything":
        raise WrongUsage(
            "What enters the warehouse is checked; leave --trust everything out, or write a file with --out."
        )
    names = [str(file).rstrip("/").rpartition("/")[2] for file in files]
    local = [(name, Path(file)) for name, file in zip(names, files, strict=True) if "://" not in str(file)]
    rows = batches_of(engine, said)
    own = OwnLoad(said.source, " ".join(names), "occurrence records", TABLES, rows, local)
    return load_own(settings, own, command)


def gbif_to_warehouse(
    settings: Settings,
    product: Product,
    options: CubeOptions,
    said: Said,
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
        done = GbifDownloads(session, settings, progress=progress, pause_s=pause_s).get(product, options, Path(folder))
        said = Said(said.source, said.taxon_group, settings.gbif_checklist)
        with _rows_of(done.file, product, options, said) as (layout, batches):
            own = OwnLoad(
                source=said.source,
                key=f"gbif {done.key}",
                layout=layout,
                tables=("country_species",) if product == "species" else TABLES,
                batches=batches,
                files=[(f"GBIF download {done.key}", done.file)],
                release=done.key,
                citation={
                    "citation": done.citation,
                    "doi": done.doi,
                    "licence": done.licence,
                    "is_redistributable": True,
                },
            )
            return load_own(settings, own, f"cube gbif {done.key}")


@contextmanager
def _rows_of(file: Path, product: Product, options: CubeOptions, said: Said) -> Iterator[tuple[str, Iterable[Batch]]]:
    """What a finished download is, and its rows."""
    if product == "records":
        with engine_for("duckdb", [file], CubeOptions(grid=options.grid, max_uncertainty_m=options.max_uncertainty_m)) as engine:  # fmt: skip
            yield "occurrence records", batches_of(engine, said)
    elif product == "cube":
        name = said.source.removeprefix("file:")
        with read(file, taxon_group=said.taxon_group, checklist_key=said.checklist_key, source=name) as loaded:
            yield loaded.layout, loaded.batches
    else:
        yield "list of species", [Batch("country_species", listed_species(file, options, said))]


def listed_species(file: Path, options: CubeOptions, said: Said) -> pl.DataFrame:
    """Rows of `country_species` from a list of species of one country.

    Raises:
        WrongUsage: the list is not of one country.
    """
    if options.country_code is None:
        raise WrongUsage("A list of species does not say where they live; ask for one country, as in --country KE.")
    with zipfile.ZipFile(file) as packed, packed.open(packed.namelist()[0]) as member:
        listed = pl.read_csv(member.read(), separator="\t", quote_char=None, infer_schema=False)
    grouped = with_groups(listed.filter(pl.col("speciesKey").is_not_null()))
    records = grouped.select(
        pl.lit(options.country_code).alias("country_code"),
        pl.col("speciesKey").alias("species_key"),
        pl.col("species").alias("scientific_name"),
        pl.col("taxon_group").fill_null(pl.lit(said.taxon_group, pl.String)),
        pl.when(pl.col("iucnRedListCategory") != "").then("iucnRedListCategory").alias("red_list_category"),
        pl.col("numberOfOccurrences").cast(pl.Int64).alias("records"),
        pl.lit(0, pl.Int64).alias("introduced_records"),
    )
    frames = list(species_of([records]))
    filled = [pl.lit(said.source).alias("source"), pl.lit(said.checklist_key, pl.String).alias("checklist_key")]
    return pl.concat(frames).drop("introduced_occurrences").with_columns(filled) if frames else records.clear()

"""`ness cube`: records to a cube with a chosen engine, into the warehouse or a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from ness_pipeline.cube.duckdb import MEMORY, DuckdbEngine
from ness_pipeline.cube.engine import Engine
from ness_pipeline.cube.gbif import GbifDownloads, Product
from ness_pipeline.cube.options import CubeOptions, Trust
from ness_pipeline.cube.records import Progress
from ness_pipeline.cube.spark import LOCAL, SparkEngine
from ness_pipeline.cube.species import species_of, write_alone, write_with_species
from ness_pipeline.errors import WrongUsage
from ness_pipeline.files import CUBE_TABLES, FileLoad, read, read_many
from ness_pipeline.files.batches import batches_of, with_reporting_groups
from ness_pipeline.files.row_defaults import RowDefaults
from ness_pipeline.landing.http import Session
from ness_pipeline.landing.own_loads import Kind
from ness_pipeline.names.checklists import DATASET_KEY
from ness_pipeline.run.attribution import NOTHING_SAID, Attribution
from ness_pipeline.run.file_loaded import FileLoaded
from ness_pipeline.run.own_files import COMPARED_RECORDS, OwnFiles, load_own
from ness_pipeline.scratch import ScratchFolder
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
            _write_cube(engine, unfinished)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise WrongUsage(
            f"{path} cannot be written ({error.strerror or error}); give --out a place where you may write and the disk has room."
        ) from error


def _write_cube(engine: Engine, path: Path) -> None:
    """Write the cube with its species, so that the file can be loaded again as it is.

    Where everything is trusted the cube is written alone: species cost a second reading of the records.
    """
    with ScratchFolder("cube") as folder:
        cube = Path(folder) / "cube.parquet"
        engine.write(cube)
        if engine.trust == "everything":
            write_alone(cube, path)
        else:
            write_with_species(cube, species_of(with_reporting_groups(engine)), path)


def cube_to_warehouse(
    settings: Settings,
    files: Sequence[Path | str],
    options: CubeOptions,
    defaults: RowDefaults,
    command: str,
    *,
    engine: str = "duckdb",
    trust: Trust = "nothing",
    master: str = LOCAL,
    memory: str = MEMORY,
    progress: Progress | None = None,
    as_of: str | None = None,
    replaces: str | None = None,
    attribution: Attribution = NOTHING_SAID,
) -> FileLoaded:
    """Load the cube of some files and its species: files whose content is there already are not counted again.

    Args:
        settings: the configuration.
        files: the records.
        options: how to count them.
        defaults: values for all of them.
        command: for `ops.run`.
        engine: see `engine_for`, also for the next ones.
        trust: what is not checked.
        master: where Spark runs.
        memory: memory of the engine duckdb.
        progress: receives what is being done.
        as_of: day or release that the files speak of.
        replaces: name of earlier loads whose place they take.
        attribution: what the user says of where the files come from.

    Raises:
        WrongUsage: records are not checked (`--trust everything`), or a file is unreadable.
        NessError: a row breaks a contract; nothing is loaded.
    """
    if trust == "everything":
        raise WrongUsage(
            "What enters the warehouse is checked; leave --trust everything out, or write a file with --out."
        )

    @contextmanager
    def read_new(new: Sequence[Path | str]) -> Iterator[FileLoad]:
        chosen = engine_for(engine, new, options, trust=trust, master=master, memory=memory, progress=progress)
        with chosen as records:
            yield _of_engine(records, defaults)

    own = OwnFiles(
        files=files,
        options=_said(options, defaults),
        read=read_new,
        source=defaults.source,
        as_of=as_of,
        replaces=replaces,
        attribution=attribution,
    )
    return load_own(settings, own, command)


def _of_engine(engine: Engine, defaults: RowDefaults) -> FileLoad:
    """The cube of an engine as a load; records can be told apart where the engine notes them and they are not too many."""
    checklists = {part.checklist_key for part in engine.records}
    defaults = replace(defaults, own_checklist=checklists.pop() if len(checklists) == 1 else None)
    rows = batches_of(engine, defaults)
    write_keys = engine.write_keys if isinstance(engine, DuckdbEngine) else None
    is_known = write_keys is not None and engine.received() <= COMPARED_RECORDS
    kind: Kind = "records" if is_known else "counted"
    return FileLoad(
        defaults.source,
        "occurrence records",
        CUBE_TABLES,
        rows,
        kind,
        write_keys=write_keys if is_known else None,
        checklist_key=defaults.checklist,
    )


def _said(options: CubeOptions, defaults: RowDefaults) -> dict[str, str]:
    """What the user says of some files, by option."""
    said = {
        "country": options.country_code or defaults.country_code,
        "years": options.years,
        "grid": options.grid,
        "max_uncertainty": options.max_uncertainty_m,
        "seed": options.seed,
        "taxon_group": defaults.taxon_group,
        "checklist_key": defaults.checklist_key,
        "name": defaults.source,
    }
    return {name: str(value) for name, value in said.items() if value is not None}


def gbif_to_warehouse(
    settings: Settings,
    product: Product,
    options: CubeOptions,
    defaults: RowDefaults,
    *,
    attribution: Attribution = NOTHING_SAID,
    progress: Progress | None = None,
    pause_s: float = 60.0,
) -> FileLoaded:
    """Let GBIF make a cube, records or a list of species, and load it with its DOI as what to cite.

    GBIF is asked for keys of one checklist, the one in use or the one that the defaults name. Which checklist the keys that
    came are of is decided as for every own file, by their names: the same order has given keys of the old backbone, too.

    Raises:
        WrongUsage: GBIF cannot make it, or the login is missing.
        SourceUnavailable: GBIF refused it or did not finish it.
        NessError: a row breaks a contract; nothing is loaded.
    """
    asked = settings
    if defaults.checklist_key is not None:
        asked = settings.model_copy(update={"gbif_checklist": _dataset_key(defaults.checklist_key)})
        defaults = replace(defaults, checklist_key=None)
    with ScratchFolder("gbif") as folder, Session(settings) as session:
        downloads = GbifDownloads(session, asked, progress=progress, pause_s=pause_s)
        download = downloads.get(product, options, Path(folder))
        own = OwnFiles(
            files=[download.file],
            options=_said(options, defaults) | {"product": product, "asked_checklist": asked.gbif_checklist},
            read=lambda _: _rows_of(download.file, product, options, defaults),
            source=defaults.source,
            names={download.file: f"GBIF download {download.key}"},
            as_of=download.made_on,
            attribution=attribution,
            citation={"citation": download.citation, "doi": download.doi, "licence": download.licence},
        )
        return load_own(settings, own, f"cube gbif {download.key}")


def _dataset_key(checklist: str) -> str:
    """A checklist that GBIF can be asked for.

    Raises:
        WrongUsage: it is not named by a dataset key.
    """
    if DATASET_KEY.fullmatch(checklist) is None:
        message = f"GBIF knows checklists by their dataset keys, and {checklist!r} is none; say --checklist col, gbif or a dataset key."
        raise WrongUsage(message)
    return checklist


@contextmanager
def _rows_of(file: Path, product: Product, options: CubeOptions, defaults: RowDefaults) -> Iterator[FileLoad]:
    """The rows of a finished download."""
    if product == "records":
        # Country and years were filters of the download.
        options = replace(options, country_code=None, years=None)
        with engine_for("duckdb", [file], options) as engine:
            yield _of_engine(engine, defaults)
    else:
        name = defaults.source.removeprefix("file:")
        country_code = options.country_code if product == "species" else None
        with read(file, country_code=country_code, taxon_group=defaults.taxon_group, source=name) as loaded:
            yield loaded

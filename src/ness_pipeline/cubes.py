"""`ness cube`: records to a cube with the engine of choice, into the warehouse or a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ness_pipeline.cube.duckdb import MEMORY, DuckdbEngine
from ness_pipeline.cube.engine import Engine, Progress, Records
from ness_pipeline.cube.options import CubeOptions, Trust
from ness_pipeline.cube.spark import LOCAL, SparkEngine
from ness_pipeline.errors import WrongUsage
from ness_pipeline.files import read_many
from ness_pipeline.files.batches import Said, batches_of
from ness_pipeline.landing import Landing
from ness_pipeline.load import load_unit, replace_ops
from ness_pipeline.operations import ANY_YEAR, FileLoaded, digest_of, parts_of, reasons_of, recorded_run
from ness_pipeline.owndata import keep_own
from ness_pipeline.paths import Paths
from ness_pipeline.runs import clock
from ness_pipeline.settings import Settings
from ness_pipeline.sources import Unit

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
        WrongUsage: the name does not say parquet or CSV, or a record is unreadable.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise WrongUsage(f"{path.name} says neither parquet nor CSV; give --out a name that ends in .parquet or .csv.")
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        engine.write(half)
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)


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
    unit = Unit(said.source, " ".join(names), ANY_YEAR)
    with recorded_run(settings, command) as (connection, run_id):
        now = clock(connection)
        results = load_unit(connection, unit, batches_of(engine, said), TABLES, run_id=run_id, release=None, extracted_at=now, now=now)  # fmt: skip
        received = [
            {
                "source": unit.source, "unit": unit.key, "request": name, "fetched_at": now,
                "sha256": digest_of(path), "payload_bytes": sum(part.stat().st_size for part in parts_of(path)),
                "is_synthetic": settings.is_synthetic,
            }
            for name, path in ((name, Path(file)) for name, file in zip(names, files, strict=True) if "://" not in str(file))
        ]  # fmt: skip
        replace_ops(connection, "provenance", unit, received)
        keep_own(connection, Landing(Paths.of(settings).landing), unit, TABLES)
        reasons = reasons_of(connection, unit)
    return FileLoaded("occurrence records", unit.source, results, reasons)

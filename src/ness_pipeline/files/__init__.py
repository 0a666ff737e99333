"""Own files as a source: records, cubes and tables in whatever form they come, as batches for the loader."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ness_pipeline.contract.batch import Batch
from ness_pipeline.cube.records import Records
from ness_pipeline.errors import SchemaDrift, WrongUsage
from ness_pipeline.files.cubes import is_cube, read_cube
from ness_pipeline.files.dwca import archive_table
from ness_pipeline.files.raw import RawTable
from ness_pipeline.files.records import is_records, read_records
from ness_pipeline.files.result import Options
from ness_pipeline.files.tables import fits, read_table, table_named
from ness_pipeline.files.terms import Terms
from ness_pipeline.files.text import sniff
from ness_pipeline.files.unpack import Unpacked, unpacked
from ness_pipeline.names.column_names import ColumnNames
from ness_pipeline.names.countries import resolve
from ness_pipeline.schemas.vocabulary import TAXON_GROUPS

__all__ = ["FileLoad", "read", "read_many"]

CUBE = "occurrence_cube"


@dataclass(frozen=True)
class FileLoad:
    """What a file turned out to be, and its rows.

    Attributes:
        source: for the `source` column: `file:` and a name.
        layout: what the file is, in plain words.
        tables: tables that it fills, without layer.
        batches: its rows; can be read once, inside the `with` block only.
    """

    source: str
    layout: str
    tables: tuple[str, ...]
    batches: Iterator[Batch]


@contextmanager
def read(
    path: Path,
    *,
    table: str | None = None,
    country_code: str | None = None,
    taxon_group: str | None = None,
    checklist_key: str | None = None,
    source: str | None = None,
) -> Iterator[FileLoad]:
    """Read a file, folder or archive whose layout is found out from its content.

    Args:
        path: occurrence records, a cube, or a table in the columns of a contract; text or parquet, plain or packed.
        table: table to fill; records and cubes fill `occurrence_cube` and `country_species`.
        country_code: country of all rows, for files that do not name it.
        taxon_group: reporting group of all rows, for files that do not name higher taxa.
        checklist_key: GBIF dataset key of the checklist of the species keys, when known.
        source: name of the data in `source`; the file's name where none is given.

    Raises:
        WrongUsage: the file is unreadable, or an option is missing or makes no sense.
        ContractViolation: a column is missing or unknown. Both can also come while `batches` is read; a loader then
            keeps nothing of the file.
    """
    options = Options(
        source=f"file:{source or path.name}",
        country_code=resolve([country_code])[0] if country_code is not None else None,
        taxon_group=taxon_group,
        checklist_key=checklist_key,
    )
    if taxon_group is not None and taxon_group not in TAXON_GROUPS:
        raise WrongUsage(f"{taxon_group!r} is no reporting group; choose one of {', '.join(TAXON_GROUPS)}.")
    wanted = table_named(table) if table is not None else None
    with unpacked(path) as found:
        raw = _raw(found)
        terms = Terms(raw.names, raw.shown)
        if wanted is not None and (wanted.short_name not in {CUBE, "country_species"} or fits(wanted, raw)):
            rows = read_table(raw, wanted, options)
            yield FileLoad(options.source, f"rows of {wanted.short_name}", (wanted.short_name,), rows)
        elif is_cube(terms):
            yield FileLoad(options.source, "occurrence cube", (CUBE, "country_species"), read_cube(raw, options))
        elif is_records(terms):
            yield FileLoad(options.source, "occurrence records", (CUBE, "country_species"), read_records(raw, options))
        elif wanted is not None:
            yield FileLoad(
                options.source, f"rows of {wanted.short_name}", (wanted.short_name,), read_table(raw, wanted, options)
            )
        else:
            message = f"{raw.shown} holds neither occurrence records nor a cube (its columns are {', '.join(raw.names[:6])} …); name the table to load it into."
            raise SchemaDrift(message)


def _raw(found: Unpacked) -> RawTable:
    if found.meta is not None:
        return archive_table(found)
    if all(_is_parquet(file) for file in found.files):
        return RawTable.from_parquet(found.files, found.path.name)
    text = sniff(found.files[0], found.path.name)
    return RawTable(found.path.name, found.files, text.names, text)


def _is_parquet(file: Path) -> bool:
    with file.open("rb") as start:
        return file.suffix == ".parquet" or start.read(4) == b"PAR1"


@contextmanager
def read_many(paths: Sequence[Path | str]) -> Iterator[list[Records]]:
    """Occurrence records of several files, folders, archives or object-store URLs, as parquet for a cube engine.

    Raises:
        WrongUsage: one of them is unreadable.
        SchemaDrift: one of them does not hold occurrence records.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="ness-records-"))
        found = []
        for number, path in enumerate(paths):
            if "://" in str(path):
                found.append(Records(str(path), (str(path),)))
                continue
            raw = _raw(stack.enter_context(unpacked(Path(path))))
            if not is_records(ColumnNames(raw.names, raw.shown)):
                raise SchemaDrift(
                    f"{raw.shown} does not hold occurrence records (its columns are {', '.join(raw.names[:6])} …); load cubes and tables with `ness load`."
                )
            (Path(folder) / str(number)).mkdir()
            found.append(raw.as_records(Path(folder) / str(number)))
        yield found

"""Own files as a source: records, cubes and tables in the forms in which people have them, as batches for the loader."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ness_pipeline.contract.batch import Batch
from ness_pipeline.contract.dictionary import Table
from ness_pipeline.cube.records import Records
from ness_pipeline.errors import SchemaDrift, WrongUsage
from ness_pipeline.files.cubes import is_cube, read_cube
from ness_pipeline.files.dwca import archive_table
from ness_pipeline.files.raw import RawTable
from ness_pipeline.files.records import is_records, read_records
from ness_pipeline.files.row_defaults import RowDefaults
from ness_pipeline.files.tables import fits, read_table, table_named
from ness_pipeline.files.terms import Terms
from ness_pipeline.files.text import sniff
from ness_pipeline.files.unpack import Unpacked, unpacked
from ness_pipeline.names.column_names import ColumnNames
from ness_pipeline.names.countries import resolve
from ness_pipeline.schemas.vocabulary import TAXON_GROUPS

__all__ = ["CUBE_TABLES", "FileLoad", "read", "read_many"]

CUBE_TABLES = ("occurrence_cube", "country_species")


@dataclass(frozen=True)
class FileLoad:
    """The layout of a file, and its rows.

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
    is_complete: bool = False,
) -> Iterator[FileLoad]:
    """Read a file, folder or archive; its layout is recognised from its content.

    Args:
        path: occurrence records, a cube, or a table in the columns of a contract; text or parquet, plain or packed.
        table: table to fill; records and cubes fill `occurrence_cube` and `country_species`.
        country_code: country of all rows, for files that do not name it.
        taxon_group: reporting group of all rows, for files that do not name higher taxa.
        checklist_key: GBIF dataset key of the checklist of the species keys, when known.
        source: name of the data in `source`; the file's name where none is given.
        is_complete: whether a list names every species of its groups, as the user says.

    Raises:
        WrongUsage: the file is unreadable, or an option is missing or makes no sense.
        ContractViolation: a column is missing or unknown. Both can also come while `batches` is read; a loader then
            keeps nothing of the file.
    """
    defaults = RowDefaults(
        source=f"file:{source or path.name}",
        country_code=resolve([country_code])[0] if country_code is not None else None,
        taxon_group=taxon_group,
        checklist_key=checklist_key,
        is_complete=is_complete,
    )
    if taxon_group is not None and taxon_group not in TAXON_GROUPS:
        raise WrongUsage(f"{taxon_group!r} is no reporting group; choose one of {', '.join(TAXON_GROUPS)}.")
    wanted = table_named(table) if table is not None else None
    with unpacked(path) as content:
        raw = _raw_table(content)
        yield _load_of(raw, wanted, defaults)


def _load_of(raw: RawTable, wanted: Table | None, defaults: RowDefaults) -> FileLoad:
    """The rows of a file, read as what its columns say that it is.

    Args:
        raw: the file.
        wanted: the table that the user names.
        defaults: values for all rows.

    Raises:
        SchemaDrift: it has neither records nor a cube, and no table is named.
    """
    terms = Terms(raw.names, raw.shown)
    is_list = wanted is not None and wanted.has("is_complete_list") and fits(wanted, raw)
    if defaults.is_complete and not is_list:
        raise WrongUsage(
            f"{raw.shown} is not read as a list of species or of assessments, so --complete has no meaning for it; leave the option out, or load it as country_species or assessment."
        )
    is_table = wanted is not None and (wanted.short_name not in CUBE_TABLES or fits(wanted, raw))
    if not is_table and is_cube(terms):
        return FileLoad(defaults.source, "occurrence cube", CUBE_TABLES, read_cube(raw, defaults))
    if not is_table and is_records(terms):
        return FileLoad(defaults.source, "occurrence records", CUBE_TABLES, read_records(raw, defaults))
    if wanted is not None:
        name = wanted.short_name
        return FileLoad(defaults.source, f"rows of {name}", (name,), read_table(raw, wanted, defaults))
    message = f"{raw.shown} holds neither occurrence records nor a cube (its columns are {', '.join(raw.names[:6])} …); name the table to load it into."
    raise SchemaDrift(message)


def _raw_table(content: Unpacked) -> RawTable:
    """The rows of unpacked files: an archive, parquet parts, or a text table."""
    if content.meta is not None:
        return archive_table(content)
    if all(_is_parquet(file) for file in content.files):
        return RawTable.from_parquet(content.files, content.path.name)
    text = sniff(content.files[0], content.path.name)
    return RawTable(content.path.name, content.files, text.names, text)


def _is_parquet(file: Path) -> bool:
    with file.open("rb") as start:
        return file.suffix == ".parquet" or start.read(4) == b"PAR1"


@contextmanager
def read_many(paths: Sequence[Path | str]) -> Iterator[list[Records]]:
    """Occurrence records of several files, folders, archives or object-store URLs, as parquet for a cube engine.

    Raises:
        WrongUsage: one of them is unreadable, or is given twice.
        SchemaDrift: one of them does not hold occurrence records.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="ness-records-"))
        records = []
        given: dict[Path | str, Path | str] = {}
        for number, path in enumerate(paths):
            if "://" in str(path):
                _note_given(given, path, [str(path)])
                records.append(Records(str(path), (str(path),)))
                continue
            content = stack.enter_context(unpacked(Path(path)))
            _note_given(given, path, {Path(path).resolve(), *(file.resolve() for file in content.files)})
            raw = _raw_table(content)
            if not is_records(ColumnNames(raw.names, raw.shown)):
                raise SchemaDrift(
                    f"{raw.shown} does not hold occurrence records (its columns are {', '.join(raw.names[:6])} …); load cubes and tables with `ness load`."
                )
            (Path(folder) / str(number)).mkdir()
            records.append(raw.as_records(Path(folder) / str(number)))
        yield records


def _note_given(given: dict[Path | str, Path | str], path: Path | str, files: Iterable[Path | str]) -> None:
    """Note which files a path of the user stands for.

    Raises:
        WrongUsage: another path stands for one of them; its records would be there twice.
    """
    for file in files:
        if file in given:
            raise WrongUsage(f"{path} is given twice, also as {given[file]}; give each file once.")
        given[file] = path

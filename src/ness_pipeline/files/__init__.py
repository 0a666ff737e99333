"""Own files as a source: records, cubes and tables in the forms in which people have them, as batches for the loader."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from ness_pipeline.contract.batch import Batch
from ness_pipeline.contract.dictionary import Table
from ness_pipeline.cube.records import Records
from ness_pipeline.errors import SchemaDrift, WrongUsage
from ness_pipeline.files.about import About, about_of
from ness_pipeline.files.batches import batches_of
from ness_pipeline.files.checklists import is_checklist, read_checklist
from ness_pipeline.files.columns import NOT_READ
from ness_pipeline.files.cubes import added_up, check_count, is_cube, read_cube
from ness_pipeline.files.dwca import row_types
from ness_pipeline.files.layouts import raw_table
from ness_pipeline.files.publishers import Published, read_published_table, read_published_tables, without_metadata
from ness_pipeline.files.raw import RawTable, checklist_of_rows
from ness_pipeline.files.records import engine_of_records, is_records, may_be_records
from ness_pipeline.files.row_defaults import RowDefaults
from ness_pipeline.files.species_list import TABLE as SPECIES_TABLE
from ness_pipeline.files.species_list import is_species_list, read_species_list
from ness_pipeline.files.tables import columns_of, fits, has_table, higher_taxa, read_table, recognised, table_named
from ness_pipeline.files.terms import Terms
from ness_pipeline.files.unpack import Unpacked, unpacked, with_sheet
from ness_pipeline.landing.own_loads import Kind
from ness_pipeline.names.checklists import checklist_named
from ness_pipeline.names.column_names import ColumnNames
from ness_pipeline.names.countries import resolve
from ness_pipeline.schemas.vocabulary import TAXON_GROUPS
from ness_pipeline.scratch import ScratchFolder

__all__ = ["CUBE_TABLES", "About", "FileLoad", "read", "read_many", "with_sheet"]

CUBE_TABLES = ("occurrence_cube", "country_species")
OCCURRENCES = "occurrences"
"""What the user calls the table of a file that holds records or a cube."""


@dataclass(frozen=True)
class FileLoad:
    """The layout of a file, and its rows.

    Attributes:
        source: for the `source` column: `file:` and a name.
        layout: what the file is, in plain words.
        tables: tables that it fills, without layer.
        batches: its rows; can be read once, inside the `with` block only.
        kind: what it is beside other files that speak of the same.
        unread: columns of the file that are not read.
        write_keys: writes, for records, by which keys they are known in other files too; inside the `with` block only.
        about: what it says of itself: citation, licence, publisher, day, checklist.
        checklist_key: the checklist of its species keys, as the user or else the file says it; None where nobody does.
        first_row: number of its first row as people count them in the file; None where several rows are made of one.
    """

    source: str
    layout: str
    tables: tuple[str, ...]
    batches: Iterator[Batch]
    kind: Kind = "rows"
    unread: tuple[str, ...] = ()
    write_keys: Callable[[Path], None] | None = None
    about: About = field(default_factory=About)
    checklist_key: str | None = None
    first_row: int | None = None


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
    renamed: Mapping[str, str] | None = None,
) -> Iterator[FileLoad]:
    """Read a file, folder or archive; its layout is recognised from its content.

    Args:
        path: occurrence records, a cube, a table in the columns of a contract, or a publisher's file; text, parquet or a workbook
            (`list.xlsx#Sheet` chooses one of its sheets), plain or packed.
        table: table to fill; `occurrences` for records and cubes, which fill `occurrence_cube` and `country_species`; None
            finds it from the columns.
        country_code: country of all rows, for files that do not name it.
        taxon_group: reporting group of all rows, for files that do not name higher taxa.
        checklist_key: checklist of the species keys, when known: `gbif`, `col`, `iucn`, a GBIF dataset key or another word.
        source: name of the data in `source`; the file's name where none is given.
        is_complete: whether a list names every species of its groups, as the user says.
        renamed: column of the file to the column or term that it means; `-` for one that is not read.

    Raises:
        WrongUsage: the file is unreadable, or an option is missing or makes no sense.
        ContractViolation: a column is missing or unknown. Both can also come while `batches` is read; a loader then
            keeps nothing of the file.
    """
    defaults = RowDefaults(
        source=f"file:{source or path.name}",
        country_code=resolve([country_code])[0] if country_code is not None else None,
        taxon_group=taxon_group,
        checklist_key=checklist_named(checklist_key) if checklist_key is not None else None,
        is_complete=is_complete,
        renamed=renamed or {},
    )
    if taxon_group is not None and taxon_group not in TAXON_GROUPS:
        raise WrongUsage(f"{taxon_group!r} is no reporting group; choose one of {', '.join(TAXON_GROUPS)}.")
    is_counted = table == OCCURRENCES
    wanted = table_named(table) if table is not None and not is_counted else None
    with ExitStack() as stack:
        content = stack.enter_context(unpacked(path))
        about = about_of(content.notes)
        defaults = replace(defaults, own_checklist=about.checklist_key)
        load = _load_of(without_metadata(content), wanted, defaults, stack, is_counted=is_counted)
        yield replace(load, about=load.about.over(about))


def _load_of(
    content: Unpacked, wanted: Table | None, defaults: RowDefaults, stack: ExitStack, *, is_counted: bool
) -> FileLoad:
    """The rows of unpacked files, read as what they turn out to be.

    Args:
        content: the files.
        wanted: the table that the user names.
        defaults: values for all rows.
        stack: keeps open what is read from.
        is_counted: whether the user says that it has records or a cube.
    """
    if content.meta is not None and is_checklist(row_types(content)):
        return _load_of_checklist(content, wanted, defaults)
    published = read_published_tables(content)
    if published is not None:
        return _load_of_published(published, content.path.name, wanted, defaults)
    raw = raw_table(content)
    if not (is_counted or defaults.renamed or (wanted is not None and fits(wanted, raw))):
        published = read_published_table(raw)
    if published is not None:
        load = _load_of_published(published, content.path.name, wanted, defaults)
    else:
        load = _load_of_table(raw, wanted, defaults, stack, is_counted=is_counted)
    return load if raw.encoding is None else replace(load, layout=f"{load.layout}, read as {raw.encoding}")


def _load_of_checklist(content: Unpacked, wanted: Table | None, defaults: RowDefaults) -> FileLoad:
    """The assessments of an archive of taxa.

    Raises:
        WrongUsage: the user names another table, or a checklist of which the keys are not.
    """
    if wanted is not None and wanted.short_name != "assessment":
        raise WrongUsage(f"{content.path.name} is an archive of taxa, which fills assessment; load it as that.")
    if defaults.checklist_key is not None:
        raise WrongUsage(f"{content.path.name} is an archive of taxa that names its species, so the checklist has no meaning for it; leave it out.")  # fmt: skip
    return FileLoad(defaults.source, "national Red List", ("assessment",), read_checklist(content, defaults))


def _load_of_published(published: Published, shown: str, wanted: Table | None, defaults: RowDefaults) -> FileLoad:
    """The rows of a publisher's file.

    Raises:
        WrongUsage: it does not fill the table that the user names, or an option has no meaning for it.
    """
    if wanted is not None and wanted.short_name not in published.tables:
        raise WrongUsage(f"{shown} is: {published.layout}, which fills {' and '.join(published.tables)}; load it as that.")  # fmt: skip
    if given := ", ".join(defaults.given(wanted or table_named(published.tables[0]))):
        raise WrongUsage(f"{shown} is: {published.layout}, which says {given} of each row itself; leave the option out.")  # fmt: skip
    about, first_row = published.about, published.first_row
    return FileLoad(
        defaults.source, published.layout, published.tables, published.batches, about=about, first_row=first_row
    )


def _load_of_table(
    raw: RawTable, wanted: Table | None, defaults: RowDefaults, stack: ExitStack, *, is_counted: bool
) -> FileLoad:
    """The rows of a file, read as what its columns say that it is.

    Args:
        raw: the file.
        wanted: the table that the user names.
        defaults: values for all rows.
        stack: keeps open what is read from.
        is_counted: whether the user says that it has records or a cube.

    Raises:
        SchemaDrift: it has neither records nor a cube, and its columns are those of no table, or of several.
    """
    named = raw.rename(
        {theirs: f"{theirs} (not read)" if ours == NOT_READ else ours for theirs, ours in defaults.renamed.items()}
    )
    terms = Terms(named.names, raw.shown)
    of_rows = checklist_of_rows(named, terms)
    if defaults.checklist_key is not None and of_rows not in {None, defaults.checklist_key}:
        raise WrongUsage(f"{raw.shown} says in a column that its keys are of the checklist {of_rows}; leave --checklist out.")  # fmt: skip
    defaults = replace(defaults, own_checklist=of_rows or defaults.own_checklist)
    load = _load_of_rows(raw, named, terms, wanted, defaults, stack, is_counted=is_counted)
    return replace(load, checklist_key=defaults.checklist, first_row=raw.first_row)


def _load_of_rows(
    raw: RawTable,
    named: RawTable,
    terms: Terms,
    wanted: Table | None,
    defaults: RowDefaults,
    stack: ExitStack,
    *,
    is_counted: bool,
) -> FileLoad:
    """As `_load_of_table`, with the file also under the names that the user gives its columns (`named`, and their `terms`)."""
    is_exact = wanted is not None and fits(wanted, raw)
    if wanted is None or (wanted.short_name in CUBE_TABLES and not is_exact):
        if is_cube(terms):
            _refuse_complete(raw, defaults)
            finer = added_up(terms)
            layout = f"occurrence cube, added up over {', '.join(finer)}" if finer else "occurrence cube"
            return FileLoad(defaults.source, layout, CUBE_TABLES, read_cube(named, defaults), "cube")
        check_count(terms)
        if is_species_list(terms):
            return FileLoad(defaults.source, "list of species", (SPECIES_TABLE,), read_species_list(named, defaults))
        if is_records(terms) or (may_be_records(terms) and (is_counted or not has_table(raw, defaults))):
            _refuse_complete(raw, defaults)
            engine = stack.enter_context(engine_of_records(named, defaults))
            rows = batches_of(engine, defaults)
            return FileLoad(
                defaults.source, "occurrence records", CUBE_TABLES, rows, "records", write_keys=engine.write_keys
            )
    if is_counted:
        message = f"{raw.shown} holds neither occurrence records nor a cube (its columns are {', '.join(raw.names[:6])} …); leave `occurrences` out, or name its table."
        raise SchemaDrift(message)
    columns = recognised(raw, defaults) if wanted is None else columns_of(raw, wanted, defaults)
    table = columns.table
    if not table.has("is_complete_list"):
        _refuse_complete(raw, defaults)
    return FileLoad(
        defaults.source,
        f"rows of {table.short_name}",
        (table.short_name,),
        read_table(raw, columns, defaults),
        "cube" if table.short_name == "occurrence_cube" else "rows",
        unread=tuple(
            name for name in columns.unread if name not in {*higher_taxa(columns).values(), *columns.left_out}
        ),
    )


def _refuse_complete(raw: RawTable, defaults: RowDefaults) -> None:
    """Be sure that nobody calls a file complete that is no list.

    Raises:
        WrongUsage: the user does.
    """
    if defaults.is_complete:
        raise WrongUsage(
            f"{raw.shown} is not read as a list of species or of assessments, so --complete has no meaning for it; leave the option out, or load it as country_species or assessment."
        )


@contextmanager
def read_many(paths: Sequence[Path | str]) -> Iterator[list[Records]]:
    """Occurrence records of several files, folders, archives or object-store URLs, as parquet for a cube engine.

    Raises:
        WrongUsage: one of them is unreadable, or is given twice.
        SchemaDrift: one of them does not hold occurrence records.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(ScratchFolder("records"))
        records = []
        given: dict[Path | str, Path | str] = {}
        for number, path in enumerate(paths):
            if "://" in str(path):
                _note_given(given, path, [str(path)])
                records.append(Records(str(path), (str(path),)))
                continue
            content = stack.enter_context(unpacked(Path(path)))
            _note_given(given, path, {Path(path).resolve(), *(file.resolve() for file in content.files)})
            raw = raw_table(content)
            if not is_records(ColumnNames(raw.names, raw.shown)):
                raise SchemaDrift(
                    f"{raw.shown} does not hold occurrence records (its columns are {', '.join(raw.names[:6])} …); load cubes and tables with `ness load`."
                )
            (Path(folder) / str(number)).mkdir()
            checklist = (
                checklist_of_rows(raw, ColumnNames(raw.names, raw.shown)) or about_of(content.notes).checklist_key
            )
            records.append(replace(raw.as_records(Path(folder) / str(number)), checklist_key=checklist))
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

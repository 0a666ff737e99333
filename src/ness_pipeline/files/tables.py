"""Own data for any table of the warehouse, in the columns of its contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from ness_pipeline.contract.batch import Batch
from ness_pipeline.contract.dictionary import Table, tables
from ness_pipeline.contract.refused import filtered_out, refused_rows, whole_rows_as_json
from ness_pipeline.errors import ContractViolation, SchemaDrift, WrongUsage
from ness_pipeline.files.checklists import BELOW_SPECIES
from ness_pipeline.files.columns import NAME, NOT_READ, OPTIONS, ColumnMap
from ness_pipeline.files.countries import Countries
from ness_pipeline.files.raw import ROW, RawTable
from ness_pipeline.files.refused import positions
from ness_pipeline.files.row_defaults import NATIONAL_LISTS, RowDefaults
from ness_pipeline.files.terms import RANKS, complete_groups
from ness_pipeline.files.values import CATEGORIES, NOT_CONVERTIBLE, number_columns, with_contract_values
from ness_pipeline.names.checklists import checklist_in
from ness_pipeline.names.column_names import ColumnNames, nearest
from ness_pipeline.names.country_column import NOT_ISO, no_country
from ness_pipeline.names.keys import is_rounded, without_zero_decimals
from ness_pipeline.names.species_names import is_below_species, is_given_key, name_key_of, no_species, species_name_of
from ness_pipeline.names.taxon_groups import with_groups
from ness_pipeline.schemas.vocabulary import INDEX_SETS

MEASURED = ("occurrence_cube",)
"""Tables that are known by what they count, not by the names of their columns."""
GLOBAL = "global"
CODE, FAILING, NO_SPECIES = "code of the country", "failing column", "name that names no species"
PART_OF_SPECIES = "names a part of a species"
"""Columns that are added to rows while they are read; the blanks keep them apart from a file's own."""


def loadable() -> tuple[str, ...]:
    """Tables that users can load, without layer."""
    return tuple(table.short_name for table in tables().values() if table.is_landed)


def table_named(name: str) -> Table:
    """The table that a user means.

    Raises:
        WrongUsage: there is none that can be loaded.
    """
    if name not in loadable():
        guess = nearest(name, loadable())
        hint = f"did you mean {guess}?" if guess else f"choose one of {', '.join(loadable())}."
        raise WrongUsage(f"There is no table {name!r} to load; {hint}")
    return tables()[f"core.{name}"]


def fits(table: Table, raw: RawTable) -> bool:
    """Whether every column of a file is one of the contract's, in the same spelling."""
    return all(table.has(name) and name != "source" for name in raw.names)


def columns_of(raw: RawTable, table: Table, defaults: RowDefaults) -> ColumnMap:
    """Which columns of a file are which of a table.

    Raises:
        WrongUsage: the user names a column that file or table does not have.
    """
    return ColumnMap.of(raw.names, table, raw.shown, said=defaults.renamed, given=defaults.given(table))


def _maps(raw: RawTable, defaults: RowDefaults) -> list[ColumnMap]:
    """Which columns of a file are which of each table that the user may mean."""
    said = {ours for ours in defaults.renamed.values() if ours != NOT_READ}
    candidates = [table_named(name) for name in loadable() if name not in MEASURED]
    return [columns_of(raw, table, defaults) for table in candidates if all(_can_read(table, name) for name in said)]


def _can_read(table: Table, name: str) -> bool:
    """Whether a column of that name is read for a table: the name of a species also where the table does not keep it."""
    return table.has(name) or (name == NAME and table.has("species_key"))


def has_table(raw: RawTable, defaults: RowDefaults) -> bool:
    """Whether a file has all columns that some table needs."""
    return any(one.fits for one in _maps(raw, defaults))


def recognised(raw: RawTable, defaults: RowDefaults) -> ColumnMap:
    """The one table whose columns a file has.

    Raises:
        SchemaDrift: it has those of none, or of several; the sentence says which it could be.
        WrongUsage: the user names a column that no table has.
    """
    columns = {column.name for name in loadable() for column in table_named(name).columns}
    if unknown := sorted(set(defaults.renamed.values()) - columns - {NOT_READ}):
        guess = nearest(unknown[0], columns)
        hint = f"did you mean {guess}?" if guess else "`ness dictionary` lists the columns of every table."
        raise WrongUsage(f"No table has a column {unknown[0]!r}, which --map names; {hint}")
    maps = _maps(raw, defaults)
    fitting = sorted((one for one in maps if one.fits), key=lambda one: -len(one.names))
    if fitting and (len(fitting) == 1 or len(fitting[0].names) > len(fitting[1].names)):
        return fitting[0]
    if fitting:
        names = " or ".join(one.table.short_name for one in fitting if len(one.names) == len(fitting[0].names))
        raise SchemaDrift(
            f"{raw.shown} could be {names}; say which, as in: ness load {fitting[0].table.short_name} FILE."
        )
    nearest_maps = sorted((one for one in maps if one.names), key=lambda one: (len(one.missing), -len(one.names)))[:2]
    lacks = "; ".join(one.lacks for one in nearest_maps)
    shown = ", ".join(raw.names[:8]) + (" …" if len(raw.names) > len(raw.names[:8]) else "")
    raise SchemaDrift(
        f"{raw.shown} holds neither occurrence records nor a cube nor a table that is known (its columns are {shown}); "
        f"{lacks or 'name the table, and which column is which with --map THEIRS=OURS'}."
    )


def read_table(raw: RawTable, columns: ColumnMap, defaults: RowDefaults) -> Iterator[Batch]:
    """The rows of a file in the columns of a table; types and values are checked when they are loaded.

    Columns that the file lacks are filled with the values given for all rows.

    Raises:
        SchemaDrift: a column is almost called as one of the table.
        ContractViolation: a column that every row needs is missing, or the file has no rows.
        WrongUsage: a value given for all rows cannot be used.
    """
    columns.check()
    table = columns.table
    raw = raw.rename(columns.renames)
    given = defaults.given(table)
    if table.has("species_key") and not table.has("checklist_key"):
        given.pop("checklist_key", None)  # it is that of the keys of the whole file
    countries = _countries(raw, columns)
    _check_given(raw, columns, countries, given)
    filled = [pl.lit(value).alias(name) for name, value in given.items()]
    wanted = [name for name in raw.names if name in columns.names.values()]
    taxa = higher_taxa(columns)
    decimal_commas = raw.with_decimal_commas(number_columns(raw, table))
    rows_seen = 0
    for rows in raw.batches():
        rows_seen += rows.height
        filled_in = _filled_in(rows.select(ROW, *wanted).with_columns(filled), table)
        if taxa and "taxon_group" not in filled_in.columns:
            filled_in = filled_in.with_columns(_groups(rows, taxa, raw.shown))
        whole = _with_sets(filled_in, table)
        read = None if countries is None or countries.name in given else countries
        named = _with_species(_with_keys(whole, table), table, defaults)
        by_contract = with_contract_values(named, table, decimal_commas)
        numbers = positions(by_contract.get_column(ROW), raw.malformed, raw.empty_rows)
        yield from _without_refused(by_contract.with_columns(numbers), table, read)
    if raw.malformed.height:
        row = raw.malformed.get_column("row_number")[0] + raw.first_row
        message = f"{raw.shown}, row {row}, does not have the {len(raw.names)} columns of the header; nothing was loaded, correct the row."
        raise ContractViolation(message)
    if not rows_seen:
        raise ContractViolation(f"{raw.shown} has column names but no rows; nothing was loaded, add the rows.")


def _filled_in(rows: pl.DataFrame, table: Table) -> pl.DataFrame:
    """The rows with what is plain without saying: an own value is of the total, the user's own, and observed where it is there."""
    if table.short_name != "indicator_observation":
        return rows
    said = {"disaggregation": pl.lit("total"), "publisher": pl.lit("user")}
    if "value" in rows.columns:
        said["value_status"] = pl.when(pl.col("value").is_null()).then(pl.lit("missing")).otherwise(pl.lit("observed"))
    return rows.with_columns(value.alias(name) for name, value in said.items() if name not in rows.columns)


def higher_taxa(columns: ColumnMap) -> dict[str, str]:
    """The columns of a file that name the higher taxa of a species, by rank, where its table has reporting groups and it none."""
    if not (columns.table.has("species_key") and columns.table.has("taxon_group")):
        return {}
    if "taxon_group" in columns.names.values():
        return {}
    names = ColumnNames([name for name in columns.unread if name not in columns.left_out], columns.shown)
    return {rank: names.name_of(rank) for rank in RANKS if rank in names}


def _groups(rows: pl.DataFrame, taxa: Mapping[str, str], shown: str) -> pl.Series:
    """The reporting group of each row by its higher taxa, NULL where they are not enough to know it."""
    lineage = with_groups(rows.select(pl.col(name).alias(rank) for rank, name in taxa.items()))
    groups = lineage.get_column("taxon_group")
    open_groups = pl.repeat(value=False, n=rows.height, eager=True)
    return complete_groups(
        groups, None, has_key=open_groups, has_phylum_and_class={"phylum", "class"} <= set(taxa), shown=shown
    )


def _with_sets(rows: pl.DataFrame, table: Table) -> pl.DataFrame:
    """The rows with the reporting group of those whose group is named as a set of the Red List Index, as `cycads` is."""
    if not table.has("index_set") or "taxon_group" not in rows.columns:
        return rows
    group = pl.col("taxon_group")
    named = pl.when(group.is_in(list(INDEX_SETS))).then(group)
    stated = pl.col("index_set") if "index_set" in rows.columns else pl.lit(None, pl.String)
    return rows.with_columns(index_set=pl.coalesce(stated, named), taxon_group=group.replace(INDEX_SETS))


def _with_species(rows: pl.DataFrame, table: Table, defaults: RowDefaults) -> pl.DataFrame:
    """The rows with the names of species as keys where a row has no key, and with the checklist of the others.

    What has no key and names no species is in `NO_SPECIES`; a part of a species has the name as its file writes it there.
    """
    if not table.has("species_key"):
        return rows
    if NAME in rows.columns:
        name = pl.col(NAME)
        key = pl.col("species_key") if "species_key" in rows.columns else pl.lit(None, pl.String)
        has_name_alone = key.is_null() & name.is_not_null()
        rows = rows.with_columns(
            pl.when(has_name_alone).then(name_key_of(name)).otherwise(key).alias("species_key"),
            pl.when(has_name_alone).then(pl.coalesce(species_name_of(name), name)).otherwise(name).alias(NAME),
            pl.when(has_name_alone & species_name_of(name).is_null()).then(name).alias(NO_SPECIES),
            (has_name_alone & is_below_species(name)).alias(PART_OF_SPECIES),
        )
    is_said = "checklist_key" in rows.columns
    if not table.has("checklist_key") or not (is_said or defaults.own_checklist):
        return rows
    said = pl.col("checklist_key") if is_said else pl.lit(None, pl.String)
    checklist = said.map_elements(lambda text: checklist_in(text) or text, return_dtype=pl.String)
    of_file = pl.coalesce(checklist, pl.lit(defaults.own_checklist, pl.String))
    return rows.with_columns(checklist_key=pl.when(is_given_key(pl.col("species_key"))).then(of_file))


def _check_given(raw: RawTable, columns: ColumnMap, countries: Countries | None, given: Mapping[str, str]) -> None:
    """Be sure that the values given for all rows are for columns that the file lacks.

    Raises:
        WrongUsage: one of them cannot be used.
    """
    table = columns.table
    theirs = {ours: name for name, ours in columns.names.items()}
    for name in given:
        option = OPTIONS[name]
        instead = f"leave {option} out, or the column with --map {theirs[name]}=-" if name in theirs else f"leave {option} out"  # fmt: skip
        if countries is not None and name == countries.name:
            if not countries.meaning.is_understood:
                continue
            reason = f"{raw.shown} has the column {theirs[name]!r} with {countries.meaning.shown}"
        elif name in theirs:
            reason = f"{raw.shown} has the column {theirs[name]!r}"
        elif not table.has(name):
            reason = f"{raw.shown} is for {table.short_name}, which has no such column"
        else:
            continue
        raise WrongUsage(f"{option} cannot be used, because {reason}; {instead}.")


def _with_keys(rows: pl.DataFrame, table: Table) -> pl.DataFrame:
    """The rows with keys as records and cubes have them: `1000.0` is 1000."""
    return rows.with_columns(without_zero_decimals(pl.col(name)) for name in _key_columns(rows, table))


def _key_columns(rows: pl.DataFrame, table: Table) -> list[str]:
    """Columns that hold keys of species and taxa."""
    return [name for name in rows.columns if name.endswith("_key") and table.has(name)]


def _countries(raw: RawTable, columns: ColumnMap) -> Countries | None:
    """The column that names the country of each row, None where there is none."""
    table = columns.table
    candidates = ["country_code"]
    if table.short_name in NATIONAL_LISTS:
        candidates.append("scope")
    names = [name for name in candidates if name in raw.names and table.has(name)]
    return Countries.of(raw, names, [name for name in raw.names if name not in {*names, *CATEGORIES}])


def _without_refused(rows: pl.DataFrame, table: Table, countries: Countries | None) -> Iterator[Batch]:
    """The rows with ISO codes; those of unknown countries or units, or with rounded keys, are refused.

    Args:
        rows: the rows with their position in the file (`ROW`); in `NOT_CONVERTIBLE`, where that is there, why the unit of a row cannot be converted.
        table: their table.
        countries: the column that names the country, None where there is none to read.
    """
    wrong = {name: is_rounded(pl.col(name)) for name in _key_columns(rows, table)}
    code = pl.lit(None, pl.String)
    if countries is not None:
        given = pl.col(countries.name)
        is_global = (given.str.strip_chars().str.to_lowercase() == GLOBAL) & (countries.name == "scope")
        code = pl.when(is_global).then(pl.lit(GLOBAL)).otherwise(countries.codes)
        wrong[countries.name] = code.str.starts_with(NOT_ISO).fill_null(value=False)
    if NO_SPECIES in rows.columns:
        wrong[NO_SPECIES] = pl.col(NO_SPECIES).is_not_null()
        wrong[PART_OF_SPECIES] = pl.col(PART_OF_SPECIES)
    if NOT_CONVERTIBLE in rows.columns:
        wrong["unit"] = pl.col(NOT_CONVERTIBLE).is_not_null()
    cases = (pl.when(is_wrong).then(pl.lit(name)) for name, is_wrong in wrong.items())
    marked = rows.with_columns(code.alias(CODE), pl.coalesce(*cases, pl.lit(None, pl.String)).alias(FAILING))
    for (name,), alike in marked.partition_by(FAILING, as_dict=True, maintain_order=True).items():
        added = (ROW, CODE, FAILING, NOT_CONVERTIBLE, NO_SPECIES, PART_OF_SPECIES)
        content = alike.drop(added, strict=False)
        kept = content if table.has(NAME) else content.drop(NAME, strict=False)
        numbers = alike.get_column(ROW)
        if name is None:
            coded = kept if countries is None else kept.with_columns(alike.get_column(CODE).alias(countries.name))
            yield Batch(table.short_name, coded, positions=numbers)
        elif name == PART_OF_SPECIES:
            left_out = filtered_out(["species_key"], [BELOW_SPECIES], [alike.height])
            yield Batch(table.short_name, kept.clear(), left_out=left_out)
        else:
            check, reasons = _reasons(alike, name, countries)
            column = "species_key" if name == NO_SPECIES else name
            refused = refused_rows(
                numbers, column=column, check=check, reason=reasons, rows=whole_rows_as_json(content)
            )
            yield Batch(table.short_name, kept.clear(), refused=refused)


def _reasons(rows: pl.DataFrame, name: str, countries: Countries | None) -> tuple[str, list[str]]:
    """The check that rows fail in a column, and why, row by row."""
    if countries is not None and name == countries.name:
        return "iso2", [no_country(value) for value in rows.get_column(CODE)]
    if name == NO_SPECIES:
        return "name", [no_species(value) for value in rows.get_column(NO_SPECIES)]
    if name == "unit":
        return "unit", rows.get_column(NOT_CONVERTIBLE).to_list()
    return "key", [
        f"{name} is {value!r}, to which a spreadsheet has rounded a key; format the column as text there and export it again."
        for value in rows.get_column(name)
    ]

"""The steps from records to cube, the same for every engine: name the terms, check, set apart, count.

An engine says how a relation is made, read and written; the steps and their SQL are here and in `warehouse/cube/`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import polars as pl

from ness_pipeline.contract_sql import any_broken, broken_columns, first_broken, none_broken
from ness_pipeline.cube.options import CubeOptions, Trust
from ness_pipeline.cube.terms import SqlTerms
from ness_pipeline.cube.text import sql_text
from ness_pipeline.database import literal
from ness_pipeline.dictionary import tables
from ness_pipeline.sources import REJECTED

Progress = Callable[[str, float | None], None]
"""Called with what is being done and the share of it that is done, where that is known."""
Checks = list[tuple[str, str]]
"""Columns of a record in the order of the contract, each with the SQL condition that it fails."""
GROUPED = {
    "species_key": ("key_word", "key_of(key_word)"),
    "year": ("year", "year"),
    "country_code": ("country_word", "code_of(country_word, getvariable('countries'))"),
}
"""Columns that the cube groups by, which are checked once for each count: the word that `warehouse/cube/written.sql` counts
by, and the value that it stands for.
"""
ASKED_APART = {
    "occurrence_status": "NOT is_present",
    "has_geospatial_issue": "has_geospatial_issue",
    "basis_of_record": "is_fossil_or_living",
    "red_list_category": "NOT is_category",
    **{name: f"{GROUPED[name][1]} IS NULL" for name in ("species_key", "country_code")},
}
"""Where another question than the contract's own says, and cheaper, whether a column meets it."""


@dataclass(frozen=True)
class Records:
    """Occurrence records as parquet.

    Attributes:
        shown: how messages name them.
        files: paths or object-store URLs, in order.
        malformed: lines of a text table that are no rows, in the columns of `REJECTED`.
    """

    shown: str
    files: tuple[str, ...]
    malformed: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=dict(REJECTED)))


@dataclass(frozen=True)
class Group:
    """Files of the same columns.

    Attributes:
        relation: name of the relation that holds their rows and, of each, `_file_path`, `_file_name` and `_file_row`.
        terms: their columns.
    """

    relation: str
    terms: SqlTerms


class Engine(ABC):
    """Makes a cube of records; a context manager that removes what it needed on the way.

    Args:
        records: the records.
        options: how to count them.
        trust: `nothing` checks every record against the contract and refuses those that stand twice; `keys` trusts
            that none stands twice; `everything` applies the filters of the cube only and sets nothing apart.
        progress: told what is being done.
    """

    def __init__(
        self,
        records: Sequence[Records],
        options: CubeOptions,
        *,
        trust: Trust = "nothing",
        progress: Progress | None = None,
    ) -> None:
        self.records = tuple(records)
        self.options = options
        self.trust = trust
        self._progress = progress or (lambda _what, _share: None)
        self._groups: list[Group] = []
        self._has_repeated = self._is_partial = False
        self._checks: Checks = []
        self._asked: Checks = []  # of the columns grouped by, once all is counted

    def __enter__(self) -> Self:
        try:
            self.start()
            self._groups = self._find_groups()
            self._relations(self._groups)
            if self.trust == "nothing":
                self._refuse_repeated()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @abstractmethod
    def start(self) -> None:
        """Take what is needed on the way."""

    @abstractmethod
    def close(self) -> None:
        """Remove what was needed on the way."""

    @abstractmethod
    def columns(self, files: tuple[str, ...]) -> list[tuple[tuple[str, ...], Mapping[str, str]]]:
        """Files that have the same columns, with those columns and their types."""

    @abstractmethod
    def open(self, relation: str, files: tuple[str, ...]) -> None:
        """Make the rows of files a relation."""

    @abstractmethod
    def define(self, relation: str, statement: str) -> None:
        """Make a statement a relation."""

    @abstractmethod
    def keep(self, relation: str, statement: str, what: str) -> int:
        """Make the rows of a statement a relation that is computed once; gives back how many they are."""

    @abstractmethod
    def frames(self, statement: str, what: str) -> Iterator[pl.DataFrame]:
        """The rows of a statement in frames of bounded size."""

    @abstractmethod
    def write(self, path: Path) -> None:
        """Write the cube to a file, as parquet or CSV."""

    @abstractmethod
    def rows_by_file(self) -> Mapping[str, int]:
        """How many rows each file has, by its `_file_path`."""

    @property
    def can_name_groups(self) -> bool:
        """Whether all files name the higher taxa that tell the reporting groups apart."""
        return all("phylum" in group.terms and "class" in group.terms for group in self._groups)

    def offsets(self) -> dict[str, int]:
        """Rows of the files of the same records that come before each file."""
        rows = self.rows_by_file()
        found: dict[str, int] = {}
        for part in self.records:
            before = 0
            for file in part.files:
                found[file] = before
                before += rows[file]
        return found

    def received(self) -> int:
        """Records in the files, of the wanted countries and years, malformed lines included."""
        parts = " UNION ALL ".join(
            f"SELECT count(*) AS n FROM {group.relation} WHERE {group.terms.scope(self.options)}"
            for group in self._groups
        )
        counted = sum(int(frame["n"].sum()) for frame in self.frames(f"SELECT n FROM ({parts}) AS part", "Counting"))
        return counted + sum(part.malformed.height for part in self.records)

    def counted(self) -> int:
        """Records that the cube counts."""
        self.count()
        summed = "SELECT CAST(sum(occurrences) AS BIGINT) AS n FROM counted"
        return sum(int(frame["n"].sum()) for frame in self.frames(summed, "Counting"))

    def cube(self, *, is_sorted: bool = False) -> Iterator[pl.DataFrame]:
        """The rows of the cube, sorted where that is wanted."""
        self.count()
        cube = sql_text("occurrence_cube")
        order = "ORDER BY country_code, year, species_key, cell_code"
        return self.frames(f"SELECT * FROM ({cube}) AS cube {order}" if is_sorted else cube, "Reading the cube")

    def species(self) -> Iterator[pl.DataFrame]:
        """What the records say about each species, with the records that do, in no order."""
        self.over_all()
        return self.frames(sql_text("species_record"), "Gathering species")

    def refused(self) -> Iterator[pl.DataFrame]:
        """Refused records with the whole row as JSON (`whole_row`), in no order."""
        self.count()
        for group in self._groups:
            self.define_refused(group)
            yield from self.frames(sql_text("refused_record"), "Setting records apart")

    def over_all(self) -> None:
        """Define the relations over all files again, after a look at some of them."""
        if self._is_partial:
            self._relations(self._groups)
            self._is_partial = False

    def define_refused(self, group: Group) -> None:
        """Define `refused`, the refused records of a group with the whole row, by going over the group again."""
        self._relations([group], is_whole=True)
        self._is_partial = True
        self.define("refused", f"SELECT *, {group.terms.whole_row} AS whole_row FROM ({self._refused()}) AS refused")

    def count(self) -> None:
        """Count the records, once for the cube and for what it says of those that are refused."""
        if self._asked:
            return
        self.over_all()
        self.keep("written", sql_text("written"), "Counting records")
        checks = self._checks_of(groups=True)
        failing, respelled = self._words(checks)
        self._asked = [(name, breaks if name in failing else f"{GROUPED[name][0]} IS NULL") for name, breaks in checks]
        key, country = (GROUPED[name][name in respelled] for name in ("species_key", "country_code"))
        self.define(
            "counted",
            f"SELECT *, {key} AS species_key, {country} AS country_code FROM written WHERE {none_broken(self._asked)}",
        )
        self.define("summed", sql_text("summed") if respelled else "SELECT * FROM counted")

    def _words(self, checks: Checks) -> tuple[set[str], set[str]]:
        """Columns that the cube groups by where a word fails, and where one that does not may stand for what another does."""
        asked = (
            f"SELECT {literal(name)} AS name, count(*) FILTER (WHERE {breaks}) AS failing, count(*) FILTER (WHERE NOT ({breaks}) AND {word} <> {stands_for}) AS respelled FROM (SELECT DISTINCT {word} FROM written WHERE {word} IS NOT NULL) AS word"
            for name, breaks in checks
            for word, stands_for in [GROUPED[name]]
        )
        found = pl.concat(self.frames(" UNION ALL ".join(asked), "Counting records"))
        return set(found.filter(pl.col("failing") > 0)["name"]), set(found.filter(pl.col("respelled") > 0)["name"])

    def _refused(self) -> str:
        checks = [*self._checks_of(groups=False), *self._asked]
        return f"SELECT * FROM checked WHERE {any_broken(checks)} OR is_repeated"

    def _checks_of(self, *, groups: bool) -> Checks:
        """The checks of columns that the cube groups by, or of all others."""
        return [(name, condition) for name, condition in self._checks if (name in GROUPED) is groups]

    def _find_groups(self) -> list[Group]:
        found: list[Group] = []
        for part in self.records:
            for files, columns in self.columns(part.files):
                group = Group(f"raw_{len(found)}", SqlTerms(columns, part.shown))
                self.open(group.relation, files)
                found.append(group)
        return found

    def _relations(self, groups: Sequence[Group], *, is_whole: bool = False) -> None:
        """Define `term`, `record`, `checked` and `occurrence` over some groups of files."""
        self.define("term", " UNION ALL ".join(self._term(group, is_whole=is_whole) for group in groups))
        self.define("record", sql_text("record"))
        self._checks = self._breaks(groups)
        self.define("checked_record", f"SELECT *, {first_broken(self._checks)} AS broken_column FROM record")
        self._part_checked()

    def _part_checked(self) -> None:
        """Define what counts (`occurrence`) by what is known of repeated records."""
        self.define("checked", sql_text("checked_once" if self._has_repeated else "checked"))
        of_records = none_broken(self._checks_of(groups=False))
        self.define("countable", f"SELECT * FROM checked WHERE {of_records} AND NOT is_repeated")
        self.define("occurrence", f"SELECT * FROM countable WHERE {none_broken(self._checks_of(groups=True))}")

    def _term(self, group: Group, *, is_whole: bool) -> str:
        placed = ["_file_path AS file_path", "_file_name AS file_name", "_file_row AS file_row"]
        if is_whole:
            placed += group.terms.raw_columns
        read = f"{group.relation} WHERE {group.terms.scope(self.options)}"
        for stage in group.terms.stages(self.options):
            read = f"(SELECT {', '.join([*(f'{sql} AS {name}' for name, sql in stage.items()), *placed])} FROM {read}) AS step"
            placed = [column.rpartition(" ")[2] for column in placed]
        return f"SELECT * FROM {read}"

    def _breaks(self, groups: Sequence[Group]) -> Checks:
        """The contract's checks, or the filters of the cube alone for who trusts the rest; then those of the options.

        Filters: present, without geospatial issue, neither fossil nor living specimen, species, year and country known.
        Source: B-Cubed occurrence-cube specification (Desmet et al. 2023).
        """
        proven = {"record_id", "taxon_group", "is_introduced"}
        proven |= {"event_date"} if all(group.terms.has_instants for group in groups) else set()
        texts = {name for group in groups for name in group.terms.texts}
        if self.trust == "everything":
            filters = [(name, breaks) for name, breaks in ASKED_APART.items() if name != "red_list_category"]
            breaks = [*filters, ("year", "year IS NULL")]
        else:
            breaks = broken_columns(tables()["landed.occurrence"], texts, proven, ASKED_APART)
        if self.options.max_uncertainty_m is not None:
            cap = literal(self.options.max_uncertainty_m)
            breaks.append(("coordinate_uncertainty_m", f"coalesce(coordinate_uncertainty_m, 1000) > {cap}"))
        if self.options.grid is not None:
            breaks.append(("cell_code", "cell_code IS NULL"))
        return breaks

    def _refuse_repeated(self) -> None:
        """A record that stands twice counts once; most files have none, so the dear part is left out then."""
        what = "Looking for repeated records"
        has_repeated = self.keep("repeated_key", sql_text("repeated_key"), what)
        if has_repeated and self.keep("repeated_record", sql_text("repeated_record"), what):
            self._has_repeated = True
            self._part_checked()

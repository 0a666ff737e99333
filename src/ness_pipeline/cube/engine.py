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

from ness_pipeline.contract.checks_in_sql import any_broken, first_broken, none_broken
from ness_pipeline.contract.refused import no_refused_rows
from ness_pipeline.cube.options import CubeOptions, Trust
from ness_pipeline.cube.rules import GROUPED, Checks, Rules
from ness_pipeline.cube.terms import SqlTerms
from ness_pipeline.cube.text import Variables, sql_text
from ness_pipeline.sql import literal

Progress = Callable[[str, float | None], None]
"""Called with what is being done and the share of it that is done, where that is known."""


@dataclass(frozen=True)
class Records:
    """Occurrence records as parquet.

    Attributes:
        shown: how messages name them.
        files: paths or object-store URLs, in order.
        malformed: lines of a text table that are no rows, in the columns `REFUSED_COLUMNS`.
    """

    shown: str
    files: tuple[str, ...]
    malformed: pl.DataFrame = field(default_factory=no_refused_rows)


@dataclass(frozen=True)
class Group:
    """Files of the same columns.

    Attributes:
        relation: name of the relation that holds their rows and, of each, `_file_path`, `_file_name` and `_file_row`.
        terms: their columns.
    """

    relation: str
    terms: SqlTerms


@dataclass(frozen=True)
class KeptOut:
    """What keeps records out of a cube, known once all are counted.

    Attributes:
        filters: filters that leave records out.
        checks: checks that fail somewhere.
        left_out: how many records the filters leave out, by the column that each looks at.
    """

    filters: Checks
    checks: Checks
    left_out: Mapping[str, int]


class Engine(ABC):
    """Makes a cube of records; a context manager that removes what it needed on the way.

    Args:
        records: the records.
        options: how to count them.
        trust: `nothing` checks every record against the contract and refuses those that stand twice; `keys` trusts
            that none stands twice; `everything` applies the filters of the cube only, sets nothing apart and
            does not say what is left out.
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
        self._has_repeated = self._is_partial = self._is_cube_written = False
        self._rules = Rules([], [])
        self._known: KeptOut | None = None

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

    def keep_written(self) -> None:
        """Count the records by the words that the files write, as the relation `written`."""
        self.keep("written", sql_text("written"), "Counting records")

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
    def variables(self) -> Variables:
        """Variables of the SQL text: the options, and what is trusted."""
        return {**self.options.variables, "trust": self.trust}

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
        self._define_occurrence()
        return self.frames(sql_text("species_record"), "Gathering species")

    def left_out(self) -> Mapping[str, int]:
        """How many records the filters leave out, by the column that each looks at."""
        return self.count().left_out

    def refused(self, *, left_out: bool) -> Iterator[pl.DataFrame]:
        """Records that break the contract or stand twice, with the whole row as JSON (`whole_row`), in no order.

        Args:
            left_out: whether those that filters leave out are wanted, too.
        """
        known = self.count()
        wanted = [*known.filters, *known.checks] if left_out else known.checks
        unwanted = [] if left_out else known.filters
        is_wanted = " AND NOT ".join([f"({any_broken(wanted)})", *(f"({breaks})" for _, breaks in unwanted)])
        for group in self._groups if wanted else ():
            self.define_refused(group, f"SELECT * FROM checked WHERE {is_wanted}")
            yield from self.frames(sql_text("refused_record"), "Setting records apart")

    def over_all(self) -> None:
        """Define the relations over all files again, after a look at some of them."""
        if self._is_partial:
            self._relations(self._groups)
            self._is_partial = False

    def define_refused(self, group: Group, uncounted: str) -> None:
        """Define `refused`, the records of a group that a statement gives with the whole row, by going over it again."""
        self._relations([group], is_whole=True)
        self._is_partial = True
        self.define("refused", f"SELECT *, {group.terms.whole_row} AS whole_row FROM ({uncounted}) AS uncounted")

    def count(self) -> KeptOut:
        """Count the records, once for the cube and for what it says of those that are kept out."""
        if self._known is not None:
            return self._known
        self.over_all()
        self.keep_written()
        failing, respelled = self._words()
        self._is_cube_written = self.trust == "everything" and not failing and not respelled
        key, country = (GROUPED[name][name in respelled] for name in ("species_key", "country_code"))
        valid = " AND NOT ".join(["kept_out_by IS NULL", *(f"({breaks})" for _, breaks in failing)])
        self.define("counted", f"SELECT *, {key} AS species_key, {country} AS country_code FROM written WHERE {valid}")
        self.define("summed", sql_text("summed") if respelled else "SELECT * FROM counted")
        self._known = self._kept_out(failing)
        return self._known

    def _words(self) -> tuple[Checks, set[str]]:
        """Checks of columns that the cube groups by which fail for a word, and columns where one may stand for another."""
        checks = self._rules.of_words
        asked = (
            f"SELECT {literal(name)} AS name, count(*) FILTER (WHERE {breaks}) AS failing, count(*) FILTER (WHERE NOT ({breaks}) AND {word} <> {stands_for}) AS respelled FROM (SELECT DISTINCT {word} FROM written WHERE kept_out_by IS NULL) AS word"
            for name, breaks in checks
            for word, stands_for in [GROUPED[name]]
        )
        found = pl.concat(self.frames(" UNION ALL ".join(asked), "Counting records"))
        failing, respelled = (set(found.filter(pl.col(column) > 0)["name"]) for column in ("failing", "respelled"))
        return [(name, breaks) for name, breaks in checks if name in failing], respelled

    def _kept_out(self, failing: Checks) -> KeptOut:
        """What keeps records out: of the filters and checks of each record as counted, and of words what fails."""
        summed = "SELECT kept_out_by, CAST(sum(occurrences) AS BIGINT) AS records FROM written WHERE kept_out_by IS NOT NULL GROUP BY kept_out_by"
        frames = list(self.frames(summed, "Counting records"))
        records = dict(pl.concat(frames).rows()) if frames else {}
        rules, filters = self._rules.of_records, len(self._rules.filters)
        leaving_out = [place for place in sorted(records) if place < filters]
        broken = [rules[place] for place in sorted(records) if place >= filters]
        repeated = [("record_id", "is_repeated")] if self._has_repeated else []
        return KeptOut(
            filters=[rules[place] for place in leaving_out],
            checks=[*broken, *failing, *repeated],
            left_out={rules[place][0]: records[place] for place in leaving_out},
        )

    def _find_groups(self) -> list[Group]:
        found: list[Group] = []
        for part in self.records:
            for files, columns in self.columns(part.files):
                group = Group(f"raw_{len(found)}", SqlTerms(columns, part.shown))
                self.open(group.relation, files)
                found.append(group)
        return found

    def _relations(self, groups: Sequence[Group], *, is_whole: bool = False) -> None:
        """Define `term`, `record`, `checked` and `countable` over some groups of files."""
        self.define("term", " UNION ALL ".join(self._term(group, is_whole=is_whole) for group in groups))
        self.define("record", sql_text("record"))
        self._rules = Rules.of([group.terms for group in groups], self.options, self.trust)
        broken = first_broken(self._rules.every)
        self.define("checked_record", f"SELECT *, {broken} AS broken_column FROM record")
        self._part_checked()

    def _part_checked(self) -> None:
        """Define what may count (`countable`) by what is known of repeated records."""
        self.define("checked", sql_text("checked_once" if self._has_repeated else "checked"))
        of_records = self._rules.of_records
        kept_out_by = first_broken((place, breaks) for place, (_, breaks) in enumerate(of_records))
        rows = "NOT is_repeated"
        if self.trust == "everything":  # nobody asks why, and to scan for what counts is quicker
            kept_out_by, rows = "NULL", none_broken(of_records)
        self.define("countable", f"SELECT *, CAST({kept_out_by} AS TINYINT) AS kept_out_by FROM checked WHERE {rows}")

    def _define_occurrence(self) -> None:
        """Define what counts (`occurrence`), record by record, as far as repeated records are known."""
        self.define("occurrence", f"SELECT * FROM checked WHERE {none_broken(self._rules.every)} AND NOT is_repeated")

    def _term(self, group: Group, *, is_whole: bool) -> str:
        placed = ["_file_path AS file_path", "_file_name AS file_name", "_file_row AS file_row"]
        if is_whole:
            placed += group.terms.raw_columns
        read = f"{group.relation} WHERE {group.terms.scope(self.options)}"
        for stage in group.terms.stages(self.options):
            read = f"(SELECT {', '.join([*(f'{sql} AS {name}' for name, sql in stage.items()), *placed])} FROM {read}) AS step"
            placed = [column.rpartition(" ")[2] for column in placed]
        return f"SELECT * FROM {read}"

    def _refuse_repeated(self) -> None:
        """A record that stands twice counts once; most files have none, so the dear part is left out then."""
        what = "Looking for repeated records"
        if not self.keep("repeated_key", sql_text("repeated_key"), what):
            return
        self._define_occurrence()
        if self.keep("repeated_record", sql_text("repeated_record"), what):
            self._has_repeated = True
            self._part_checked()

"""What every cube engine does, in order: read → name terms → check → count.

A relation is a named set of rows inside an engine. The engine for DuckDB and the one for Spark say how a relation is defined,
read and written; the SQL of the steps is in `steps.py`, `counting.py` and `warehouse/cube/`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import polars as pl

from ness_pipeline.contract.checks_in_sql import any_broken, none_broken
from ness_pipeline.cube import counting, steps
from ness_pipeline.cube.counting import CountResult, TextCheck
from ness_pipeline.cube.country_text import country_text
from ness_pipeline.cube.options import CubeOptions, Trust
from ness_pipeline.cube.records import FileGroup, Progress, Records
from ness_pipeline.cube.rules import Rules
from ness_pipeline.cube.terms import DayOrder, SqlTerms
from ness_pipeline.cube.text import Variables, sql_text


class Engine(ABC):
    """Makes a cube of records; a context manager that removes its temporary files on leaving.

    Args:
        records: the records.
        options: how to count them.
        trust: `nothing` checks every record against the contract and refuses those that are there twice; `keys` does
            not look for records that are there twice; `everything` applies the filters of the cube only, and knows
            neither refused records nor the numbers of those that are filtered out.
        progress: called with what is being done.

    Attributes:
        records: the records.
        options: how to count them.
        trust: what is not checked.
        rules: the filters and checks of records; complete inside the `with` block.
        has_repeats: whether records are there twice; known inside the `with` block.
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
        self.rules = Rules([], [])
        self.has_repeats = False
        self._progress = progress or (lambda _what, _share: None)
        self._groups: list[FileGroup] = []
        self._result: CountResult | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
            self._read_files()
            self._name_terms()
            self._check_records()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # How an engine works: what each of them does in its own way.

    @abstractmethod
    def start(self) -> None:
        """Open what the engine needs."""

    @abstractmethod
    def close(self) -> None:
        """Close it and remove temporary files."""

    @abstractmethod
    def columns(self, files: tuple[str, ...]) -> list[tuple[tuple[str, ...], Mapping[str, str]]]:
        """Files that have the same columns, with those columns and their types."""

    @abstractmethod
    def rows_by_file(self) -> Mapping[str, int]:
        """How many rows each file has, by its `_file_path`."""

    @abstractmethod
    def open(self, relation: str, files: tuple[str, ...]) -> None:
        """Define a relation with the rows of files, and of each row `_file_path`, `_file_name` and `_file_row`."""

    @abstractmethod
    def define(self, relation: str, statement: str) -> None:
        """Define a relation by a statement, which is computed when it is read."""

    @abstractmethod
    def store(self, relation: str, statement: str, what: str) -> int:
        """Define a relation by a statement that is computed now, once; returns the number of its rows."""

    @abstractmethod
    def define_uncounted(self, group: FileGroup, condition: str) -> None:
        """Define `uncounted_record`: checked records of a group that meet a condition, with `whole_row` as JSON."""

    @abstractmethod
    def frames(self, statement: str, what: str) -> Iterator[pl.DataFrame]:
        """The rows of a statement in frames of bounded size."""

    @abstractmethod
    def write(self, path: Path) -> None:
        """Write the cube to a file, as parquet."""

    @property
    def variables(self) -> Variables:
        """Variables of the SQL text: the options, and what is trusted."""
        return {**self.options.variables, "trust": self.trust}

    # Read → name terms → check → count.

    def _read_files(self) -> None:
        """Open the files, one relation for each group of files with the same columns."""
        for part in self.records:
            for files, columns in self.columns(part.files):
                group = FileGroup(f"raw_{len(self._groups)}", SqlTerms(columns, part.shown))
                self.open(group.relation, files)
                group.terms.country = country_text(group, lambda rows: self.frames(rows, "Reading countries"))
                group.terms.day_order = self._day_order(group)
                group.terms.has_blank_years = self._has_blank_years(group)
                group.terms.has_named_rows = self._has_named_rows(group)
                self._groups.append(group)

    def _has_blank_years(self, group: FileGroup) -> bool:
        """Whether years have to be read from dates, which takes a third more time, so that it is asked first."""
        found = group.terms.blank_year(group.relation)
        return found is None or any(frame.height for frame in self.frames(found, "Reading years"))

    def _has_named_rows(self, group: FileGroup) -> bool:
        """Whether records without a key have to be read by name, in files that have keys."""
        found = group.terms.named_row(group.relation)
        return found is not None and any(frame.height for frame in self.frames(found, "Reading names"))

    def _day_order(self, group: FileGroup) -> DayOrder | None:
        """Which number of dates such as 1/3/2020 is the first, where those with a number above 12 agree."""
        votes = group.terms.day_order_votes(group.relation)
        if votes is None:
            return None
        agreed = pl.concat(self.frames(votes, "Reading dates"))
        day_first, month_first = agreed["day_first"].any(), agreed["month_first"].any()
        if day_first == month_first:
            return None
        return "day" if day_first else "month"

    def _name_terms(self) -> None:
        """Define the rows of all files as records in the columns of the contract."""
        self.define("term", steps.terms_of(self._groups, self.options))
        self.define("record", steps.records())

    def _check_records(self) -> None:
        """Define which filter or check each record fails."""
        self.rules = Rules.of([group.terms for group in self._groups], self.options, self.trust)
        self.define("validated_record", steps.validated_records(self.rules))
        if self.trust == "nothing":
            self.has_repeats = self._find_repeats()
        self.define("checked_record", steps.checked_records(has_repeats=self.has_repeats))
        self.define("classified_record", steps.classified_records(self.rules, self.trust))

    def _find_repeats(self) -> bool:
        """Whether records are there twice; the later ones become `repeated_record`.

        Most files have no key twice, and then the records need not be compared, which takes most of the time.
        """
        what = "Looking for repeated records"
        if not self.store("repeated_key", sql_text("repeated_key"), what):
            return False
        self.define("valid_record", steps.valid_records(self.rules))
        return self.store("repeated_record", sql_text("repeated_record"), what) > 0

    def count(self) -> CountResult:
        """Count the records, on the first call; define the cube's counts as `valid_count` and `merged_count`."""
        if self._result is None:
            self.count_by_text()
            texts = self._check_texts()
            self.define("valid_count", counting.valid_counts(self.rules, texts))
            self.define("merged_count", counting.merged_counts(texts))
            self._result = CountResult.of(self.rules, self._records_by_rule(), texts, has_repeats=self.has_repeats)
        return self._result

    def count_by_text(self) -> None:
        """Count the records by the text of the files, as the relation `count_by_text`."""
        self.store("count_by_text", sql_text("count_by_text"), "Counting records")

    def _check_texts(self) -> TextCheck:
        """Check each different text that the records were counted by."""
        self.define("text_check", counting.text_checks(self.rules))
        return TextCheck.of(self.frames(sql_text("text_check_summary"), "Counting records"))

    def _records_by_rule(self) -> dict[int, int]:
        """How many records fail each rule of records, by its place among them."""
        records: dict[int, int] = {}
        for frame in self.frames(sql_text("not_counted"), "Counting records"):
            records |= dict(frame.select("failed_rule", "records").rows())
        return records

    # Results.

    def received(self) -> int:
        """Records in the files, of the wanted countries and years, malformed lines included."""
        received = sum(part.malformed.height for part in self.records)
        for group in self._groups:
            rows = f"SELECT count(*) AS records FROM {group.relation} WHERE {group.terms.selection(self.options)}"
            received += sum(int(frame["records"].sum()) for frame in self.frames(rows, "Counting"))
        return received

    def counted(self) -> int:
        """Records that the cube counts."""
        self.count()
        total = "SELECT CAST(sum(occurrences) AS BIGINT) AS records FROM valid_count"
        return sum(int(frame["records"].sum()) for frame in self.frames(total, "Counting"))

    @property
    def named_countries(self) -> str:
        """The first countries that a file names itself, for a message; empty where no file names any."""
        named = (group.terms.country.meaning.shown for group in self._groups if group.terms.country)
        return next((shown for shown in named if shown), "")

    def filtered_out(self) -> Mapping[str, int]:
        """How many records the filters do not count, by the column that each looks at."""
        return self.count().filtered_out

    def refused(self, *, with_filtered_out: bool) -> Iterator[pl.DataFrame]:
        """Records that are refused, with the whole row as JSON (`whole_row`), in no order.

        Args:
            with_filtered_out: whether records that are filtered out are among them.
        """
        result = self.count()
        if with_filtered_out:
            condition = any_broken([*result.filters, *result.checks])
        else:
            condition = f"({any_broken(result.checks)}) AND {none_broken(result.filters)}"
        if not result.checks and not (with_filtered_out and result.filters):
            return
        for group in self._groups:
            self.define_uncounted(group, condition)
            yield from self.frames(sql_text("refused_record"), "Collecting refused records")

    def cube(self, *, is_sorted: bool = False) -> Iterator[pl.DataFrame]:
        """The rows of the cube, sorted where that is wanted."""
        self.count()
        cube = sql_text("occurrence_cube")
        if is_sorted:
            cube = f"SELECT * FROM ({cube}) AS cube ORDER BY country_code, year, species_key, cell_code"
        return self.frames(cube, "Reading the cube")

    def species(self) -> Iterator[pl.DataFrame]:
        """Names, higher taxa and categories of each species, with their numbers of records, in no order."""
        self.define_counted_records()
        return self.frames(sql_text("species_record"), "Gathering species")

    def define_counted_records(self) -> None:
        """Define `counted_record`: the records that the cube counts."""
        self.define("counted_record", steps.counted_records(self.rules))

    @property
    def has_phylum_and_class(self) -> bool:
        """Whether all files name the higher taxa that the reporting groups need."""
        return all("phylum" in group.terms and "class" in group.terms for group in self._groups)

    def rows_before(self) -> dict[str, int]:
        """Of each file, how many rows the files before it have that belong to the same records."""
        rows = self.rows_by_file()
        rows_before: dict[str, int] = {}
        for part in self.records:
            before = 0
            for file in part.files:
                rows_before[file] = before
                before += rows[file]
        return rows_before

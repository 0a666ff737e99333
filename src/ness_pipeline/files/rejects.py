"""Refused rows of a file, kept on disk until all are known."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import polars as pl

from ness_pipeline.contract.refused import as_refused_rows, refused_rows, whole_rows_as_json
from ness_pipeline.files.raw import ROW, RawTable


class Rejects:
    """Spools refused rows; a context manager that removes them on leaving.

    Rows that can be read are numbered among themselves at first, because lines that are no rows are only known at
    the end of the file; `frames` gives every row its true position.

    Attributes:
        rows: refused rows so far, without malformed lines.
    """

    def __init__(self) -> None:
        self.rows = 0
        self._folder = tempfile.TemporaryDirectory(prefix="ness-rejects-")
        self._files: list[Path] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._folder.cleanup()

    def add(self, refused: pl.DataFrame) -> None:
        """Keep refused rows, in the columns `REFUSED_COLUMNS`."""
        if refused.height:
            file = Path(self._folder.name) / f"{len(self._files):06}.arrow"
            as_refused_rows(refused).write_ipc(file)
            self._files.append(file)
            self.rows += refused.height

    def frames(self, raw: RawTable) -> Iterator[pl.DataFrame]:
        """All refused rows with their position in the file; `raw` must be exhausted."""
        lines = raw.malformed.get_column("row_number")
        for file in self._files:
            refused = pl.read_ipc(file)
            yield refused.with_columns(positions(refused.get_column("row_number"), lines))
        if raw.malformed.height:
            yield raw.malformed


def positions(numbers: pl.Series, malformed: pl.Series) -> pl.Series:
    """Positions among all lines, from positions among the readable ones: each malformed line before shifts by one."""
    if malformed.is_empty():
        return numbers
    readable_before = malformed.sort() - pl.int_range(len(malformed), eager=True)
    shift = readable_before.search_sorted(numbers, side="right").cast(pl.Int64)
    return (numbers + shift).alias(numbers.name)


def told(refused: pl.DataFrame, rows: pl.DataFrame, texts: pl.DataFrame, why: Mapping[str, str]) -> pl.DataFrame:
    """Refused rows of one batch with the whole row as the file has it, and a sentence that a reader understands.

    Args:
        refused: what the contract refused, numbered within the batch.
        rows: the batch as read.
        texts: the batch in the contract's column names, before types were converted.
        why: sentence per column; other columns keep the contract's.
    """
    sentences = []
    for number, column, reason in refused.select("row_number", "column_name", "reason").iter_rows():
        value = texts.get_column(column)[number] if column in why else None
        shown = "" if value is None or isinstance(value, bool) else f" ({value})"
        sentences.append(f"{why[column]}{shown}." if column in why else reason)
    chosen = rows[refused.get_column("row_number")]
    return refused_rows(
        chosen.get_column(ROW),
        column=refused.get_column("column_name"),
        check=refused.get_column("check_name"),
        reason=sentences,
        rows=whole_rows_as_json(chosen.drop(ROW)),
    )

"""Refused rows of a file, kept on disk until the whole file is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import polars as pl

from ness_pipeline.contract.refused import ROW_NUMBER, as_refused_rows, refused_rows, whole_rows_as_json
from ness_pipeline.files.raw import ROW, RawTable
from ness_pipeline.names.country_column import no_country
from ness_pipeline.names.species_names import no_species
from ness_pipeline.scratch import ScratchFolder


class RefusedRows:
    """Refused rows in temporary files; a context manager that removes the files at its end.

    Rows are first numbered among those that are read, because lines that are no rows are only known at the end of the
    file; `frames` gives every row its position in the file.

    Attributes:
        rows: refused rows so far, without malformed lines.
    """

    def __init__(self) -> None:
        self.rows = 0
        self._folder = ScratchFolder("refused")
        self._files: list[Path] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._folder.cleanup()

    def add(self, refused: pl.DataFrame) -> None:
        """Add refused rows, in the columns `REFUSED_COLUMNS`."""
        if refused.height:
            file = Path(self._folder.name) / f"{len(self._files):06}.arrow"
            as_refused_rows(refused).write_ipc(file)
            self._files.append(file)
            self.rows += refused.height

    def frames(self, raw: RawTable) -> Iterator[pl.DataFrame]:
        """All refused rows with their position in the file; `raw` must be read to its end."""
        for file in self._files:
            refused = pl.scan_ipc(file, glob=False).collect()
            yield refused.with_columns(positions(refused.get_column(ROW_NUMBER), raw.malformed, raw.empty_rows))
        if raw.malformed.height:
            yield raw.malformed


def positions(numbers: pl.Series, malformed: pl.DataFrame, empty_rows: Sequence[int]) -> pl.Series:
    """Positions in a file, from positions among the rows that are read: each other row before shifts by one.

    Args:
        numbers: positions among the rows that are read.
        malformed: lines that are no rows, in the columns `REFUSED_COLUMNS`.
        empty_rows: positions of the rows that hold nothing.
    """
    unread = pl.concat([malformed.get_column(ROW_NUMBER), pl.Series(empty_rows, dtype=pl.Int64)]).sort()
    if unread.is_empty():
        return numbers
    readable_before = unread - pl.int_range(len(unread), eager=True)
    shift = readable_before.search_sorted(numbers, side="right").cast(pl.Int64)
    return (numbers + shift).alias(numbers.name)


def with_sentences(
    refused: pl.DataFrame, rows: pl.DataFrame, texts: pl.DataFrame, sentences: Mapping[str, str], *, names: pl.Expr
) -> pl.DataFrame:
    """Refused rows of one batch with the whole row as the file has it, and plain sentences as reasons.

    Args:
        refused: rows that the contract refuses, numbered within the batch.
        rows: the batch as read.
        texts: the batch in the contract's column names, before types were converted.
        sentences: sentence per column; other columns keep the contract's reason.
        names: the name of the species of each row, as the file has it.
    """
    chosen = rows[refused.get_column(ROW_NUMBER)]
    named = chosen.select(ROW, names.alias("name")).get_column("name")
    reasons = []
    columns = refused.select(ROW_NUMBER, "column_name", "reason").iter_rows()
    for (number, column, reason), name in zip(columns, named, strict=True):
        if column not in sentences:
            reasons.append(reason)
            continue
        value = texts.get_column(column)[number]
        if column == "country_code" and value is not None:
            reasons.append(no_country(value))
            continue
        if column == "species_key" and value is None and name is not None:
            reasons.append(no_species(name))
            continue
        shown = "" if value is None or isinstance(value, bool) else f" ({value})"
        reasons.append(f"{sentences[column]}{shown}.")
    return refused_rows(
        chosen.get_column(ROW),
        column=refused.get_column("column_name"),
        check=refused.get_column("check_name"),
        reason=reasons,
        rows=whole_rows_as_json(chosen.drop(ROW)),
    )

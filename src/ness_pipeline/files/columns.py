"""Which column of a file is which column of a table: by name, by the words for it, or as the user says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ness_pipeline.contract.dictionary import Column, Table
from ness_pipeline.errors import ContractViolation, SchemaDrift, WrongUsage
from ness_pipeline.names.column_names import SURE, by_plain_name, doubt, likest, nearest, plain
from ness_pipeline.names.column_words import words_for

NOT_READ = "-"
"""What the user writes for a column that is not read."""
OPTIONS = {
    "country_code": "--country",
    "scope": "--country",
    "taxon_group": "--taxon-group",
    "checklist_key": "--checklist",
    "is_complete_list": "--complete",
}
"""Options that give a column for all rows."""
FILLED_IN = {"indicator_observation": ("disaggregation", "value_status", "publisher")}
"""Columns that every row needs and a file may leave out, because it is plain what they are; `files.tables` fills them in."""
NAME = "scientific_name"
"""The column that names the species of a row without a key; read for all tables of species, also those that do not keep it."""
INSTEAD = {"species_key": f"{NAME}, the name of the species, is enough"}
"""What does instead of a column that every row needs."""


@dataclass(frozen=True)
class ColumnMap:
    """How the columns of a file become those of a table.

    Attributes:
        table: the table.
        shown: how messages name the file.
        names: column of the file to column of the table.
        unread: columns of the file that are not read.
        left_out: those of them that the user says are not read.
        missing: columns that every row needs and that neither file nor options have.
        doubtful: column of the table to the columns of the file of which each may be it, where none has exactly its name.
    """

    table: Table
    shown: str
    names: Mapping[str, str]
    unread: tuple[str, ...]
    left_out: frozenset[str]
    missing: tuple[Column, ...]
    doubtful: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(
        cls, names: Iterable[str], table: Table, shown: str, *, said: Mapping[str, str], given: Iterable[str]
    ) -> ColumnMap:
        """The map for a file.

        Args:
            names: its columns.
            table: the table that it fills.
            shown: how messages name the file.
            said: column of the file to column of the table, as the user says; `-` for one that is not read.
            given: columns that the options give for all rows.

        Raises:
            WrongUsage: the user names a column that file or table does not have.
        """
        names = tuple(names)
        _check_said(names, table, shown, said)
        found = {theirs: ours for theirs, ours in said.items() if ours != NOT_READ}
        free = by_plain_name(name for name in names if name not in said)
        doubtful = {}
        wanted = [column.name for column in table.columns if column.name != "source"]
        if table.has("species_key") and not table.has(NAME):
            wanted.append(NAME)
        for is_by_word in (False, True):  # a column's own name comes before the words for another
            for name in wanted:
                words = words_for(table.short_name, name) if is_by_word else (plain(name),)
                word = next((word for word in words if word in free), None)
                if word is None or name in found.values() or name in doubtful:
                    continue
                theirs = likest(name, free[word])
                if theirs is None:
                    doubtful[name] = tuple(free[word])
                else:
                    found[theirs] = name
                del free[word]
        there = {*found.values(), *doubtful, *given, *FILLED_IN.get(table.short_name, ()), "source"}
        if NAME in there:
            there.add("species_key")
        return cls(
            table,
            shown,
            found,
            tuple(name for name in names if name not in found),
            frozenset(said) - found.keys(),
            tuple(column for column in table.columns if not column.nullable and column.name not in there),
            doubtful,
        )

    @property
    def renames(self) -> dict[str, str]:
        """New names for the columns of the file; what is not read makes way where the user gives its name to another."""
        taken = set(self.names.values())
        return {**self.names, **{name: f"{name} (not read)" for name in self.unread if name in taken}}

    @property
    def fits(self) -> bool:
        """Whether the file has every column that the table needs."""
        return not self.missing

    @property
    def lacks(self) -> str:
        """What the table needs besides, in words."""
        names = [f"{c.name} ({OPTIONS[c.name]} gives it)" if c.name in OPTIONS else c.name for c in self.missing]
        return f"{self.table.short_name} needs {' and '.join(names)} as well"

    def check(self) -> None:
        """Be sure that nothing is missing, and that no column looks misspelt or may be one as well as another.

        Raises:
            WrongUsage: several columns may be the same one of the table.
            ContractViolation: columns are missing; the sentence names all of them, each with the column that may be it.
            SchemaDrift: a column that is not read is almost called as one that the file lacks.
        """
        free = [name for name in self.unread if name not in self.left_out]
        if self.doubtful:
            ours, theirs = next(iter(self.doubtful.items()))
            raise doubt(ours, theirs, self.shown)
        if self.missing:
            needs = []
            for column in self.missing:
                guess = nearest(column.name, free, cutoff=SURE)
                meant = f"; if it is {guess!r}, say --map {guess}={column.name}" if guess else ""
                option = f"; {OPTIONS[column.name]} gives it for all rows" if column.name in OPTIONS else ""
                option += f"; {INSTEAD[column.name]}" if column.name in INSTEAD else ""
                needs.append(f"{column.name} ({column.description.rstrip('.')}{meant}{option})")
            rest = (
                f" Its columns {', '.join(free)} are not read: --map THEIRS=OURS says which is which." if free else ""
            )
            some = "the column" if len(needs) == 1 else f"{len(needs)} columns"
            raise ContractViolation(
                f"{self.shown} lacks {some} that {self.table.short_name} needs: {'; '.join(needs)}. Nothing was loaded.{rest}"
            )
        there = set(self.names.values())
        lacking = [column.name for column in self.table.columns if column.name not in {*there, "source"}]
        for name in free:
            guess = nearest(name, lacking, cutoff=SURE)
            words = (*words_for(self.table.short_name, guess or ""), *words_for(self.table.short_name, NAME))
            if guess is not None and plain(name) not in words:
                raise SchemaDrift(
                    f"{self.shown} has a column {name!r}, which is almost {guess!r}; say --map {name}={guess}, or --map {name}=- to leave it out."
                )


def _check_said(names: Iterable[str], table: Table, shown: str, said: Mapping[str, str]) -> None:
    for theirs, ours in said.items():
        if theirs not in names:
            guess = nearest(theirs, names)
            hint = f"did you mean {guess}?" if guess else f"it has {', '.join(names)}."
            raise WrongUsage(f"{shown} has no column {theirs!r}, which --map names; {hint}")
        is_name = ours == NAME and table.has("species_key")
        if ours != NOT_READ and (ours == "source" or not (table.has(ours) or is_name)):
            columns = [column.name for column in table.columns if column.name != "source"]
            guess = nearest(ours, columns)
            hint = f"did you mean {guess}?" if guess else f"it has {', '.join(columns)}."
            raise WrongUsage(f"{table.short_name} has no column {ours!r}, which --map names; {hint}")

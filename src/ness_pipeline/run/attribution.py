"""What to cite for own files: what their user says of them, else what a file says of itself, else its name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields

from ness_pipeline.files.about import About
from ness_pipeline.landing.own_loads import OwnLoad
from ness_pipeline.names.licences import licence_named, may_be_passed_on


@dataclass(frozen=True)
class Attribution:
    """Where data come from and what others may do with them; what nobody says is None.

    Attributes:
        citation: how they are to be cited.
        licence: their licence, as SPDX names it or in the words of its owner.
        publisher: who publishes them.
        private: whether their rows stay in this warehouse; None leaves it to the licence.
    """

    citation: str | None = None
    licence: str | None = None
    publisher: str | None = None
    private: bool | None = None

    @property
    def options(self) -> dict[str, str]:
        """What is said, by option of the command."""
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        words = {True: "yes", False: "no"}
        return {name: words.get(value, value) for name, value in said.items() if value is not None}


NOTHING_SAID = Attribution()


def to_cite(
    load: OwnLoad, said: Attribution, stated: About, known: Mapping[str, object], today: dt.date
) -> dict[str, object]:
    """The row of `ops.citation` for a load.

    Args:
        load: the load.
        said: what the user says.
        stated: what the file says of itself.
        known: what is known of a download, in columns of `ops.citation`; empty for other files.
        today: the day of the load.
    """
    row = {
        name: getattr(said, name) or known.get(name) or getattr(stated, name)
        for name in ("citation", "licence", "publisher")
    }
    licence = None if row["licence"] is None else licence_named(str(row["licence"]))
    is_private = said.private if said.private is not None else not may_be_passed_on(licence)
    return {
        "doi": known.get("doi"),
        **row,
        "source": load.source,
        "unit": load.unit,
        "citation": row["citation"] or _described(load, row["publisher"], today),
        "licence": licence,
        "accessed_on": today,
        "is_redistributable": not is_private,
    }


def _described(load: OwnLoad, publisher: object, today: dt.date) -> str:
    """What stands in place of a citation that nobody gave: publisher, name of the data, file and day."""
    name, file = load.source.removeprefix("file:"), load.files
    parts = [str(publisher)] if publisher else []
    parts += [name] if name not in load.contents.values() else []
    parts += [f"own file {file}", f"loaded on {today}"]
    text = ", ".join(parts)
    return f"{text[0].upper()}{text[1:]}."

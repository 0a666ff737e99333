"""How the species of a load were found, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ness_pipeline.run.own_names import OwnNames

SHOWN = 3


def names_sentences(names: OwnNames | None) -> list[str]:
    """What is said of the species of a load: nothing where each has a key of the checklist in use."""
    if names is None:
        return []
    from ness_pipeline.names.checklists import title_of  # a second of imports that questions need not wait for

    said = []
    if names.checklist is not None:
        said.append(f"its keys are those of {title_of(names.checklist)}, as its names show")
    if names.by_name:
        said.append(f"{names.by_name:,} species found by name, under the key that is known here")
    why = f"; {names.unasked}, the next `ness run` asks it" if names.unasked else ""
    if names.unknown:
        said.append(
            f"{len(names.unknown):,} species kept under the name, which nobody here knows: {_some(names.unknown)}{why}"
        )
    if names.apart:
        hint = "" if names.has_checklist else "; --checklist says of which checklist the keys are"
        said.append(
            f"{len(names.apart):,} species kept apart from those here, of which neither key nor name is known: {_some(names.apart)}{why}{hint}"
        )
    return said


def _some(names: Sequence[str]) -> str:
    """The first of some names."""
    more = len(names[SHOWN:])
    return ", ".join(names[:SHOWN]) + (f" and {more:,} more (ops.own_species)" if more else "")

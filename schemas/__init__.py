"""The contracts: one pandera class per table, read as the data dictionary.

`schemas/core/treaty_party.py` holds the class `TreatyParty`, which is the contract of the table
`core.treaty_party`. The folders are the registry: a new file is a new table, and no list is edited.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil

from ness_pipeline.schemas.base import Contract, Limits, Sourced

VERSION = 2
"""Version of the contracts as a whole, stated in every publication: one more whenever a table loses or retypes a column.

What models make is made anew, what was loaded gains nullable columns in place, and for anything else the build
database is rebuilt from landing.
"""

LAYERS = ("landed", "core", "metrics", "ops")

__all__ = ["LAYERS", "VERSION", "Contract", "Limits", "Sourced", "contract", "contracts"]


@functools.cache
def contracts() -> dict[str, type[Contract]]:
    """Every contract by table name, such as `core.treaty_party`, in a stable order."""
    found: dict[str, type[Contract]] = {}
    for layer in LAYERS:
        package = importlib.import_module(f"{__name__}.{layer}")
        for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
            loaded = importlib.import_module(f"{__name__}.{layer}.{module.name}")
            class_name = "".join(part.capitalize() for part in module.name.split("_"))
            found[f"{layer}.{module.name}"] = getattr(loaded, class_name)
    return found


def contract(table: str) -> type[Contract]:
    """The contract of a table such as `core.treaty_party`.

    Raises:
        KeyError: no contract has that name.
    """
    return contracts()[table]

"""The contracts: one pandera class per table, read as the data dictionary.

`schemas/core/treaty_party.py` holds the class `TreatyParty`, which is the contract of the table
`core.treaty_party`. The folders are the registry: a new file is a new table, and no list is edited.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil

from ness_pipeline.schemas.base import Contract, Limits, Measure, Sourced

VERSION = 2
"""Version of all contracts together, stored in every publication; it rises whenever a table loses or retypes a column.

Tables of models are then computed again, loaded tables gain nullable columns in place, and in all other cases the build
database is rebuilt from landing.
"""

LAYERS = ("landed", "core", "metrics", "ops")

__all__ = ["LAYERS", "VERSION", "Contract", "Limits", "Measure", "Sourced", "contracts"]


@functools.cache
def contracts() -> dict[str, type[Contract]]:
    """Every contract by table name, such as `core.treaty_party`, in a stable order."""
    by_table: dict[str, type[Contract]] = {}
    for layer in LAYERS:
        package = importlib.import_module(f"{__name__}.{layer}")
        for name in sorted(module.name for module in pkgutil.iter_modules(package.__path__)):
            module = importlib.import_module(f"{__name__}.{layer}.{name}")
            class_name = "".join(part.capitalize() for part in name.split("_"))
            by_table[f"{layer}.{name}"] = getattr(module, class_name)
    return by_table

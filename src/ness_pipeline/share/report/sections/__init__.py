"""The parts of a country page: one module each with `ORDER`, `TITLE` and `build`, and a template of the same name.

The folder is the registry. A part whose table is absent or has no row for the country still renders and says so.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from types import ModuleType


@functools.cache
def parts() -> tuple[ModuleType, ...]:
    """All parts in their order on the page."""
    modules = [
        importlib.import_module(f"{__name__}.{module.name}")
        for module in pkgutil.iter_modules(__path__)
        if module.name != "base"
    ]
    return tuple(sorted(modules, key=lambda module: int(module.ORDER)))

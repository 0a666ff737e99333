"""The rooms of the package import each other only downwards, as `import-linter` reads them in pyproject.toml.

The linter reads import statements. What modules load while they run, through `importlib`, is seen here.
"""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import ness_pipeline

ROOT = Path(__file__).parent.parent

IMPORT_BOTTOM_UP = """
import importlib, json, sys
for room, modules in json.loads(sys.argv[1]):
    for module in modules:
        importlib.import_module(module)
    loaded = {name.split(".")[1] for name in sys.modules if name.startswith("ness_pipeline.")}
    print(json.dumps([room, sorted(loaded)]))
"""


def layers() -> list[list[str]]:
    """The rooms of each layer, from the lowest to the highest."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    (listed,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    return [re.split(r"\s*[|:]\s*", layer) for layer in reversed(listed)]


def modules_of(room: str) -> list[str]:
    """The names of a room and of all modules below it."""
    name = f"ness_pipeline.{room}"
    path = getattr(importlib.import_module(name), "__path__", None)
    below = [] if path is None else pkgutil.walk_packages(path, f"{name}.", onerror=_raise)
    return [name, *sorted(module.name for module in below)]


def _raise(name: str) -> None:
    raise ImportError(name)


def room_of(module: str) -> str:
    """The room in which a module is."""
    return module.split(".")[1]


def test_every_room_is_in_a_layer() -> None:
    """The folders and modules of the package are exactly the rooms of the layers, each once."""
    rooms = [room for layer in layers() for room in layer]
    assert sorted(rooms) == sorted(module.name for module in pkgutil.iter_modules(ness_pipeline.__path__))


def test_no_room_loads_a_higher_one() -> None:
    """All modules are imported, layer by layer from the lowest on: no module of a higher layer is loaded by them."""
    rooms = [room for layer in layers() for room in layer]
    layer_of = {room: place for place, layer in enumerate(layers()) for room in layer}
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_BOTTOM_UP, json.dumps([(room, modules_of(room)) for room in rooms])],
        capture_output=True, text=True, check=True, timeout=240,
    )  # fmt: skip
    steps = [json.loads(line) for line in done.stdout.splitlines()]
    assert [room for room, _ in steps] == rooms
    for room, loaded in steps:
        higher = [other for other in loaded if layer_of[other] > layer_of[room]]
        assert not higher, f"{room} loads {', '.join(higher)}"


def test_importlib_loads_modules_of_the_same_room_only() -> None:
    """A module that loads others by name builds the name from its own package, so that no hidden import leads upwards."""
    calls = 0
    for layer in layers():
        for name in (module for room in layer for module in modules_of(room)):
            module = importlib.import_module(name)
            for call in import_calls(module):
                calls += 1
                assert loads_own_room(call, module), f"{name} loads {ast.unparse(call.args[0])}"
    assert calls >= 5


def import_calls(module: ModuleType) -> list[ast.Call]:
    """The calls of `importlib.import_module` in a module."""
    assert module.__file__
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert not [call for call in calls if ast.unparse(call.func) in {"__import__", "runpy.run_module"}]
    return [call for call in calls if ast.unparse(call.func).endswith("import_module")]


def loads_own_room(call: ast.Call, module: ModuleType) -> bool:
    """Whether the name is that of another distribution, or begins with the name of a package of the module's room."""
    name = call.args[0]
    if isinstance(name, ast.Constant):
        return not str(name.value).startswith(("ness_pipeline", "."))
    if not isinstance(name, ast.JoinedStr) or not isinstance(name.values[0], ast.FormattedValue):
        return False
    start = ast.unparse(name.values[0].value)
    if start == "__name__":
        return True
    package = vars(module).get(start.removesuffix(".__name__"))
    # A local variable has been loaded by another call of the same module.
    return start.endswith(".__name__") and (package is None or room_of(package.__name__) == room_of(module.__name__))

"""The table of hostile inputs: each case makes its input in an empty folder and gives the words after `ness` that read it.

A case of files is a function from the folder to a path, under `@loads(…)`. A case of a publisher is a context manager that serves
as long as its body runs and yields the words of a run, under `@case(…)`; both stand in the same table `CASES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Outcome = Literal["loaded", "refused", "rows refused", "gap"]
"""What may become of an input: all is well; one sentence of wrong input; no row met the contract; a publisher that is away."""
Setting = Callable[[Path], AbstractContextManager[Sequence[str]]]
CODES: dict[int, Outcome] = {0: "loaded", 2: "refused", 4: "rows refused", 3: "gap"}


@dataclass(frozen=True)
class Case:
    """One hostile input.

    Attributes:
        name: what is hostile about it.
        setting: makes the input in a folder, and gives the words after `ness` that read it; leaves when they have ended.
        allowed: what may become of it.
        seconds: in which its command has to end.
        memory_mib: most memory that its command may hold.
    """

    name: str
    setting: Setting
    allowed: tuple[Outcome, ...]
    seconds: float
    memory_mib: float


CASES: dict[str, Case] = {}


def case(*allowed: Outcome, seconds: float = 30.0, memory_mib: float = 1500.0) -> Callable[[Setting], Setting]:
    """Put a setting into the table, under the name of its function."""

    def put(setting: Setting) -> Setting:
        name = setting.__name__.replace("_", " ").strip()  # type: ignore[attr-defined]
        assert name not in CASES
        CASES[name] = Case(name, setting, allowed or ("refused",), seconds, memory_mib)
        return setting

    return put


def loads(
    *allowed: Outcome, seconds: float = 30.0, memory_mib: float = 1500.0, words: Sequence[str] = ()
) -> Callable[[Callable[[Path], Path]], Callable[[Path], Path]]:
    """Put a file that `ness load` reads into the table; refused where nothing else is allowed."""

    def put(build: Callable[[Path], Path]) -> Callable[[Path], Path]:
        @contextmanager
        def setting(folder: Path) -> Iterator[Sequence[str]]:
            yield ["load", *words, "--", str(build(folder).relative_to(folder))]

        setting.__name__ = build.__name__
        case(*allowed, seconds=seconds, memory_mib=memory_mib)(setting)
        return build

    return put


def add(
    name: str, build: Callable[[Path], Path], *allowed: Outcome, seconds: float = 30.0, memory_mib: float = 1500.0
) -> None:
    """Put one of many files of a kind into the table."""
    build.__name__ = name
    loads(*allowed, seconds=seconds, memory_mib=memory_mib)(build)

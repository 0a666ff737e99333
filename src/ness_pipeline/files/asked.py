"""What the user writes on the command line about files: the table before them, and which column is which."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path

from ness_pipeline.errors import WrongUsage, first_line
from ness_pipeline.files import OCCURRENCES
from ness_pipeline.files.tables import loadable
from ness_pipeline.names.column_names import nearest
from ness_pipeline.paths import small_text


def table_and_paths(words: Sequence[str]) -> tuple[str | None, list[Path]]:
    """The table that stands before some files, or None, and the files.

    Raises:
        WrongUsage: there is no file, or the first word is neither table nor file.
    """
    if not words:
        raise WrongUsage("Name the file to load, as in: ness load FILE; `ness load --list` says what can be loaded.")
    names = (OCCURRENCES, *loadable())
    first = words[0]
    if first in names and (len(words) > 1 or not Path(first).exists()):
        if len(words) == 1:
            raise WrongUsage(f"Name the file to load as well, as in: ness load {first} FILE.")
        return first, [Path(word) for word in words[1:]]
    looks_like_file = "." in first or "/" in first or Path(first).exists()
    if len(words) > 1 and not looks_like_file:
        guess = nearest(first, names)
        hint = f"did you mean {guess}?" if guess else f"choose one of {', '.join(names)}."
        raise WrongUsage(f"There is no table {first!r} to load; {hint}")
    return None, [Path(word) for word in words]


def read_map(words: Sequence[str]) -> dict[str, str]:
    """Column of a file to the column that it means, from `THEIRS=OURS` and from TOML files of such lines.

    Raises:
        WrongUsage: a word is neither, or a file is unreadable or holds something else.
    """
    renamed: dict[str, str] = {}
    for word in words:
        if "=" in word:
            theirs, _, ours = word.rpartition("=")
            renamed[theirs.strip()] = ours.strip()
            continue
        path = Path(word)
        if path.suffix != ".toml":
            raise WrongUsage(f"--map {word} says nothing of a column; write it as THEIRS=OURS, or give a .toml file.")
        try:
            read = tomllib.loads(small_text(path))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
            raise WrongUsage(
                f'--map {word} is not readable ({first_line(error)}); write one line for each column, as theirs = "ours".'
            ) from error
        for theirs, ours in read.items():
            if not isinstance(ours, str):
                raise WrongUsage(
                    f'--map {word} has {theirs} = {ours!r}; write one line for each column, as theirs = "ours".'
                )
            renamed[theirs] = ours
    return renamed

"""The worked questions in `warehouse/queries/`: each file is one question with its answer in SQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ness_pipeline.errors import WrongUsage
from ness_pipeline.paths import sql_folder


@dataclass(frozen=True)
class Question:
    """One worked question.

    Attributes:
        name: name of its file without `.sql`.
        asks: the question in one sentence.
        file: where it is.
    """

    name: str
    asks: str
    file: Path

    @property
    def text(self) -> str:
        """The whole file: question, why, how to read the answer, and the SQL."""
        return self.file.read_text(encoding="utf-8")


def questions() -> Iterator[Question]:
    """All worked questions by name."""
    for file in sorted(sql_folder("queries").glob("*.sql")):
        first = file.read_text(encoding="utf-8").partition("\n")[0]
        yield Question(file.stem, first.removeprefix("-- Question:").strip(), file)


def question_file(path: Path) -> Path:
    """A file with a question: the path itself, or the worked question of that name.

    Raises:
        WrongUsage: there is neither.
    """
    if path.is_file():
        return path
    packaged = sql_folder("queries") / path.with_suffix(".sql").name
    if packaged.is_file():
        return packaged
    raise WrongUsage(f"There is no file {path} and no worked question of that name; `ness queries` lists them.")

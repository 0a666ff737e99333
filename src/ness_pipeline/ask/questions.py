"""The worked questions in `warehouse/queries/`: each file is one question with its answer in SQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ness_pipeline.errors import WrongUsage
from ness_pipeline.paths import small_text, sql_folder


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


def question_text(path: Path) -> str:
    """The question in a file: at the path itself, or the worked question of that name.

    Raises:
        WrongUsage: there is neither, or the file is no text.
    """
    packaged = sql_folder("queries") / path.with_suffix(".sql").name
    file = path if path.is_file() else packaged
    if not file.is_file():
        raise WrongUsage(f"There is no file {path} and no worked question of that name; `ness queries` lists them.")
    try:
        return small_text(file)
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUsage(f"{file.name} is not readable as UTF-8 text ({error}); save the question as UTF-8.") from error

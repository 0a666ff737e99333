"""Strict reading of publishers' records: a missing field is an error, a new field is logged.

Every field of a record is needed, named as ignored, or new. A needed field that is gone stops the unit with its name,
for a renamed field would otherwise read as missing data. A new field harms nothing; it is logged once.
"""

from __future__ import annotations

import functools
import json
import logging
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

import polars as pl

from ness_pipeline.contract.batch import Lost
from ness_pipeline.contract.refused import refused_rows
from ness_pipeline.errors import AnswerBroken, ContractViolation, PublisherAway, SchemaDrift, SourceUnavailable

logger = logging.getLogger(__name__)
T = TypeVar("T")

MISREAD = (
    TypeError,
    ValueError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    pl.exceptions.PolarsError,
)
"""Exceptions that Python raises when a value is of another type, or nested more deeply, than its reader expects."""


def misread(what: str, error: Exception) -> SchemaDrift:
    """The drift behind an exception of `MISREAD`.

    Args:
        what: what the answer is for.
        error: the exception.
    """
    cause = " ".join(f"{type(error).__name__}: {error}".split())[:120]
    return SchemaDrift(
        f"An answer for {what} has a shape that is not understood ({cause}); look at the landed payload."
    )


def given(what: str, where: Mapping[str, str | Sequence[str]], read: Callable[[], T]) -> T | Lost:
    """What a publisher gives of one thing, or the note that it gives nothing of it, so that all other things go on.

    Args:
        what: the thing, such as `indicator ER.LND.PTLD.ZS`.
        where: column to value by which earlier rows of the thing are known.
        read: reads it.

    Raises:
        PublisherAway: the publisher cannot be reached, is busy or does not let us in, which holds for every thing.
    """
    try:
        return read()
    except AnswerBroken as error:
        return Lost(what, str(error), where, is_passing=True)
    except PublisherAway:
        raise
    except (SourceUnavailable, ContractViolation) as error:
        return Lost(what, str(error), where, isinstance(error, ContractViolation))
    except MISREAD as error:
        return Lost(what, str(misread(what, error)), where, is_change=True)


def record(value: Any, label: str, needed: Collection[str], ignored: Collection[str] | None = ()) -> dict[str, Any]:
    """The value as a record that has all needed fields.

    Args:
        value: parsed JSON.
        label: publisher and kind of record, for messages, such as `UN SDG row`.
        needed: fields that the caller reads.
        ignored: fields that are known and not read; None when new fields are expected all the time.

    Raises:
        SourceUnavailable: it is an error that came as an answer.
        SchemaDrift: it is no record, or a needed field is missing.
    """
    if not isinstance(value, dict):
        raise SchemaDrift(f"The {label} is {_kind(value)} instead of a record; look at the landed payload.")
    for name in needed:
        if name not in value:
            if words := own_words(value):
                raise SourceUnavailable(f"The {label} is an error of the publisher ({words}); run again later.")
            raise SchemaDrift(f"The {label} has no field {name!r} any more; look at the landed payload.")
    if ignored is not None and len(value) > len(needed):
        for name in value.keys() - set(needed) - set(ignored):
            _note_new_field(label, name)
    return value


def own_words(value: Mapping[str, Any]) -> str | None:
    """What a publisher says of an error in a record that came as an answer, None where it says nothing."""
    said = [value.get(name) for name in ("error", "message", "detail")]
    return next((" ".join(words.split())[:100] for words in said if isinstance(words, str) and words.strip()), None)


def _kind(value: Any) -> str:
    """What a value of JSON is, in words."""
    if value is None or value in ([], {}):
        return "empty"
    if isinstance(value, (dict, list)):
        return "a record" if isinstance(value, dict) else "a list"
    return f"{'a text' if isinstance(value, str) else 'yes or no' if isinstance(value, bool) else 'a number'} ({_shown(value)})"


def _shown(value: Any) -> str:
    """The begin of a value as its publisher writes it."""
    return repr(value[:60]) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)[:60]


def rows(value: Any, label: str) -> list[Any]:
    """The value as a list.

    Raises:
        SourceUnavailable: it is an error that came as an answer.
        SchemaDrift: it is none.
    """
    if not isinstance(value, list):
        if isinstance(value, dict) and (words := own_words(value)):
            raise SourceUnavailable(f"The {label} is an error of the publisher ({words}); run again later.")
        raise SchemaDrift(f"The {label} is {_kind(value)} instead of a list; look at the landed payload.")
    return value


def text(value: Any, label: str) -> str | None:
    """The value as text; None where it is null or empty.

    Raises:
        SchemaDrift: it is none, such as a list with a text in it.
    """
    if value is not None and not isinstance(value, str):
        raise SchemaDrift(f"The {label} is {_shown(value)} instead of a text; look at the landed payload.")
    return value or None


def texts(value: Any, label: str) -> dict[str, str | None]:
    """The value as a record of texts, whatever its fields; what is empty is a record without any.

    Raises:
        SchemaDrift: it is none, or a field of it is no text.
    """
    fields = record(value or {}, label, (), None)
    return {name: text(field, f"{label}' {name!r}") for name, field in fields.items()}


def yes_or_no(value: Any, label: str) -> bool | None:
    """The value as yes or no; None where it is null.

    Raises:
        SchemaDrift: it is none, such as the text `false`, which Python takes for true.
    """
    if value is not None and not isinstance(value, bool):
        raise SchemaDrift(f"The {label} is {_shown(value)} instead of true or false; look at the landed payload.")
    return value


def whole_number(value: Any, label: str) -> int:
    """The value as a whole number; publishers write paging numbers as numbers or as text.

    Raises:
        SchemaDrift: it is none.
    """
    try:
        number = int(value) if _may_be_number(value) else None
    except (TypeError, ValueError, OverflowError):
        number = None
    if number is None or (isinstance(value, float) and number != value):
        raise SchemaDrift(f"The {label} is {_shown(value)} instead of a whole number; look at the landed payload.")
    return number


def decimal_number(value: Any, label: str) -> float:
    """The value as a finite number.

    Raises:
        SchemaDrift: it is none, such as `NaN`.
    """
    try:
        number = float(value) if _may_be_number(value) else math.nan
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise SchemaDrift(f"The {label} is {_shown(value)} instead of a number; look at the landed payload.")
    return number


def _may_be_number(value: Any) -> bool:
    """Whether a value is none of those that only Python takes for numbers: `true` is 1 to it, `1_0` is 10."""
    return not isinstance(value, bool) and not (isinstance(value, str) and "_" in value)


@functools.cache
def _note_new_field(label: str, name: str) -> None:
    logger.warning("The %s has a new field %r, which is not read.", label, name)


def refused(records: list[Any], first: int, column: str, check: str, reason: str) -> pl.DataFrame | None:
    """Records that a source refuses, as refused rows; None when there are none.

    Args:
        records: the records.
        first: number of the first one; the others follow it.
        column: column that could not be filled.
        check: check that the records fail.
        reason: why, in one sentence.
    """
    if not records:
        return None
    texts = [json.dumps(entry, ensure_ascii=False, sort_keys=True) for entry in records]
    return refused_rows(range(first, first + len(records)), column=column, check=check, reason=reason, rows=texts)

"""Every error a user can meet, with its exit code; each message is one sentence: what, which value, what next."""

from __future__ import annotations

import re
from pathlib import PurePath


class NessError(Exception):
    """Base of all errors that are shown as one sentence."""

    exit_code = 1


def first_line(error: Exception) -> str:
    """The first line of an error of a library, for a sentence of ours; its name where it says nothing."""
    return (str(error).splitlines() or [type(error).__name__])[0]


def process_in(error: Exception) -> str | None:
    """The process that holds a file, as an error of DuckDB names it: `python3 (process 4711)`; None where it names none."""
    named = re.search(r"held in (\S+?)(?: \(deleted\))? \(PID (\d+)\)", str(error))
    return f"{PurePath(named[1]).name} (process {named[2]})" if named else None


class WrongUsage(NessError):
    """The command or its input makes no sense: an unknown country, reversed years, an unreadable file."""

    exit_code = 2


class DamagedBuild(WrongUsage):
    """The build database is damaged, or of a version that cannot be taken over; it is rebuilt from landing."""


class SourceUnavailable(NessError):
    """A publisher could not be reached or refused to answer."""

    exit_code = 3


class PublisherAway(SourceUnavailable):
    """A publisher cannot be reached, is busy, or does not let us in; what it has said before stays good."""


class AnswerBroken(PublisherAway):
    """A publisher fails at one request again and again, while it may well answer others.

    Args:
        message: what happened.
        in_a_row: at how many different requests it has failed since its last answer.
    """

    def __init__(self, message: str, in_a_row: int) -> None:
        super().__init__(message)
        self.in_a_row = in_a_row


class ContractViolation(NessError):
    """A table does not hold what its contract promises."""

    exit_code = 4


class SchemaDrift(ContractViolation):
    """A publisher renamed, removed or added a field."""


class AuditFailed(NessError):
    """The warehouse was not published because a check over the whole of it failed."""

    exit_code = 5


class WarehouseBusy(NessError):
    """Another process is writing the warehouse."""

    exit_code = 6

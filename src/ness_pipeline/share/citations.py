"""What is behind a publication: every data set with its DOI, version, access date and licence, in three notations."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb

from ness_pipeline.ask.query import open_published
from ness_pipeline.errors import WrongUsage

Notation = Literal["text", "bibtex", "json"]
OWN_FILE = "Own file {name}, as loaded by the operator of this warehouse."
AUTHORS = "The ness-pipeline authors"
_URL = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Cited:
    """One data set, download or publisher's database behind a publication.

    Attributes:
        source: name in `source` columns.
        citation: how the publisher asks to be cited.
        doi: DOI without resolver.
        release: the publisher's name of the version that was read.
        licence: SPDX name, or a reference to terms of use; None for own files.
        first_accessed: first day on which rows now in the file were fetched.
        last_accessed: last such day.
        units: countries, or 1 for what a publisher serves whole.
        is_redistributable: whether its rows may be passed on.
    """

    source: str
    citation: str
    doi: str | None
    release: str | None
    licence: str | None
    first_accessed: dt.date
    last_accessed: dt.date
    units: int
    is_redistributable: bool

    @property
    def url(self) -> str | None:
        """Where it is: the DOI's resolver, or the address in the citation."""
        if self.doi:
            return f"https://doi.org/{self.doi}"
        found = _URL.search(self.citation)
        return found[0].rstrip(".,;") if found else None

    @property
    def accessed(self) -> str:
        """The day or days of access, in ISO form."""
        days = (self.first_accessed.isoformat(), self.last_accessed.isoformat())
        return days[0] if days[0] == days[1] else f"{days[0]} to {days[1]}"


@dataclass(frozen=True)
class Bibliography:
    """A publication with everything to cite for it.

    Attributes:
        publication: the latest row of `ops.publication`.
        cited: what is behind it, by source.
    """

    publication: dict[str, Any]
    cited: list[Cited]

    @property
    def title(self) -> str:
        """Title of the publication."""
        kind = "SYNTHETIC eco-security metrics" if self.publication["is_synthetic"] else "Eco-security metrics"
        return f"{kind} of {self.publication['countries']} countries"

    @property
    def day(self) -> dt.date:
        """Day of the publication, UTC."""
        published: dt.datetime = self.publication["published_at"]
        return published.astimezone(dt.UTC).date()


def read_bibliography(published: Path) -> Bibliography:
    """What to cite for a published file.

    Raises:
        WrongUsage: there is no published file.
    """
    with open_published(published) as connection:
        return bibliography_of(connection)


def bibliography_of(connection: duckdb.DuckDBPyConnection) -> Bibliography:
    """What to cite for an open published file.

    Raises:
        WrongUsage: the file has never been published.
    """
    result = connection.execute("FROM ops.publication ORDER BY published_at DESC LIMIT 1")
    names = [column[0] for column in result.description or ()]
    row = result.fetchone()
    if row is None:
        raise WrongUsage("This file names no publication, so there is nothing to cite; run `ness materialise` first.")
    return Bibliography(dict(zip(names, row, strict=True)), list(_cited(connection)))


def _cited(connection: duckdb.DuckDBPyConnection) -> Iterator[Cited]:
    from ness_pipeline.sources import sources  # noqa: PLC0415  (slow, and most commands only import this module)

    releases = dict(
        connection.execute(
            "SELECT source, arg_max(release, loaded_at) FROM ops.load WHERE status = 'loaded' GROUP BY source"
        ).fetchall()
    )
    rows = connection.execute(
        "SELECT source, citation, doi, licence, min(accessed_on), max(accessed_on), count(*), bool_and(is_redistributable) "
        "FROM ops.citation GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    for source, citation, doi, licence, first, last, units, is_open in rows:
        yield Cited(source, citation, doi, releases.get(source), licence, first, last, units, is_open)
    named = {row[0] for row in rows}
    loaded = connection.execute(
        "SELECT source, unit, CAST(min(coalesce(extracted_at, loaded_at)) AS DATE), "
        "CAST(max(coalesce(extracted_at, loaded_at)) AS DATE) FROM ops.load "
        "WHERE status = 'loaded' GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    for name, unit, first, last in loaded:
        if name in named:
            continue
        if (source := sources().get(name)) is not None:
            release = releases.get(name)
            citation = source.citation.replace("{release}", release or "unknown")
            yield Cited(name, citation, None, release, source.licence, first, last, 1, source.is_redistributable)
        else:
            citation = OWN_FILE.replace("{name}", unit)
            yield Cited(name, citation, None, None, None, first, last, 1, is_redistributable=True)


def as_text(found: Bibliography) -> str:
    """For people: how to cite the publication, then what is behind it."""
    about = found.publication
    whole = (
        f"  {AUTHORS} ({found.day.year}). {found.title}. Publication {about['publication_id']}, content hash "
        f"{about['content_hash']}. Made with ness-pipeline {about['version']}."
    )
    lines = [
        "Cite this publication as",
        "",
        whole,
        "",
        "and what it is made from",
        "",
    ]
    for number, one in enumerate(found.cited, start=1):
        doi = f" https://doi.org/{one.doi}" if one.doi and one.doi not in one.citation else ""
        version = f"version {one.release}; " if one.release and one.release not in one.citation else ""
        units = "" if one.units == 1 else f" {one.units} countries."
        licence = one.licence or "as its owner says"
        passing_on = "" if one.is_redistributable else " Its rows may not be passed on."
        lines.append(
            f"  [{number}] {one.citation}{doi} ({version}accessed {one.accessed}.) Licence: {licence}.{units}{passing_on}"
        )
    return "\n".join(lines) + "\n"


_LATEX = {
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "\\": r"\textbackslash{}",
}


def _latex(text: str) -> str:
    return "".join(_LATEX.get(letter, letter) for letter in text)


def as_bibtex(found: Bibliography) -> str:
    """One `@misc` entry for the publication and one for each thing behind it."""
    about = found.publication
    entries = [
        _entry(
            "ness_publication",
            ("author", f"{{{AUTHORS}}}"),
            ("title", f"{{{_latex(found.title)}}}"),
            ("year", str(found.day.year)),
            ("version", _latex(str(about["publication_id"]))),
            ("note", f"Content hash {about['content_hash']}, made with ness-pipeline {about['version']}"),
        )
    ]
    for number, one in enumerate(found.cited, start=1):
        key = re.sub(r"[^a-z0-9]+", "_", one.source.lower()).strip("_")
        entries.append(
            _entry(
                f"{key}_{number}",
                ("title", f"{{{_latex(_title(one))}}}"),
                ("year", str(one.last_accessed.year)),
                ("version", _latex(one.release) if one.release else None),
                ("doi", one.doi),
                ("url", one.url),
                ("urldate", one.last_accessed.isoformat()),
                ("note", _latex(f"Licence: {one.licence or 'as its owner says'}; accessed {one.accessed}")),
            )
        )
    return "\n".join(entries)


def _entry(key: str, *fields: tuple[str, str | None]) -> str:
    lines = [f"  {name} = {{{value}}}," for name, value in fields if value]
    return "\n".join([f"@misc{{{key},", *lines, "}", ""])


def _title(one: Cited) -> str:
    return _URL.sub("", one.citation).strip().rstrip(".").strip()


def as_cff(found: Bibliography) -> dict[str, Any]:
    """The fields of a CITATION.cff file: the publication, and its references."""
    about = found.publication
    return {
        "cff-version": "1.2.0",
        "message": "If you use these numbers, please cite the publication and what it is made from.",
        "type": "dataset",
        "title": found.title,
        "authors": [{"name": AUTHORS}],
        "version": about["publication_id"],
        "date-released": found.day.isoformat(),
        "identifiers": [
            {
                "type": "other",
                "value": f"md5:{about['content_hash']}",
                "description": "hash over all core and metrics rows",
            }
        ],
        "references": [_reference(one) for one in found.cited],
    }


def _reference(one: Cited) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "type": "data",
        "title": _title(one),
        "authors": [{"name": _title(one).split(",")[0].removeprefix("SYNTHETIC stand-in for: ")}],
        "version": one.release,
        "doi": one.doi,
        "url": one.url,
        "date-accessed": one.last_accessed.isoformat(),
        "license": one.licence,
        "notes": f"source {one.source}; {one.units} units of work; accessed {one.accessed}; "
        + ("may be passed on" if one.is_redistributable else "rows may not be passed on"),
    }
    return {name: value for name, value in fields.items() if value is not None}


def derived_dataset(published: Path) -> Sequence[tuple[str, int]]:
    """GBIF data sets behind a published file with the number of their records, most records first.

    Raises:
        WrongUsage: there is no published file, or no data set is known in it.
    """
    with open_published(published) as connection:
        rows = connection.execute(
            "SELECT dataset_key, CAST(sum(occurrences) AS BIGINT) AS records FROM core.dataset_count "
            "GROUP BY dataset_key ORDER BY records DESC, dataset_key"
        ).fetchall()
    if not rows:
        raise WrongUsage("No GBIF data set is known behind this file; load occurrences with `ness run` first.")
    return [(key, records) for key, records in rows]

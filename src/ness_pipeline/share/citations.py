"""The bibliography of a publication: every data set with DOI, version, access date and licence, in three notations."""

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
from ness_pipeline.landing.own_loads import files_of

Notation = Literal["text", "bibtex", "json"]
OWN_FILE = "Own file {name}, as loaded by the operator of this warehouse."
NOT_STATED = "not stated"
AUTHORS = "The ness-pipeline authors"
OWN = "file:"
"""How sources that are own files begin."""
_URL = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Cited:
    """One data set, download or publisher's database behind a publication.

    Attributes:
        source: name in `source` columns.
        citation: how the publisher asks to be cited.
        publisher: who publishes an own file, as its user says; None for all others.
        files: names of own files, parted by semicolons; None for publishers.
        doi: DOI without resolver.
        release: the publisher's name of the version that was read.
        licence: SPDX name, or a reference to terms of use; None where nobody states one.
        first_accessed: first day on which rows now in the file were fetched.
        last_accessed: last such day.
        units: countries, or 1 for what a publisher serves whole and for own files.
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
    publisher: str | None = None
    files: str | None = None

    @property
    def about(self) -> str:
        """What an own file is called and who publishes it, where its citation does not say so; empty for all others."""
        return about_own(self.citation, self.publisher, (self.files or "").split("; "))

    @property
    def url(self) -> str | None:
        """Address of the data set: the DOI's resolver, or the address in the citation."""
        if self.doi:
            return f"https://doi.org/{self.doi}"
        match = _URL.search(self.citation)
        return match[0].rstrip(".,;") if match else None

    @property
    def accessed(self) -> str:
        """The day or days of access, in ISO form."""
        days = (self.first_accessed.isoformat(), self.last_accessed.isoformat())
        return days[0] if days[0] == days[1] else f"{days[0]} to {days[1]}"


def about_own(citation: str, publisher: str | None, files: Sequence[str]) -> str:
    """Publisher and names of own files, those that their citation does not name; empty where it names all."""
    named = [publisher] if publisher and publisher not in citation else []
    return "; ".join([*named, *(f"own file {name}" for name in files if name and name not in citation)])


@dataclass(frozen=True)
class Vintage:
    """One series of the sample of open data: its code, its publisher and the publisher's name of the version."""

    series_code: str
    publisher: str
    release: str | None


@dataclass(frozen=True)
class Bibliography:
    """A publication with everything to cite for it.

    Attributes:
        publication: the latest row of `ops.publication`.
        cited: what is behind it, by source.
        vintages: the series of the sample of open data that are in it.
    """

    publication: dict[str, Any]
    cited: list[Cited]
    vintages: list[Vintage]

    @property
    def title(self) -> str:
        """Title of the publication."""
        kind = "SYNTHETIC eco-security metrics" if self.publication["is_synthetic"] else "Eco-security metrics"
        sample = f" (sample of open data, as of {day})" if (day := self.publication.get("sample_as_of")) else ""
        return f"{kind} of {self.publication['countries']} countries{sample}"

    @property
    def day(self) -> dt.date:
        """Day of the publication, UTC."""
        published: dt.datetime = self.publication["published_at"]
        return published.astimezone(dt.UTC).date()


def read_bibliography(published: Path) -> Bibliography:
    """The bibliography of a published file.

    Raises:
        WrongUsage: there is no published file.
    """
    with open_published(published) as connection:
        return bibliography_of(connection)


def bibliography_of(connection: duckdb.DuckDBPyConnection) -> Bibliography:
    """The bibliography of an open published file.

    Raises:
        WrongUsage: the file has never been published.
    """
    result = connection.execute("FROM ops.publication ORDER BY published_at DESC LIMIT 1")
    names = [column[0] for column in result.description or ()]
    row = result.fetchone()
    if row is None:
        raise WrongUsage("This file names no publication, so there is nothing to cite; run `ness materialise` first.")
    vintages = connection.execute(
        "SELECT DISTINCT series_code, publisher, release FROM core.indicator_observation WHERE source = 'sample' ORDER BY ALL"
    ).fetchall()
    publication = dict(zip(names, row, strict=True))
    return Bibliography(publication, list(_cited(connection)), [Vintage(*vintage) for vintage in vintages])


def _cited(connection: duckdb.DuckDBPyConnection) -> Iterator[Cited]:
    # Slow, and most commands only import this module.
    from ness_pipeline.sources import SAMPLE, sources  # noqa: PLC0415

    releases = dict(
        connection.execute(
            "SELECT source, arg_max(release, loaded_at) FROM ops.load WHERE status = 'loaded' GROUP BY source"
        ).fetchall()
    )
    columns = {name for name, *_ in connection.execute("DESCRIBE ops.citation").fetchall()}
    publisher = "publisher" if "publisher" in columns else "CAST(NULL AS VARCHAR)"  # before citations had one
    rows = connection.execute(
        "SELECT source, citation, doi, licence, min(accessed_on), max(accessed_on), list(unit ORDER BY unit), "
        f"bool_and(is_redistributable), {publisher} AS publisher FROM ops.citation GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    for source, citation, doi, licence, first, last, units, is_open, named_publisher in rows:
        # The sample has a release per series, which `Bibliography.vintages` lists.
        release = None if source == SAMPLE else releases.get(source)
        files = "; ".join(dict.fromkeys(map(files_of, units))) if source.startswith(OWN) else None
        number = len(units) if files is None else 1
        yield Cited(source, citation, doi, release, licence, first, last, number, is_open, named_publisher, files)
    named = {row[0] for row in rows}
    loaded = connection.execute(
        "SELECT source, unit, CAST(min(coalesce(extracted_at, loaded_at)) AS DATE), "
        "CAST(max(coalesce(extracted_at, loaded_at)) AS DATE) FROM ops.load "
        "WHERE status = 'loaded' GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    for name, unit, first, last in loaded:
        if name in named or name == SAMPLE:  # of the sample, all that is still in use is named
            continue
        if (source := sources().get(name)) is not None:
            release = releases.get(name)
            for citation, licence in source.citations:
                text = citation.replace("{release}", release or "unknown")
                yield Cited(name, text, None, release, licence, first, last, 1, source.is_redistributable)
        else:
            citation = OWN_FILE.replace("{name}", files_of(unit))
            yield Cited(name, citation, None, None, None, first, last, 1, is_redistributable=True)


def as_text(bibliography: Bibliography) -> str:
    """The bibliography as plain text: the publication, then the numbered data sets behind it."""
    publication = bibliography.publication
    publication_line = (
        f"  {AUTHORS} ({bibliography.day.year}). {bibliography.title}. Publication {publication['publication_id']}, content hash "
        f"{publication['content_hash']}. Made with ness-pipeline {publication['version']}."
    )
    lines = [
        "Cite this publication as",
        "",
        publication_line,
        "",
        "and what it is made from",
        "",
    ]
    for number, dataset in enumerate(bibliography.cited, start=1):
        doi = f" https://doi.org/{dataset.doi}" if dataset.doi and dataset.doi not in dataset.citation else ""
        version = f"version {dataset.release}; " if dataset.release and dataset.release not in dataset.citation else ""
        units = "" if dataset.units == 1 else f" {dataset.units} countries."
        licence = dataset.licence or NOT_STATED
        about = f" {dataset.about[0].upper()}{dataset.about[1:]}." if dataset.about else ""
        passing_on = "" if dataset.is_redistributable else " Its rows may not be passed on."
        lines.append(
            f"  [{number}] {dataset.citation}{about}{doi} ({version}accessed {dataset.accessed}.) Licence: {licence}.{units}{passing_on}"
        )
    if bibliography.vintages:
        lines += ["", "Vintages of the sample's series", ""]
        lines += [f"  {one.series_code}  {one.publisher}, {one.release or 'undated'}" for one in bibliography.vintages]
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


def as_bibtex(bibliography: Bibliography) -> str:
    """The bibliography as BibTeX: one `@misc` entry for the publication and one for each data set behind it."""
    publication = bibliography.publication
    entries = [
        _entry(
            "ness_publication",
            ("author", f"{{{AUTHORS}}}"),
            ("title", f"{{{_latex(bibliography.title)}}}"),
            ("year", str(bibliography.day.year)),
            ("version", _latex(str(publication["publication_id"]))),
            ("note", f"Content hash {publication['content_hash']}, made with ness-pipeline {publication['version']}"),
        )
    ]
    for number, dataset in enumerate(bibliography.cited, start=1):
        key = re.sub(r"[^a-z0-9]+", "_", dataset.source.lower()).strip("_")
        entries.append(
            _entry(
                f"{key}_{number}",
                ("title", f"{{{_latex(_title(dataset))}}}"),
                ("year", str(dataset.last_accessed.year)),
                ("version", _latex(dataset.release) if dataset.release else None),
                ("publisher", f"{{{_latex(dataset.publisher)}}}" if dataset.publisher else None),
                ("doi", dataset.doi),
                ("url", dataset.url),
                ("urldate", dataset.last_accessed.isoformat()),
                (
                    "note",
                    _latex(
                        f"Licence: {dataset.licence or NOT_STATED}; accessed {dataset.accessed}"
                        + (f"; {dataset.about}" if dataset.about else "")
                    ),
                ),
            )
        )
    return "\n".join(entries)


def _entry(key: str, *fields: tuple[str, str | None]) -> str:
    lines = [f"  {name} = {{{value}}}," for name, value in fields if value]
    return "\n".join([f"@misc{{{key},", *lines, "}", ""])


def _title(dataset: Cited) -> str:
    return _URL.sub("", dataset.citation).strip().rstrip(".").strip()


def as_cff(bibliography: Bibliography) -> dict[str, Any]:
    """The fields of a CITATION.cff file: the publication, and its references."""
    publication = bibliography.publication
    return {
        "cff-version": "1.2.0",
        "message": "If you use these numbers, please cite the publication and what it is made from.",
        "type": "dataset",
        "title": bibliography.title,
        "authors": [{"name": AUTHORS}],
        "version": publication["publication_id"],
        "date-released": bibliography.day.isoformat(),
        "identifiers": [
            {
                "type": "other",
                "value": f"md5:{publication['content_hash']}",
                "description": "hash over all core and metrics rows",
            }
        ],
        "references": [_reference(dataset) for dataset in bibliography.cited],
    }


def _reference(dataset: Cited) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "type": "data",
        "title": _title(dataset),
        "authors": [
            {"name": dataset.publisher or _title(dataset).split(",")[0].removeprefix("SYNTHETIC stand-in for: ")}
        ],
        "version": dataset.release,
        "doi": dataset.doi,
        "url": dataset.url,
        "date-accessed": dataset.last_accessed.isoformat(),
        "license": dataset.licence,
        "notes": f"source {dataset.source}; {dataset.files or f'{dataset.units} units of work'}; accessed {dataset.accessed}; "
        + ("may be passed on" if dataset.is_redistributable else "rows may not be passed on"),
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

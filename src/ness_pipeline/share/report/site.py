"""Write the site: shared scripts and colours once, the world page, and the country pages on all cores."""

from __future__ import annotations

import concurrent.futures
import datetime as dt
import functools
import json
import multiprocessing
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from ness_pipeline import __version__
from ness_pipeline.ask.query import open_published
from ness_pipeline.errors import WrongUsage
from ness_pipeline.schemas.vocabulary import NO_MEANING, REASONS
from ness_pipeline.share.report import world, world_map
from ness_pipeline.share.report.country_table import table_of_countries
from ness_pipeline.share.report.glossary import TERMS
from ness_pipeline.share.report.index_rows import Ranking
from ness_pipeline.share.report.published import Edition, Published, Shelf
from ness_pipeline.share.report.sections import parts
from ness_pipeline.share.report.sections.base import Subject
from ness_pipeline.share.report.tiles import tiles
from ness_pipeline.share.report.wording import NO_DATA, day, number

CHUNK = 10
"""Countries whose tables are read together."""
WORTH_SHARING = 30
"""Pages from which on further processes save more than their start costs."""
ASSETS = ("ness.css", "theme.js", "ness.js", "world.js", "map.js", "table.js")

POLICY = (
    "default-src 'none'; script-src 'self' file:; style-src 'self' file: 'unsafe-inline'; style-src-elem 'self' file:; "
    "img-src data:; base-uri 'none'; form-action 'none'"
)
"""What a page may load and run: the scripts and colours beside it, and nothing from a text or from elsewhere.

For pages that are opened from a folder some browsers ask for `file:` beside 'self'. The places of marks are style attributes,
which older browsers find under `style-src` only.
"""


@dataclass(frozen=True)
class Written:
    """A site on disk.

    Attributes:
        index: the world page.
        pages: country pages written.
        total_bytes: size of all files written.
    """

    index: Path
    pages: int
    total_bytes: int


class Terms:
    """Explains terms on one page and remembers which, for the list at its end."""

    def __init__(self) -> None:
        self.used: dict[str, tuple[str, str]] = {}
        self._count = 0

    def __call__(self, key: str, words: str | None = None) -> Markup:
        """The words with the explanation that appears when they are pointed at or reached by keyboard."""
        name, explanation = TERMS[key]
        self.used[key] = TERMS[key]
        self._count += 1
        return Markup(
            '<span class="term"><a href="#def-{key}" aria-describedby="tip-{count}">{words}</a>'
            '<span class="tip" role="tooltip" id="tip-{count}">{says}</span></span>'
        ).format(key=key, count=self._count, words=words or name, says=explanation)


def _json(value: Any) -> Markup:
    """JSON that is safe inside a script element, whatever the strings hold."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=str)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704  (escaped above)


@functools.cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("ness_pipeline.share.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": number, "day": day, "json": _json}
    environment.globals |= {"version": __version__, "policy": POLICY}
    return environment


def write_site(
    published: Path,
    out: Path,
    countries: Sequence[str] | None = None,
    *,
    progress: Callable[[str, int, int], None] | None = None,
    now: dt.datetime | None = None,
    workers: int | None = None,
) -> Written:
    """Write the world page and country pages into a folder; pages written before and not asked for again stay.

    Args:
        published: the file that analysts open.
        out: the folder.
        countries: codes of the country pages to write; None means all countries with metrics.
        progress: called with what was written, how many country pages are done, and of how many.
        now: when the report is written; the present when not given.
        workers: processes that write country pages; as many as there are cores when not given.

    Raises:
        WrongUsage: there is no published file, a country is not in it, or the folder cannot be written.
    """
    notify = progress or _silent
    with open_published(published) as connection:
        source = Published(connection)
        edition = Edition.read(source, now or dt.datetime.now(dt.UTC))
        wanted = _wanted(edition, countries)
        try:
            sizes = list(_shared(out, notify))
            existing = {page.stem for page in (out / "country").glob("*.html")}
            pages = [code for code in edition.countries if code in existing | set(wanted)]
            sizes += _world_page(source, edition, out, pages)
            notify("world page", 0, len(wanted))
            for done, (code, size) in enumerate(
                _country_pages(published, source, edition, out, wanted, workers), start=1
            ):
                sizes.append(size)
                notify(edition.countries[code]["country_name"], done, len(wanted))
        except OSError as error:
            message = f"The report cannot be written to {out} ({error.strerror}); choose another folder with --out."
            raise WrongUsage(message) from error
    return Written(out / "index.html", len(wanted), sum(sizes))


def _silent(page: str, done: int, of: int) -> None:
    """The progress callback for callers who give none; does nothing."""


def _wanted(edition: Edition, countries: Sequence[str] | None) -> list[str]:
    if not edition.countries:
        raise WrongUsage(
            "The published file has no country with metrics; fill it with `ness run KE`, then report again."
        )
    if countries is None:
        return list(edition.countries)
    for code in countries:
        if code not in edition.countries:
            raise WrongUsage(
                f"{code} is not in the published file; refresh it with `ness run {code}`, then report again."
            )
    return list(dict.fromkeys(countries))


def _write(target: Path, text: str) -> int:
    """Write a file so that a reader sees the old or the new one, and give its size."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    content = text.encode()
    partial.write_bytes(content)
    os.replace(partial, target)  # noqa: PTH105  (a rename is what makes it atomic)
    return len(content)


@functools.cache
def _scripts() -> tuple[str, str]:
    """The charts, and the library that draws them."""
    import vl_convert  # noqa: PLC0415  (half a second that workers need not spend)

    from ness_pipeline.share.report.charts import script  # noqa: PLC0415  (altair, likewise)

    return script(), vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")


def _shared(out: Path, notify: Callable[[str, int, int], None]) -> Iterable[int]:
    notify("charts", 0, 0)
    charts, library = _scripts()
    for name in ASSETS:
        yield _write(
            out / "assets" / name, (files("ness_pipeline.share.report") / "assets" / name).read_text(encoding="utf-8")
        )
    yield _write(out / "assets" / "charts.js", charts)
    yield _write(out / "assets" / "vega.js", library)
    yield _write(out / "assets" / "geography.js", world_map.script())


def _world_page(source: Published, edition: Edition, out: Path, pages: list[str]) -> list[int]:
    metrics = world.metrics_of(edition)
    ranking = Ranking.read(source)
    sizes = [_write(out / "data" / f"{name}.js", text) for name, text in world.metric_files(source, metrics, ranking)]
    metrics = [metric for metric in metrics if metric["groups"]]
    shelf = Shelf(source, list(edition.countries))
    columns, lines = table_of_countries(edition, shelf, ranking)
    names = {code: row["country_name"] for code, row in edition.countries.items()}
    placed = {tile.country_code for tile in tiles()}
    terms = Terms()
    html = (
        _templates()
        .get_template("world.html")
        .render(
            edition=edition,
            metrics=metrics,
            first=world.first_choice(
                metrics,
                sum(bool(row.get("un_membership")) for row in edition.countries.values()),
                len(ranking.ranked),
            ),
            tiles=tiles(),
            unplaced=[code for code in names if code not in placed],
            names=names,
            pages=pages,
            columns=columns,
            lines=lines,
            ranked=sum(line["rank"] is not None for line in lines),
            ranked_in=ranking.year,
            regions=sorted({row["region"] for row in edition.countries.values() if row["region"]}),
            coverage=world.coverage_of(edition, shelf),
            changes=world.changes_of(source, edition),
            sources=world.sources_of(edition),
            vintages=world.vintages_of(source),
            data={
                "metrics": metrics,
                "groups": {group: row["label"] for group, row in edition.groups.items()},
                "countries": names,
                "pages": pages,
                "reasons": REASONS,
                "none_exists": NO_MEANING,
                "no_data": NO_DATA,
                "iso3": {code: row["iso3_code"] for code, row in edition.countries.items()},
                "outside": len(placed - set(names)),
            },
            term=terms,
            root="",
        )
    )
    return [*sizes, _write(out / "index.html", html)]


def _country_pages(
    published: Path, source: Published, edition: Edition, out: Path, wanted: list[str], workers: int | None
) -> Iterable[tuple[str, int]]:
    """Write the pages in chunks: in this process when they are few, on all cores when they are many."""
    chunks = [wanted[start : start + CHUNK] for start in range(0, len(wanted), CHUNK)]
    processes = min(workers or os.cpu_count() or 1, len(chunks))
    if processes < 2 or len(wanted) < WORTH_SHARING:  # noqa: PLR2004  one is no pool
        for chunk in chunks:
            yield from write_countries(source, edition, out, chunk)
        return
    # Spawned, because DuckDB's threads do not survive a fork.
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(processes, mp_context=context) as pool:
        jobs = [pool.submit(_in_worker, published, edition, out, chunk) for chunk in chunks]
        for job in concurrent.futures.as_completed(jobs):
            yield from job.result()


def _in_worker(published: Path, edition: Edition, out: Path, chunk: list[str]) -> list[tuple[str, int]]:
    with open_published(published) as connection:
        return list(write_countries(Published(connection), edition, out, chunk))


def write_countries(source: Published, edition: Edition, out: Path, codes: Sequence[str]) -> Iterable[tuple[str, int]]:
    """Write the pages of some countries.

    Yields:
        Each country's code and the size of its page.
    """
    template = _templates().get_template("country.html")
    shelf = Shelf(source, codes)
    order = list(edition.countries)
    for code in codes:
        subject = Subject(edition.countries[code], shelf, edition)
        place = order.index(code)
        html = template.render(
            edition=edition,
            country=subject.country,
            place=subject.place,
            land_year=subject.land_area_year,
            parts=[module.build(subject) for module in parts()],
            before=edition.countries[order[place - 1]] if place else None,
            after=edition.countries[order[place + 1]] if place + 1 < len(order) else None,
            term=Terms(),
            root="../",
        )
        yield code, _write(out / "country" / f"{code}.html", html)

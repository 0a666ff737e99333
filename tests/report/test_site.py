"""The site as files: every country, bounded size, nothing from outside, markup stays text, absent tables are said."""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path

import duckdb
import pytest
from report_world import HOSTILE, HOSTILE_NAME, NOW
from typer.testing import CliRunner

from ness_pipeline.cli.commands import app
from ness_pipeline.errors import WrongUsage
from ness_pipeline.names.countries import countries
from ness_pipeline.schemas.vocabulary import BASES
from ness_pipeline.share.report.sections import parts
from ness_pipeline.share.report.site import write_site
from ness_pipeline.share.report.wording import number

LARGEST_PAGE = 1_500_000


def test_every_country_has_a_page_of_bounded_size(site):
    """One run writes all 250 countries; no page is larger than 1.5 MB."""
    pages = {page.stem: page.stat().st_size for page in (site / "country").iterdir()}
    assert pages.keys() == countries().keys()
    assert max(pages.values()) <= LARGEST_PAGE
    assert (site / "index.html").stat().st_size <= LARGEST_PAGE


def test_site_asks_for_nothing_from_outside(site):
    """Every address that a page loads or links to is a file of the site or a place on the page."""
    for page in (site / "index.html", site / "country" / "KE.html", site / "country" / f"{HOSTILE}.html"):
        for address in re.findall(r'(?:src|href)="([^"]*)"', page.read_text(encoding="utf-8")):
            if not address.startswith(("#", "data:")):
                assert (page.parent / address).resolve().is_relative_to(site)
                assert (page.parent / address).exists()


def test_style_sheet_loads_nothing(site):
    """No font, picture or sheet is fetched by the style sheet."""
    assert re.search(r"url\(|@import", (site / "assets" / "ness.css").read_text(encoding="utf-8")) is None


@pytest.mark.parametrize("page", ["index.html", f"country/{HOSTILE}.html", "country/AF.html"])
def test_markup_in_a_name_stays_text(site, page):
    """A country whose name is markup appears as text, in elements, attributes and data alike."""
    text = (site / page).read_text(encoding="utf-8")
    assert 'onclick="alert' not in text
    assert "<b onclick" not in text
    assert html.escape(HOSTILE_NAME).replace("&quot;", "&#34;") in text


def test_protected_areas_name_their_publisher(site):
    """The words, the chart and its table say whose the numbers of protected land are."""
    text = (site / "country" / "KE.html").read_text(encoding="utf-8")
    assert re.search(r"of the land was protected in \d{4} \(World Bank\)", text)
    assert "protected areas alone; land by World Bank, sea by World Bank" in text


def test_citation_with_markup_stays_text(site):
    """What a publisher wants cited is never read as markup."""
    text = (site / "country" / "KE.html").read_text(encoding="utf-8")
    assert "&lt;i&gt;World Bank&lt;/i&gt;" in text


@pytest.mark.parametrize("page", ["index.html", "country/DE.html"])
def test_synthetic_data_say_so(site, page):
    """Pages from sandbox data carry the warning and say it in their title."""
    text = (site / page).read_text(encoding="utf-8")
    assert "<strong>SYNTHETIC</strong>" in text
    assert "(SYNTHETIC)</title>" in text


def test_real_data_carry_no_warning(few, tmp_path):
    """Pages of a publication that is not synthetic carry no warning."""
    real = tmp_path / "real.duckdb"
    shutil.copy(few, real)
    with duckdb.connect(str(real)) as connection:
        connection.execute("UPDATE ops.publication SET is_synthetic = false")
    write_site(real, tmp_path / "site", ["DE"], now=NOW)
    for page in ("index.html", "country/DE.html"):
        assert "<strong>SYNTHETIC</strong>" not in (tmp_path / "site" / page).read_text(encoding="utf-8")


def test_same_publication_gives_the_same_site(published, site, tmp_path):
    """A site written twice at the same time is the same to the byte, whether in this process or on all cores."""
    write_site(published, tmp_path, ["KE", "ML"], now=NOW)
    for page in ("country/KE.html", "country/ML.html", "data/land_protected_pct.-.js"):
        assert (tmp_path / page).read_bytes() == (site / page).read_bytes()


def bare_file(published: Path, target: Path) -> Path:
    """A publication with countries and one number, without any of the tables behind the parts."""
    with duckdb.connect(str(target)) as connection:
        connection.execute(f"ATTACH '{published}' AS full_file (READ_ONLY)")
        for layer in ("core", "metrics", "ops"):
            connection.execute(f"CREATE SCHEMA {layer}")
        connection.execute(
            "CREATE TABLE core.country AS FROM full_file.core.country WHERE country_code IN ('KE', 'ML')"
        )
        connection.execute("USE full_file")
        connection.execute("CREATE TABLE bare.metrics.metric_value AS FROM metrics.metric_value WHERE country_code = 'KE' AND metric = 'treaties_in_force'")  # fmt: skip
        connection.execute("USE bare")
        connection.execute("DETACH full_file")
    return target


def test_absent_tables_are_said_and_break_nothing(few, tmp_path):
    """Without any of the tables behind it, every part still stands on the page and those without data say so."""
    write_site(bare_file(few, tmp_path / "bare.duckdb"), tmp_path / "site", now=NOW)
    text = (tmp_path / "site" / "country" / "KE.html").read_text(encoding="utf-8")
    for part in parts():
        assert f'<h2 id="h-{part.__name__.split(".")[-1]}">' in text
    assert text.count('class="missing"') >= 8
    assert "does not hold the index of both halves yet" in text
    assert "names no source" in text
    assert not (tmp_path / "site" / "country" / "ML.html").exists()


def test_landlocked_country_says_why_it_has_no_protected_sea(site):
    """A number without meaning is explained, not shown as zero."""
    text = (site / "country" / "ML.html").read_text(encoding="utf-8")
    assert "The country has no sea, so the number has no meaning for it." in text


def test_threats_are_named_in_plain_words(site):
    """Codes of threats reach the reader as words, the heaviest first, with the country's score."""
    text = (site / "country" / "KE.html").read_text(encoding="utf-8")
    assert "<strong>farming, forestry plantations and aquaculture</strong>" in text
    assert "<td>Farming, forestry plantations and aquaculture</td>" in text
    assert text.index("<td>Farming, forestry") < text.index("<td>Climate change and severe weather</td>")


def test_threats_of_the_groups_that_may_be_quoted(few, tmp_path):
    """Where all groups together have no score that may be quoted, those that have one are drawn and named."""
    some = tmp_path / "some.duckdb"
    shutil.copy(few, some)
    with duckdb.connect(str(some)) as connection:
        for table in ("threat_abatement", "threat_abatement_total"):
            connection.execute(
                f"UPDATE metrics.{table} SET reportable = taxon_group = 'mammals', "
                "reason = if(taxon_group = 'mammals', NULL, 'too_few_threats_known')"
            )
        (score,) = connection.execute(
            "SELECT max(star) FROM metrics.threat_abatement WHERE country_code = 'KE' AND taxon_group = 'mammals' AND threat_level = 1"
        ).fetchone()
    write_site(some, tmp_path / "site", ["KE"], now=NOW)
    text = (tmp_path / "site" / "country" / "KE.html").read_text(encoding="utf-8")
    assert "What weighs most on the mammals of Kenya" in text
    assert "Threats are known for less than 80 % of the species that score." in text
    assert f'<td class="number">{number(score)}</td>' in text


def test_own_red_list_index_stands_beside_the_official_series(site):
    """The chart of the Red List Index holds the series of the United Nations, and the table the own index of each group."""
    text = (site / "country" / "KE.html").read_text(encoding="utf-8")
    assert "<td>Official UN series</td>" in text
    table = text.split("The index by group of species")[1].split("</table>")[0]
    assert '<th scope="row">Birds</th>' in table
    assert BASES["assessments_and_ranges"] in table


def test_country_written_alone_leaves_other_pages(few, tmp_path):
    """A second run for one country keeps the pages of the first, and the world page links to all of them."""
    write_site(few, tmp_path, ["KE"], now=NOW)
    write_site(few, tmp_path, ["DE"], now=NOW)
    world = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert 'href="country/KE.html"' in world
    assert 'href="country/DE.html"' in world
    assert 'href="country/BR.html"' not in world
    assert list(tmp_path.rglob("*.partial")) == []


def test_country_that_is_not_published_is_refused(few, tmp_path):
    """A country without metrics is named, with what to do."""
    with pytest.raises(WrongUsage, match="ML is not in the published file; refresh it with `ness run ML`"):
        write_site(bare_file(few, tmp_path / "bare.duckdb"), tmp_path / "site", ["ML"])


def test_folder_that_cannot_be_written_is_refused(few, tmp_path):
    """A file in the place of the folder is one sentence, not a traceback."""
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(WrongUsage, match=r"cannot be written to .*taken.*choose another folder with --out"):
        write_site(few, tmp_path / "taken", ["KE"])


def test_command_writes_the_site_and_says_where(few, tmp_path, monkeypatch):
    """`ness report` writes below the home folder and prints the page to open; progress is quiet when piped."""
    (tmp_path / "sandbox").mkdir()
    shutil.copy(few, tmp_path / "sandbox" / "ness.duckdb")
    monkeypatch.setenv("NESS_HOME", str(tmp_path))
    result = CliRunner().invoke(app, ["report", "Kenya", "--sandbox"])
    index = tmp_path / "sandbox" / "report" / "index.html"
    assert result.exit_code == 0
    assert index.exists()
    assert result.output.startswith(f"{index}: the world page and 1 country page,")
    assert len(result.output.splitlines()) == 1


def test_command_without_a_warehouse_says_what_to_do(tmp_path, monkeypatch):
    """Without a published file the command is refused in one sentence."""
    monkeypatch.setenv("NESS_HOME", str(tmp_path))
    result = CliRunner().invoke(app, ["report"])
    assert isinstance(result.exception, WrongUsage)
    assert "make one with `ness run KE`" in str(result.exception)

"""The site as files: every country, bounded size, nothing from outside, markup stays text, absent tables are said."""

from __future__ import annotations

import html
import json
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
from ness_pipeline.schemas.vocabulary import BASES, REASONS
from ness_pipeline.share.report.sections import parts
from ness_pipeline.share.report.sections.halves import EARLIER, SAME
from ness_pipeline.share.report.site import write_site
from ness_pipeline.share.report.wording import MISSING, label_of, number

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


@pytest.mark.parametrize("page", ["index.html", "country/DE.html"])
def test_sample_says_so_on_every_page(sample, page):
    """Pages of the sample carry its day and a link to the vintages, and say in their title what they are."""
    text = (sample / page).read_text(encoding="utf-8")
    assert "Sample of open data, as of 1 July 2026." in text
    assert "(sample of open data)</title>" in text
    assert 'index.html#vintages"' in text


def test_first_page_lists_the_vintage_of_each_series(sample):
    """Each series stands with its name, publisher, vintage, countries and years."""
    table = (sample / "index.html").read_text(encoding="utf-8").split('id="vintages"')[1]
    line = next(line for line in table.split("<tr>") if ">ER_RSK_LST<" in line)
    assert re.findall(r">([^<>]+)</t[hd]>", line) == [
        "ER_RSK_LST", "Red List Index (SDG 15.5.1); two decimals", "United Nations, Sustainable Development Goals", "2026-04",
        "4", "2015 to 2024", "40",
    ]  # fmt: skip


def table_lines(site):
    """The texts of each line of the table of countries, with what stands small below a number."""
    table = (site / "index.html").read_text(encoding="utf-8").split('id="countries"')[1].split("<tbody>")[1]
    lines = table.split("</tbody>")[0].split("</tr>")[:-1]
    return [
        ["|".join(re.findall(r">([^<>]+)", f">{cell}")) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line)]
        for line in lines
    ]


def test_states_are_ranked_and_territories_follow(sample):
    """The table has states by their index with both ranges, coverage and year, then a territory without rank or index."""
    lines = table_lines(sample)
    assert [line[:6] for line in lines] == [
        ["Germany", "DE DEU", "1|1 to 1", "0.750|2024", "0.125 to 0.875", "0.100 to 0.900"],
        ["Kenya", "KE KEN", "2|2 to 2", "0.500|2024", "0.125 to 0.875", "0.100 to 0.900"],
        ["Brazil", "BR BRA", "3|3 to 3", "0.250|2024", "0.125 to 0.875", "0.100 to 0.900"],
        ["Mali", "ML MLI", "", f"not quoted|{REASONS['no_state']}", MISSING, MISSING],
    ]
    assert {line[6] for line in lines} == {"71.2\u00a0%"}


def test_states_of_another_year_are_not_ranked_among_them(mixed):
    """A state whose latest index is of an earlier year has no rank, and the reason stands in its place."""
    assert [[line[0], line[2].split("|")[0], line[3]] for line in table_lines(mixed)] == [
        ["Germany", "1", "0.750|2024"],
        ["Kenya", "2", "0.500|2024"],
        ["Brazil", "", f"not quoted|{REASONS['half_missing']}"],
        ["Mali", "", f"not quoted|{REASONS['no_state']}"],
    ]


def test_numbers_of_the_table_have_their_year(site):
    """Below each number of a headline measure stands its year."""
    kenya = next(line for line in table_lines(site) if line[0] == "Kenya")
    assert [cell for cell in kenya if cell.endswith("%")] == []
    assert sum(re.fullmatch(r"[\d.]+\u00a0%\|\d{4}", cell) is not None for cell in kenya) >= 2
    assert "Measures known" not in (site / "index.html").read_text(encoding="utf-8")


def test_ranks_of_the_map_are_those_of_the_file(mixed):
    """The script of the index has the year it opens with, and beside each value both its other range, coverage and ranks."""
    text = (mixed / "data" / "eco_security_index.-.js").read_text(encoding="utf-8")
    data = json.loads(text[text.index("{") : text.rindex("}") + 1])
    assert (data["opens"], data["ranked"]["2024"], data["ranked"]["2020"]) == (2024, 2, 3)
    least, most, coverage, rank, best, worst = data["beside"]["KE"]["2024"]
    assert (least, most, coverage, rank) == (0.1, 0.9, 0.7125, 2)
    assert best <= rank <= worst
    assert data["beside"]["BR"]["2020"][3] == 1
    assert "2024" not in data["beside"]["BR"]


def test_report_calls_no_country_safe_or_unsafe(site):
    """Neither the world page nor a country page says "safe" or "unsafe"."""
    for page in ("index.html", "country/KE.html", "country/ML.html"):
        text = re.sub(
            "<meta http-equiv[^>]*>", "", (site / page).read_text(encoding="utf-8")
        )  # a policy is for browsers
        assert not re.search(r"\b(un)?safe(r|st)?\b", text, re.IGNORECASE)


def with_changes(few, folder, *statements):
    """A site of Kenya from the same publication with some rows changed; the text of its page."""
    shutil.copy(few, folder / "changed.duckdb")
    with duckdb.connect(str(folder / "changed.duckdb")) as connection:
        for statement in statements:
            connection.execute(statement)
    write_site(folder / "changed.duckdb", folder / "site", ["KE"], now=NOW)
    return (folder / "site" / "country" / "KE.html").read_text(encoding="utf-8")


def test_official_counts_stand_where_no_list_of_species_is_loaded(few, tmp_path):
    """Without a list of species the page says what is missing, and shows the World Bank's counts with their year."""
    text = with_changes(
        few,
        tmp_path,
        "UPDATE metrics.threatened_species SET known_species = NULL, official_threatened_species = NULL",
        "UPDATE metrics.threatened_species SET official_threatened_species = 32, official_threatened_year = 2022, "
        "official_reportable = true WHERE taxon_group = 'mammals'",
    )
    part = text.split('id="h-threatened_species"')[1].split("</section>")[0]
    assert "No list of the species of Kenya is loaded" in part
    assert "as the World Bank publishes them: <strong>32</strong> mammals (2022)." in part
    assert "No source has told us about the species" not in text


def test_measure_of_the_index_is_named_by_the_value_used(few, tmp_path):
    """Where another measure stands in, the table of the index's measures has its name; without a value, the own one's."""
    text = with_changes(
        few,
        tmp_path,
        "UPDATE metrics.index_component SET value_metric = CASE metric WHEN 'red_list_index' THEN 'official_red_list_index' END",
    )
    part = text.split("The measures that make up the index")[1].split("</table>")[0]
    assert f'<th scope="row">{label_of("official_red_list_index")}</th>' in part
    assert f'<th scope="row">{label_of("red_list_index")}</th>' not in part
    assert f'<th scope="row">{label_of("national_red_list_index")}</th>' in part


def test_measures_of_the_index_stand_in_the_order_of_its_definition(few, site):
    """Pillars and measures follow the definition, protected areas first and finance last."""
    text = (site / "country" / "KE.html").read_text(encoding="utf-8")
    table = text.split("The measures that make up the index")[1].split("</table>")[0]
    with duckdb.connect(str(few), read_only=True) as connection:
        pillars = connection.execute("SELECT pillar FROM metrics.index_definition ORDER BY position").fetchall()
    assert re.findall(r"<tr><td>([^<]*)</td>", table) == [label_of(pillar) for (pillar,) in pillars]
    meters = text.split('class="meters"')[1].split("</section>")[0]
    places = [meters.index(f"<span>{label_of(pillar)}</span>") for (pillar,) in pillars]
    assert places == sorted(places)


def test_land_area_has_its_year(few, tmp_path):
    """Beside the land area stands the latest year of the series that it is from."""
    text = with_changes(
        few,
        tmp_path,
        "UPDATE core.country SET land_area_km2 = 580876.3",
        "UPDATE core.indicator_observation SET series_code = 'AG.LND.TOTL.K2', value = if(year <= 2023, 580876.3, 1) "
        "WHERE series_code = 'ER_PTD_TERR'",
    )
    assert "580\N{NARROW NO-BREAK SPACE}876 km² of land (2023)" in text


def test_territory_is_called_an_area_and_treaties_do_not_apply(sample):
    """The page of a territory speaks of the area, that of a state of the country."""
    assert "a list of the area" in (sample / "country" / "ML.html").read_text(encoding="utf-8")
    assert "a list of the country" in (sample / "country" / "KE.html").read_text(encoding="utf-8")


def test_sea_of_a_landlocked_country_is_none_and_not_a_dash(sample):
    """In the table a number that cannot exist is told apart from one that nobody has given."""
    text = (sample / "index.html").read_text(encoding="utf-8")
    assert '<td class="number" title="The country has no sea, so the number has no meaning for it.">none</td>' in text


def test_page_opens_with_the_index_where_every_state_has_one(sample):
    """The index is chosen at first, though other measures have a value in more countries."""
    assert '<option value="eco_security_index" selected>' in (sample / "index.html").read_text(encoding="utf-8")


def test_country_page_shows_both_ranges_of_the_index(sample):
    """The headline has the index, what other choices give, and what the missing measures could do, each said exactly."""
    text = (sample / "country" / "KE.html").read_text(encoding="utf-8")
    part = text.split('id="h-halves"')[1].split("<section")[0]
    assert "stands at <strong>0.500</strong>" in part
    assert '<span class="big">0.125 to 0.875</span><div class="small">what nine in ten other choices' in part
    assert (
        '<span class="big">0.100 to 0.900</span><div class="small">with everything that is missing at its worst' in part
    )
    numbers = text.split('id="h-numbers"')[1]
    assert "Everything missing at its worst, and at its best: 0.100 to 0.900. Coverage by weight: " in numbers
    assert "Neither range says how true the values themselves are." in part
    assert "very probably" not in text


def test_earlier_years_of_the_index_are_drawn_apart(sample):
    """Years that rest on other measures are marked in the chart and its table, and a sentence says from when to compare."""
    text = (sample / "country" / "KE.html").read_text(encoding="utf-8")
    rows = json.loads(re.search(r'data-chart="course".*?class="rows">(.*?)</script>', text, re.DOTALL)[1])
    assert {row["year"] for row in rows if row["measures"] == EARLIER} == {2015, 2016, 2017, 2018, 2019}
    assert {row["year"] for row in rows if row["measures"] == SAME} == {2020, 2021, 2022, 2023, 2024}
    assert "Compare only the years from 2020 on" in text


def test_fungi_have_a_place_in_the_species_pillar(sample):
    """Without a number on fungi that may be quoted, the page says that they stand as missing."""
    text = (sample / "country" / "KE.html").read_text(encoding="utf-8")
    assert "Fungi have a place in the species pillar" in text


def test_outlines_are_in_one_file_of_the_site(site):
    """The shapes of countries are in one shared script, and no page repeats them."""
    holding = [file.name for file in site.rglob("*.*") if '"arcs":[[' in file.read_text(encoding="utf-8")]
    assert holding == ["geography.js"]


def test_map_takes_no_side_on_borders(site):
    """Below the map stands whose borders are drawn, and that they say nothing of what is right."""
    text = (site / "index.html").read_text(encoding="utf-8")
    assert "Borders are those of Natural Earth: drawn as they are held and not as they are claimed" in text
    assert "They say nothing of what we or anyone hold to be right." in text


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

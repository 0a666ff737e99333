"""The site in Debian's Chromium: sort, filter, choose, open, keyboard only, both themes, phone and accessibility."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from report_world import HOSTILE, HOSTILE_NAME, LAST_YEAR

from ness_pipeline.names.countries import countries

PHONE = {"viewport": {"width": 360, "height": 740}}


def column(page, number):
    """The values of one column of the visible lines, as numbers; None where there is none."""
    script = "(lines, n) => lines.filter(line => !line.hidden).map(line => line.cells[n].dataset.value ?? null)"
    found = page.locator("#countries tbody tr").evaluate_all(script, number)
    return [None if value is None else float(value) for value in found]


def header(page, name):
    """A heading of the table of countries and its place."""
    cell = page.locator("#countries thead th", has_text=name).first
    return cell, cell.evaluate("cell => cell.cellIndex")


def cut(page):
    """Words in charts that are shortened or lie beyond the picture's edges."""
    script = """pictures => pictures.flatMap(one => {
        const frame = one.getBoundingClientRect();
        return [...one.querySelectorAll("svg text")].filter(text => {
            const box = text.getBoundingClientRect();
            return text.textContent.endsWith("\u2026") || box.right > frame.right + 2 || box.left < frame.left - 2;
        }).map(text => text.textContent);
    })"""
    return page.locator("figure .canvas").evaluate_all(script)


def test_table_sorts_by_a_measure(visit):
    """A click on a heading sorts highest first, a second lowest first; countries without a value come last."""
    page = visit("index.html")
    cell, place = header(page, "Sea protected")
    for order, is_reversed in (("descending", True), ("ascending", False)):
        cell.get_by_role("button").click()
        assert cell.get_attribute("aria-sort") == order
        values = column(page, place)
        known = [value for value in values if value is not None]
        assert known == sorted(known, reverse=is_reversed)
        assert values[-1] is None
        assert None not in values[:-1]
    assert page.locator("#countries th[aria-sort=ascending]").count() == 1


def test_table_filters_by_name_and_region(visit):
    """Accents do not matter for a name, a code finds its country, and the region narrows further."""
    page = visit("index.html")
    lines = page.locator("#countries tbody tr:visible")
    page.get_by_label("Find a country").fill("turkiye")
    assert lines.locator("th").all_inner_texts() == ["T\u00fcrkiye"]
    page.get_by_label("Find a country").fill("KEN")
    assert lines.locator("th").all_inner_texts() == ["Kenya"]
    page.get_by_label("Find a country").fill("guinea")
    page.get_by_label("Region").select_option("Oceania")
    assert lines.locator("th").all_inner_texts() == ["Papua New Guinea"]
    assert page.locator("#found").inner_text() == "1 of 250 countries"


def test_metric_group_and_year_are_chosen(visit):
    """A choice changes the title, the map, the ranking and the address, and the address brings it back."""
    page = visit("index.html#metric=land_protected_pct")
    assert page.locator("#title").inner_text() == "Land protected"
    page.locator("#year").select_option("2016")
    expect(page.locator("#subtitle")).to_have_text("Percent, 2016")
    assert page.locator("#ranking li").count() == 20
    page.locator("#metric").select_option("threatened_share")
    expect(page.locator("#title")).to_have_text(re.compile("^Share of species threatened"))
    page.locator("#group").select_option("mammals")
    expect(page.locator("#title")).to_have_text(re.compile("Mammals$"))
    assert page.locator(".tile[class*=class-]").count() == page.locator("#ranking li").count()
    assert "metric=threatened_share&group=mammals" in page.url
    page.reload()
    expect(page.locator("#title")).to_have_text(re.compile("Mammals$"))


def test_ranking_says_what_the_table_says(visit):
    """The first of the ranking is the first of the sorted table, and both write its number alike."""
    page = visit("index.html#metric=land_protected_pct")
    cell, place = header(page, "Land protected")
    cell.get_by_role("button").click()
    line = page.locator("#countries tbody tr").first
    first = page.locator("#ranking li").first
    assert first.locator("a").inner_text() == line.locator("th").inner_text()
    assert first.locator(".said").inner_text().startswith(line.locator("td").nth(place - 1).inner_text())
    assert first.locator(".place").inner_text() == "1"
    page.get_by_role("button", name="Show all 250 countries").click()
    assert page.locator("#ranking li").count() == 250


def test_index_opens_with_the_year_of_the_ranks(visit, mixed):
    """The index opens with its latest ranked year and the file's ranks; the latest of each country has no ranks."""
    page = visit("index.html#metric=eco_security_index", mixed)
    lines = page.locator("#ranking li")
    assert page.locator("#year").input_value() == "2024"
    assert [line.locator("a").inner_text() for line in lines.all()] == ["Germany", "Kenya"]
    assert [text.split()[0] for text in lines.locator(".place").all_inner_texts()] == ["1", "2"]
    said = lines.nth(1).locator(".said").inner_text()
    assert said.startswith("0.500\nwith other choices: 0.125 to 0.875\neverything missing: 0.100 to 0.900")
    assert said.endswith("coverage by weight: 71.2\u00a0%, 2024")
    label = page.locator("[data-code=KE]").get_attribute("aria-label")
    assert "everything missing at its worst, and at its best: 0.100 to 0.900, coverage by weight: " in label
    assert re.search(r"2024, rank 2 of 2 states, \d to \d with one other choice$", label)
    page.locator("#year").select_option("")
    expect(page.locator("#ranking li")).to_have_count(3)
    assert lines.locator(".place").all_inner_texts() == ["", "", ""]
    assert "rank" not in page.locator("[data-code=BR]").get_attribute("aria-label")
    assert "year=latest" in page.url
    page.reload()
    expect(page.locator("#ranking li")).to_have_count(3)
    page.locator("#metric").select_option("land_protected_pct")
    page.locator("#metric").select_option("eco_security_index")
    expect(page.locator("#ranking li")).to_have_count(2)


def test_page_without_scripts_has_tiles_and_table(browser, site):
    """Where scripts may not run, the tiles and the table stand there, and no empty map."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"file://{site}/index.html")
    assert page.locator("#tiles [data-code=KE]").is_visible()
    assert page.locator("#countries").is_visible()
    assert not page.locator("#panel-map").is_visible()
    assert not page.locator("#tabs").is_visible()
    context.close()


def test_map_says_in_words_what_it_shows(visit):
    """Each tile names country, value and year; countries without a value say why; a summary stands beside the map."""
    page = visit("index.html#metric=marine_protected_pct")
    kenya = page.locator("[data-code=KE]").get_attribute("aria-label")
    assert re.fullmatch(rf"Kenya: [\d.]+\u00a0%, {LAST_YEAR}, rank \d+ of 249 countries with a value", kenya)
    mali = page.locator("[data-code=ML]").get_attribute("aria-label")
    assert mali == "Mali: none exists. The country has no sea, so the number has no meaning for it."
    assert page.locator("#summary").inner_text().startswith("249 of 250 countries and territories have a value.")
    assert page.locator("#legend li").count() >= 4


def area(page, code):
    """The element of the map that stands for a country, and the point in its middle."""
    script = """([code]) => {
        const drawn = [...document.querySelectorAll("#globe svg path")].filter(one => one.__data__?.datum?.code === code);
        const box = drawn[0].getBoundingClientRect();
        return [drawn.length, drawn[0].getAttribute("fill"), box.x + box.width / 2, box.y + box.height / 2];
    }"""
    return page.evaluate(script, [code])


def test_pointer_reaches_every_country_of_the_map(visit):
    """Each of the 250 areas has one outline or circle, of which some point is covered by no other."""
    page = visit("index.html", viewport={"width": 1280, "height": 2000})
    script = """() => {
        const reached = [], areas = [...document.querySelectorAll("#globe svg path")].filter(one => one.__data__?.datum?.code);
        for (const one of areas) {
            const box = one.getBoundingClientRect(), step = Math.min(1, box.height / 4);
            search: for (let y = box.top + step / 2; y < box.bottom; y += step)
                for (let x = box.left + step / 2; x < box.right; x += step)
                    if (document.elementFromPoint(x, y) === one) { reached.push(one.__data__.datum.code); break search; }
        }
        return reached;
    }"""
    assert sorted(page.evaluate(script)) == sorted(countries())


def test_pointer_shows_value_year_and_rank(visit):
    """Over a country the map shows its name, value, year and rank; a country without a number shows why."""
    page = visit("index.html#metric=marine_protected_pct", viewport={"width": 1280, "height": 2000})
    page.mouse.move(*area(page, "KE")[2:])
    shown = page.locator("#map-tip").inner_text().splitlines()
    assert shown[0] == "Kenya"
    assert re.fullmatch(r"[\d.]+\u00a0%", shown[1])
    assert re.fullmatch(rf"{LAST_YEAR}, rank \d+ of 249 countries with a value", shown[2])
    page.mouse.move(*area(page, "ML")[2:])
    assert page.locator("#map-tip").inner_text().splitlines() == [
        "Mali",
        "None exists. The country has no sea, so the number has no meaning for it.",
    ]


def test_circle_inside_another_outline_says_so(visit):
    """French Guiana, whose land is part of the outline of France, has a circle of its own that names France."""
    page = visit("index.html#metric=land_protected_pct", viewport={"width": 1280, "height": 2000})
    page.mouse.move(*area(page, "GF")[2:])
    assert "inside the outline of France" in page.locator("#map-tip").inner_text()


def test_map_parts_no_data_from_none_exists(visit):
    """A country without a sea is hatched, one of which nothing is loaded is grey, in map, tiles and legend."""
    page = visit("index.html#metric=threatened_share&group=mammals")
    assert area(page, "FR")[:2] == [1, "var(--none)"]
    assert page.locator("[data-code=FR]").get_attribute("class") == "tile none"
    assert page.locator("#legend .none").count() == 1
    assert page.locator("#legend .never").count() == 0
    page.locator("#metric").select_option("marine_protected_pct")
    page.wait_for_selector("html[data-world=marine_protected_pct]", state="attached")
    assert area(page, "ML")[:2] == [1, "url(#hatch)"]
    assert page.locator("[data-code=ML]").get_attribute("class") == "tile never"
    assert page.locator("#legend .never").count() == 1


def test_finger_beside_a_circle_shows_its_country(visit):
    """On a phone a touch close to a small circle shows its country, with a link to its page, and opens nothing by itself."""
    page = visit("index.html#metric=land_protected_pct", has_touch=True, **PHONE)
    page.locator("#globe").scroll_into_view_if_needed()
    x, y = area(page, "SH")[2:]
    page.touchscreen.tap(x + 6, y + 3)
    assert page.locator("#map-tip a").inner_text() == countries()["SH"].country_name
    assert page.locator("#map-tip a").get_attribute("href") == "country/SH.html"


def test_country_opens_from_the_map(visit):
    """A click on an outline or a tile opens the country's page, and its name leads back."""
    page = visit("index.html", viewport={"width": 1280, "height": 2000})
    page.mouse.click(*area(page, "KE")[2:])
    page.wait_for_selector("h1:text-is('Kenya')")
    page.get_by_role("link", name="All countries").click()
    page.get_by_role("tab", name="Tiles").click()
    page.locator("[data-code=KE]").click()
    page.wait_for_selector("html[data-charts=drawn]", state="attached")
    assert page.locator("h1").inner_text() == "Kenya"
    page.get_by_role("link", name="All countries").click()
    assert page.locator("h1").inner_text().startswith("How well is")


def test_everything_is_reached_by_keyboard(visit):
    """Tab reaches the choice, the way from the map to the tiles, and the table; arrows walk the tiles and Enter opens a country."""
    page = visit("index.html#metric=land_protected_pct")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the content"
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.className"))
        if reached[-1] == "region":
            break
    assert {"theme", "metric", "year", "tab-map", "walk-tiles", "more", "filter"} <= set(reached)
    page.locator("#walk-tiles").press("Enter")
    assert page.evaluate("document.activeElement.className").startswith("tile")
    assert page.locator("#tiles a.tile[tabindex='0']").count() == 1
    page.locator("#tab-tiles").focus()
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.id") == "tab-map"
    assert page.locator("#globe svg").is_visible()
    page.keyboard.press("ArrowRight")
    page.locator("[data-code=TZ]").focus()
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.dataset.code") == "KE"
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.dataset.code") == "UG"
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:text-is('Uganda')")


def test_term_is_explained_when_reached_and_closed_by_escape(visit):
    """The explanation of a term appears on focus, goes with Escape, and stands in the list at the end."""
    page = visit("country/KE.html")
    term = page.locator("#red_list_index .term").first
    assert not term.locator(".tip").is_visible()
    term.locator("a").focus()
    assert term.locator(".tip").is_visible()
    page.keyboard.press("Escape")
    assert not term.locator(".tip").is_visible()
    for link in page.locator(".term > a").all():
        assert page.locator(link.get_attribute("href")).count() == 1


def test_every_chart_is_drawn_with_its_table_behind(visit):
    """Each figure has a picture, a text alternative, and a table that opens with at least one row of numbers."""
    page = visit("country/KE.html")
    figures = page.locator("figure")
    assert figures.count() >= 8
    assert cut(page) == []
    for figure in figures.all():
        assert figure.locator("svg path").count() > 0
        assert figure.locator("[role=img]").get_attribute("aria-label")
        figure.locator("summary").click()
        assert figure.locator("tbody tr").first.is_visible()


def test_legend_names_only_what_the_page_draws(visit):
    """A country without a sea has no line for it, and the legend does not name one."""
    legend = visit("country/ML.html").locator("figure[data-chart=protected] svg .role-legend-label")
    assert legend.all_text_contents() == ["Land"]


def test_theme_is_kept_from_page_to_page(visit):
    """The chosen colours stay on the next page, and charts follow them without being drawn anew."""
    page = visit("country/KE.html", color_scheme="light")
    label = "figure svg text >> nth=0"
    before = page.locator(label).evaluate("text => getComputedStyle(text).fill")
    page.get_by_role("button", name="Dark colours").click()
    assert page.locator(label).evaluate("text => getComputedStyle(text).fill") != before
    page.get_by_role("link", name="All countries").click()
    page.wait_for_selector("html[data-theme=dark]", state="attached")


@pytest.mark.parametrize("name", ["index.html", "index.html#metric=marine_progress_share", "country/KE.html"])
def test_phone_needs_no_sideways_scrolling(visit, name):
    """On a phone the page is no wider than the screen, map and tables scroll within themselves, and no label is cut."""
    page = visit(name, **PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
    assert cut(page) == []


def test_paper_is_light_and_without_controls(visit):
    """Printed, a dark page is dark ink on white, and what cannot be pressed on paper is gone."""
    page = visit("index.html", color_scheme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator("#theme").is_visible()
    assert not page.locator("#metric").is_visible()
    page.set_viewport_size({"width": 700, "height": 1000})
    assert page.evaluate("document.documentElement.scrollWidth") <= 700


def test_charts_fill_the_paper_and_closed_tables_leave_it(visit):
    """On paper a chart keeps its proportions, and a part of which nothing is open is left out."""
    page = visit("country/KE.html")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 1000})
    # A busy machine may not have laid the charts out yet; one that never is ends in a time-out.
    for chart in page.locator("figure svg.marks").all():
        expect(chart).to_be_visible()
    for box in page.locator("figure svg.marks").evaluate_all(
        "ones => ones.map(one => [one.viewBox.baseVal.width / one.viewBox.baseVal.height, one.clientWidth / one.clientHeight])"
    ):
        assert box[0] == pytest.approx(box[1], rel=0.02)
    assert not page.locator("#numbers").is_visible()
    assert page.locator("#gaps").is_visible()


def test_markup_in_a_name_is_shown_and_not_run(visit):
    """A country whose name is markup shows it letter by letter, and nothing of it runs."""
    page = visit(f"country/{HOSTILE}.html")
    assert page.locator("h1").inner_text() == HOSTILE_NAME
    assert page.locator("main b").count() == 0


@pytest.mark.parametrize("name", ["index.html", "country/KE.html"])
def test_no_text_is_run_as_a_script(visit, name):
    """The page forbids code from texts, inline scripts and addresses elsewhere, and its charts are drawn all the same."""
    page = visit(name)
    assert page.locator("svg.marks path").count() > 0
    ran = """async () => {
        const ran = [];
        await new Promise((resolve) => setTimeout(() => {  // what is evaluated for a test itself is free of the policy
            try { new Function("ran", "ran.push('text')")(ran); } catch { /* refused */ }
            resolve();
        }));
        window.mark = () => ran.push("inline");
        const inline = document.createElement("script");
        inline.textContent = "window.mark()";
        document.head.append(inline);
        const image = new Image();
        await new Promise((resolve) => { image.onload = image.onerror = resolve; image.src = "http://127.0.0.1:9/x.png"; });
        return ran;
    }"""
    with page.context.new_page() as other:  # the violations that this test provokes are none of the page's
        other.goto(page.url)
        assert other.evaluate(ran) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index.html", "country/KE.html"])
def test_axe_finds_nothing(visit, name, scheme):
    """No rule of axe-core is broken, contrast among them, with all tables open at their first lines, which all are like."""
    page = visit(name, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    page.evaluate("document.querySelectorAll('tbody tr:nth-child(n+4)').forEach(line => line.remove())")
    found = Axe().run(page, options={"preload": False}).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200], one["nodes"][0].get("failureSummary")) for one in found] == []

"""Values of own tables as people write them."""

from __future__ import annotations

import pytest
from own_files import load, write_text

from ness_pipeline.contract.check import check
from ness_pipeline.contract.dictionary import tables

OBSERVATION = {
    "country_code": "KE",
    "series_code": "AG_LND_FRST",
    "year": "2020",
    "disaggregation": "total",
    "value": "6.3",
    "value_status": "observed",
    "publisher": "unsdg",
}
ASSESSMENT = {"species_key": "700", "assessment_year": "2020", "red_list_category": "VU", "scope": "KE"}


def observations(tmp_path, *changes, delimiter=";"):
    """Rows of series after loading, valid ones only, and the reasons of the refused ones."""
    rows = [OBSERVATION | {"year": str(2000 + n)} | change for n, change in enumerate(changes)]
    names = list(dict.fromkeys(name for row in rows for name in row))
    rows = [{name: row.get(name, "") for name in names} for row in rows]
    found = load(write_text(tmp_path / "own.csv", rows, delimiter), table="indicator_observation")
    valid, refused = check(tables()["core.indicator_observation"], found.rows["indicator_observation"], "file:own")
    return valid, [*found.refused["reason"], *refused["reason"]]


def test_values_that_say_more_than_a_number(tmp_path):
    """The UN's `<1` is a bound, `N` is not relevant, `..` and `NaN` are missing; `58,9` beside them has a decimal comma."""
    values = ["<1", ">95", "N", "..", "NaN", "58,9"]
    valid, refused = observations(tmp_path, *({"value": value} for value in values))
    assert not refused
    assert valid.select("value", "value_status").rows() == [
        (1.0, "censored_below"),
        (95.0, "censored_above"),
        (None, "not_relevant"),
        (None, "missing"),
        (None, "missing"),
        (58.9, "observed"),
    ]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_decimal_commas_in_columns_of_numbers(tmp_path, delimiter):
    """`1,234` is read as 1.234 beside `0,5`; text is never changed."""
    changes = ({"value": "0,5", "footnote": "1,5 times"}, {"value": "1,234", "footnote": "x"})
    valid, refused = observations(tmp_path, *changes, delimiter=delimiter)
    assert not refused
    assert valid.select("value", "footnote").rows() == [(0.5, "1,5 times"), (1.234, "x")]


@pytest.mark.parametrize("values", [["1,234", "5,678"], ["0,5", "0.5"], ["1,234.5", "0,5"]])
def test_commas_that_may_mean_thousands_are_not_read(tmp_path, values):
    """1,234 alone may be 1234; a column with points has no decimal commas."""
    valid, refused = observations(tmp_path, *({"value": value} for value in values))
    assert len(refused) >= 1
    assert not {1.234, 1234.0, 5.678} & set(valid["value"])


def test_per_cent_signs(tmp_path):
    """A share of 1 with a sign is a hundredth; a series with a sign states its unit."""
    rows = [{"country_code": "KE", "species_key": str(n), "range_share": share} for n, share in enumerate(["50%", "12,5 %", "0,25"])]  # fmt: skip
    found = load(write_text(tmp_path / "own.csv", rows, ";"), table="country_species")
    assert [float(share) for share in found.species["range_share"]] == [0.5, 0.125, 0.25]
    valid, refused = observations(tmp_path, {"value": "50%"}, {"value": "50%", "unit": "KM2"})
    assert valid.select("value", "unit").rows() == [(50.0, "PERCENT")]
    assert len(refused) == 1


@pytest.mark.parametrize(
    ("series", "given", "value", "unit", "expected"),
    [
        ("DC_ODA_BDVL", "CON_USD", "41099420", "CON_USD_M", 41.09942),
        ("DC_ODA_BDVL", "con_usd_m", "41.1", "CON_USD_M", 41.1),
        ("AG.LND.TOTL.K2", "HA", "56914000", "KM2", 569140.0),
        ("AG.LND.FRST.ZS", "share", "0.063", "PERCENT", 6.3),
        ("AG_LND_TOTL", "km2", "569140", "HA_TH", 56914.0),
        ("SP.POP.TOTL", "thousands", "53006", "PERSONS", 53006000.0),
        ("MY_OWN_SERIES", "CUPS", "2", "CUPS", 2.0),
    ],
)
def test_units_become_those_of_the_series(tmp_path, series, given, value, unit, expected):
    """1 km2 is 100 ha; dollars are read as dollars and not as millions; other series stay as they are."""
    change = {"series_code": series, "unit": given, "value": value, "value_lower": value}
    valid, refused = observations(tmp_path, change)
    assert not refused
    found = valid.select("value", "value_lower", "unit").row(0)
    assert (found[0], found[1], found[2]) == (pytest.approx(expected), pytest.approx(expected), unit)


def test_a_unit_that_is_none_of_the_series(tmp_path):
    """The row is refused with a sentence that names the right one; its neighbours are loaded."""
    changes = ({"unit": "PERCENT"}, {"unit": "EUR"}, {"unit": ""})
    valid, refused = observations(tmp_path, *changes)
    assert refused == ["unit is 'EUR', in which AG_LND_FRST cannot be read; write PERCENT."]
    assert valid["year"].to_list() == [2000, 2002]


@pytest.mark.parametrize(
    ("written", "category", "is_possibly_extinct"),
    [
        ("LR/lc", "LC", None),
        ("LR/nt", "NT", None),
        ("LR/cd", "NT", None),
        ("Lower Risk/conservation dependent", "NT", None),
        ("CR(PE)", "CR", "true"),
        ("CR (PEW)", "CR", "true"),
        ("cr pe", "CR", "true"),
        ("Critically Endangered (Possibly Extinct)", "CR", "true"),
        ("Critically Endangered", "CR", None),
        ("least  concern", "LC", None),
        ("vu", "VU", None),
        ("NA", "NA", None),
        ("Regionally extinct", "RE", None),
    ],
)
def test_categories_in_words(tmp_path, written, category, is_possibly_extinct):
    """Codes and names of versions 2.3 and 3.1 of the categories, in any case (IUCN 2001, annex on earlier categories)."""
    rows = [ASSESSMENT | {"red_list_category": written, "scope": "Global"}]
    found = load(write_text(tmp_path / "own.tsv", rows), table="assessment").rows["assessment"]
    assert found["red_list_category"].to_list() == [category]
    assert found["scope"].to_list() == ["global"]
    assert (found["is_possibly_extinct"][0] if "is_possibly_extinct" in found.columns else None) == is_possibly_extinct


@pytest.mark.parametrize("written", ["V", "E", "VU(PE)", "threatened", "LR"])
def test_words_that_mean_no_category_of_today(tmp_path, written):
    """They are left as they are, and the contract refuses them."""
    rows = load(
        write_text(tmp_path / "own.tsv", [ASSESSMENT | {"red_list_category": written}]), table="assessment"
    ).rows
    assert rows["assessment"]["red_list_category"].to_list() == [written]
    assert check(tables()["core.assessment"], rows["assessment"], "file:own")[0].is_empty()


@pytest.mark.parametrize(
    ("table", "row", "read"),
    [
        (
            "threat",
            {"timing": "Ongoing", "scope": "Majority (50-90%)", "severity": "Rapid Declines", "threat_code": "5.1"},
            {"timing": "ongoing", "scope": "majority", "severity": "rapid"},
        ),
        (
            "country_species",
            {"country_code": "KE", "taxon_group": "Ray-finned fishes", "origin": "Native", "presence": "Extant"},
            {"taxon_group": "ray_finned_fishes", "origin": "native", "presence": "extant"},
        ),
    ],
)
def test_words_of_the_contracts_as_people_write_them(tmp_path, table, row, read):
    """Capitals, blanks and the words of the IUCN Red List's own classifications."""
    found = load(write_text(tmp_path / "rows.csv", [{"scientific_name": "Inventa rara"} | row], ","), table=table)
    assert found.rows[table].select(list(read)).to_dicts() == [read]

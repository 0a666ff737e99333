"""Spec of `metrics.legal_framework`: treaty dates and UN SDG answers in, treaties in force per year out."""

from __future__ import annotations

import csv
import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_world import every_treaty, observation, seeded_treaties, treaty

from ness_pipeline.paths import sql_folder
from ness_pipeline.schemas.vocabulary import TREATIES, TREATY_IN_BEING_FROM, TREATY_MADE_ON, TREATY_WHY

IN_BEING = {"cites": 1975, "cms": 1983, "cbd": 1993, "cartagena": 2003, "itpgrfa": 2004, "nagoya": 2014, "paris": 2016}
ALL_SEVEN = ("ER_IAS_LEGIS", "ER_IAS_NBSAP", "ER_IAS_NATBUD", "ER_CBD_ABSCLRHS", "ER_CBD_ORSPGRFA", "ER_BDY_ABT2NP", "ER_BDY_SEEA")  # fmt: skip


def legal(warehouse: Any, treaties: list[dict[str, Any]], answers: Any = ()) -> dict[tuple[str, int], dict[str, Any]]:
    """Rows of the metric by country and year."""
    warehouse.land("treaty_party", treaties)
    warehouse.land("indicator_observation", list(answers))
    warehouse.materialise(only="metrics.legal_framework")
    found = warehouse.rows("FROM metrics.legal_framework ORDER BY ALL")
    return {(row["country_code"], row["year"]): row for row in found}


def test_a_treaty_counts_from_its_entry_into_force(warehouse: Any) -> None:
    """On 31 December of the year of entry into force the treaty counts, a year earlier it does not."""
    found = legal(warehouse, [treaty("cbd", "1994-10-24"), treaty("nagoya", "2014-10-12"), treaty("cartagena", None)])
    assert [year for _, year in found] == list(range(1994, 2026))
    counts = {year: (row["treaties_in_force"], row["treaties_known"]) for (_, year), row in found.items()}
    assert (counts[1994], counts[2003], counts[2013], counts[2014], counts[2025]) == ((1, 1), (1, 2), (1, 2), (2, 3), (2, 3))  # fmt: skip
    assert found["KE", 2025]["treaties_in_force_share"] == pytest.approx(2 / 3)
    assert (found["KE", 2013]["is_nagoya_party"], found["KE", 2014]["is_nagoya_party"]) == (False, True)
    assert (found["KE", 2025]["is_cartagena_party"], found["KE", 2025]["is_itpgrfa_party"]) == (False, None)


def test_entry_into_force_on_the_last_day_of_the_year(warehouse: Any) -> None:
    """31 December belongs to its year, 1 January to the next."""
    found = legal(warehouse, [treaty("cbd", "2000-12-31"), treaty("cartagena", "2006-01-01")])
    assert found["KE", 2000]["is_cbd_party"] is True
    assert (found["KE", 2005]["is_cartagena_party"], found["KE", 2006]["is_cartagena_party"]) == (False, True)


def test_years_start_in_1993(warehouse: Any) -> None:
    """A treaty in force since 1975 counts, but the years begin with the Convention on Biological Diversity."""
    found = legal(warehouse, [treaty("cites", "1979-03-13")])
    assert min(year for _, year in found) == 1993
    assert found["KE", 1993]["treaties_in_force"] == 1


def test_a_deposit_is_no_membership_yet(warehouse: Any) -> None:
    """Between deposit and entry into force the country is no party, and years do not run ahead of the source."""
    coming = treaty("nagoya", "2026-02-01", status="deposited", as_of=dt.date(2025, 11, 20))
    found = legal(warehouse, [treaty("cbd", "2020-01-01", as_of=dt.date(2025, 11, 20)), coming])
    assert max(year for _, year in found) == 2025
    assert (found["KE", 2025]["is_nagoya_party"], found["KE", 2025]["treaties_in_force"]) == (False, 1)


def test_a_party_without_date_counts_from_the_source_on(warehouse: Any) -> None:
    """A source that knows the membership but not its date says something about its own year only."""
    undated = treaty("ramsar", None, status="party", as_of=dt.date(2021, 5, 1))
    found = legal(warehouse, [treaty("cbd", "2019-06-01"), undated])
    assert [found["KE", year]["treaties_in_force"] for year in (2020, 2021)] == [1, 2]
    nowhen = treaty("cms", None, "TZ", status="party", as_of=None)
    assert legal(warehouse, [treaty("cbd", "2019-06-01", "TZ"), nowhen])["TZ", 2025]["treaties_known"] == 1


def test_a_un_flag_says_party_then_and_not_since_when(warehouse: Any) -> None:
    """0 in 2016: none so far; 2017 and 2018 unknown; 1 in 2019: party from then on; a list of a later day wins."""
    answers = [observation("ER_CBD_NAGOYA", 2016, 0), observation("ER_CBD_NAGOYA", 2019, 1),
               observation("ER_CBD_PTYPGRFA", 2016, 1)]  # fmt: skip
    found = legal(warehouse, [treaty("cbd", "1994-01-01"), treaty("itpgrfa", None)], answers)
    nagoya = {year: found["KE", year]["is_nagoya_party"] for year in (2015, 2016, 2017, 2018, 2019, 2025)}
    assert nagoya == {2015: False, 2016: False, 2017: None, 2018: None, 2019: True, 2025: True}
    assert found["KE", 2025]["is_itpgrfa_party"] is False
    assert (found["KE", 2025]["treaties_in_force"], found["KE", 2025]["treaties_known"]) == (2, 3)


def test_a_flag_overrules_no_list(warehouse: Any) -> None:
    """A 0 of the UN in 2025 is no withdrawal: the party since 2004 in a list of 2022 stands, in 2010 as in 2025."""
    listed = treaty("itpgrfa", "2004-06-29", as_of=dt.date(2022, 12, 31))
    found = legal(warehouse, [listed], [observation("ER_CBD_PTYPGRFA", 2025, 0)])
    assert [found["KE", year]["is_itpgrfa_party"] for year in (2010, 2022, 2025)] == [True, True, True]
    no_party = treaty("itpgrfa", None, "TZ", as_of=dt.date(2020, 10, 31))
    found = legal(warehouse, [no_party], [observation("ER_CBD_PTYPGRFA", 2020, 1, "TZ"), observation("ER_CBD_PTYPGRFA", 2022, 1, "TZ")])  # fmt: skip
    assert [found["TZ", year]["is_itpgrfa_party"] for year in (2020, 2021, 2022)] == [True, True, True]


def test_a_flag_of_one_says_nothing_of_the_years_before(warehouse: Any) -> None:
    """With a 1 of 2021 alone, 2020 is unknown, not "no"; the flag of the year in which a dated list has it joining yields."""
    answers = [observation("ER_CBD_NAGOYA", 2021, 1), observation("ER_CBD_PTYPGRFA", 2022, 0)]
    joined = treaty("itpgrfa", "2022-12-05", as_of=dt.date(2022, 12, 31))
    found = legal(warehouse, [treaty("cbd", "1994-01-01"), joined], answers)
    assert [found["KE", year]["is_nagoya_party"] for year in (2020, 2021, 2025)] == [None, True, True]
    assert [found["KE", year]["is_itpgrfa_party"] for year in (2021, 2022, 2025)] == [False, True, True]


@pytest.mark.parametrize(
    ("year", "standing"), [(2019, False), (2020, None), (2025, None)], ids=["before", "year of the source", "after"]
)
def test_no_party_is_unknown_after_the_day_of_its_source(warehouse: Any, year: int, standing: Any) -> None:
    """A list of October 2020 knows 31 December 2019, and not that of 2020: Angola joined the Paris Agreement between."""
    old = treaty("paris", None, as_of=dt.date(2020, 10, 31))
    row = legal(warehouse, [treaty("cbd", "1994-01-01"), old])["KE", year]
    assert row["is_paris_party"] is standing
    assert (row["treaties_known"], row["treaties_in_force"]) == (1 if standing is None else 2, 1)


def test_a_party_stands_until_a_withdrawal_is_known(warehouse: Any) -> None:
    """A party in a list of 2018 is one in 2025."""
    found = legal(warehouse, [treaty("cites", "2000-01-01"), treaty("cbd", "1994-01-01", as_of=dt.date(2018, 12, 31))])
    assert found["KE", 2025]["is_cbd_party"] is True


def test_a_country_that_left_and_joined_again(warehouse: Any) -> None:
    """The United States: party to Paris on 31 December of 2016 to 2019 and 2021 to 2025, not in 2020 and 2026."""
    paris = treaty(
        "paris", "2021-02-19", "US", earlier_periods="2016-11-04/2020-11-04", left_on=dt.date(2026, 1, 27),
        as_of=dt.date(2025, 1, 27),
    )  # fmt: skip
    still = treaty("cites", "1975-07-01", "US", as_of=dt.date(2027, 6, 30))
    found = legal(warehouse, [paris, still])
    years = {year: found["US", year]["is_paris_party"] for year in range(2015, 2028)}
    parties = {2016, 2017, 2018, 2019, 2021, 2022, 2023, 2024, 2025}
    assert years == {year: year in parties for year in range(2015, 2027)} | {2027: None}


@pytest.mark.parametrize(
    ("own", "seed", "expected"),
    [
        ((None, "2019-12-31"), ("2015-06-01", "2024-12-31"), {2018: False, 2019: False, 2020: True, 2024: True}),
        (("2005-06-01", "2019-12-31"), (None, "2024-12-31"), {2018: True, 2019: True, 2020: False, 2024: False, 2025: None}),
        ((None, "2024-12-31"), ("2015-06-01", "2024-12-31"), {2018: False, 2024: False, 2025: None}),
        ((None, "2024-12-31"), ("2015-06-01", "2019-12-31"), {2018: False, 2024: False, 2025: None}),
    ],
    ids=["older no", "older yes", "same day", "newer"],
)  # fmt: skip
def test_later_facts_win_and_own_files_up_to_their_day(
    warehouse: Any, own: tuple[str | None, str], seed: tuple[str | None, str], expected: dict[int, bool | None]
) -> None:
    """An own file is believed for the days of which it speaks; after that whoever speaks later."""
    for (since, as_of), source in ((own, "file:own"), (seed, "seeds")):
        warehouse.land("treaty_party", [treaty("cites", since, as_of=dt.date.fromisoformat(as_of))], source=source)
    found = legal(warehouse, [treaty("cbd", "1994-01-01")])
    assert {year: found["KE", year]["is_cites_party"] for year in expected} == expected
    assert found["KE", 2018]["basis"] == "own_value"


def test_a_share_is_quoted_where_every_list_reaches_the_year(warehouse: Any) -> None:
    """All ten treaties in being are known in 2025: 7 of 10. One list ends in 2020: the count is a lower bound from then on."""
    found = legal(warehouse, [*every_treaty(joined=7), *every_treaty("TZ", joined=7, paris="2020-10-31")])
    row = found["KE", 2025]
    assert (row["treaties_open"], row["treaties_known"], row["treaties_in_force"]) == (10, 10, 7)
    assert (row["treaties_in_force_share"], row["reportable"], row["reason"]) == (0.7, True, None)
    assert found["TZ", 2019]["reportable"] is True
    row = found["TZ", 2025]
    assert (row["treaties_open"], row["treaties_known"], row["treaties_in_force"]) == (10, 9, 7)
    assert (row["treaties_in_force_most"], row["treaties_in_force_share_least"], row["treaties_in_force_share_most"]) == (8, 0.7, 0.8)  # fmt: skip
    assert (row["reportable"], row["reason"]) == (False, "standing_unknown")


def test_a_word_of_a_list_holds_for_five_years_in_the_share_joined(warehouse: Any) -> None:
    """Tanzania's list of Paris ends in 2020, so it last speaks of the end of 2019: 7 of 10 up to 2024, then 7 of 9."""
    found = legal(warehouse, [*every_treaty(joined=7), *every_treaty("TZ", joined=7, paris="2020-10-31")])
    names = ("treaties_stated", "treaties_joined_share", "joined_reportable", "joined_reason", "joined_basis")
    for code, year in (("KE", 2025), ("TZ", 2024)):
        assert [found[code, year][name] for name in names] == [10, 0.7, True, None, "official"]
    assert [found["TZ", 2025][name] for name in names] == [
        9,
        pytest.approx(7 / 9),
        False,
        "standing_unknown",
        "official",
    ]
    ends = [f"treaties_joined_share_{end}" for end in ("least", "most")]
    assert [found["TZ", 2025][name] for name in ends] == [0.7, 0.8]


@pytest.mark.parametrize(("spoken_of", "reason"), [(8, None), (7, "standing_unknown")])
def test_the_share_joined_needs_three_quarters_of_the_treaties(
    warehouse: Any, spoken_of: int, reason: str | None
) -> None:
    """Lists that speak of eight of the ten treaties in being are enough, and of seven are not."""
    row = legal(warehouse, every_treaty(joined=6)[:spoken_of])["KE", 2025]
    assert (row["treaties_open"], row["treaties_stated"]) == (10, spoken_of)
    assert (row["joined_reportable"], row["joined_reason"]) == (reason is None, reason)
    assert row["treaties_joined_share"] == pytest.approx(6 / spoken_of)


def test_the_share_joined_of_a_territory(warehouse: Any) -> None:
    """Nothing is open to Greenland, four treaties to the Faroes, and nobody speaks of Kenya's treaties."""
    rows = [treaty(name, None, "GL", status="not_open") for name in TREATIES]
    open_to = {"cites", "cms", "ramsar", "cbd"}
    rows += [row if row["treaty"] in open_to else row | {"status": "not_open", "entry_into_force": None} for row in every_treaty("FO")]  # fmt: skip
    answers = [observation("ER_IAS_NATBUD", 2020, 1, code) for code in ("GL", "KE")]
    found = legal(warehouse, rows, answers)
    reasons = {code: found[code, 2020]["joined_reason"] for code in ("GL", "FO", "KE")}
    assert reasons == {"GL": "not_open", "FO": "too_few_treaties", "KE": "no_data"}
    assert (found["FO", 2020]["treaties_joined_share"], found["FO", 2020]["joined_reportable"]) == (1.0, False)
    assert (found["KE", 2020]["treaties_stated"], found["KE", 2020]["treaties_joined_share"]) == (0, None)


def test_an_own_word_that_was_followed_by_a_list_is_no_basis(warehouse: Any) -> None:
    """An own file speaks up to 2014 and the public list from then on, so the share of 2016 rests on the list."""
    own = treaty("cites", None, as_of=dt.date(2014, 12, 31))
    warehouse.land("treaty_party", [own], source="file:own")
    found = legal(warehouse, every_treaty(joined=7))
    assert [found["KE", year]["joined_basis"] for year in (2014, 2016)] == ["own_value", "official"]


RECORD = (
    "record_questions",
    "national_measures_on_record_share",
    "national_measures_on_record_share_most",
    "record_reason",
)


def test_national_measures_on_record(warehouse: Any) -> None:
    """Law and target of 2012, sharing and planning of 2017: of five two are a yes, and a plain no bounds what may exist."""
    answers = [observation("ER_IAS_LEGIS", 2012, 0), observation("ER_IAS_NBSAP", 2012, 1), observation("ER_CBD_ABSCLRHS", 2017, 1),
               observation("ER_BDY_ABT2NP", 2017, 0), observation("ER_CBD_ORSPGRFA", 2019, 1), observation("ER_BDY_SEEA", 2023, 1)]  # fmt: skip
    found = legal(warehouse, [treaty("cbd", "1994-01-01")], answers)
    assert [found["KE", 2011][name] for name in RECORD] == [0, None, None, "no_data"]
    assert [found["KE", 2012][name] for name in RECORD] == [2, 0.2, 1.0, "too_few_answers"]
    assert [found["KE", 2017][name] for name in RECORD] == [4, 0.4, 0.8, None]
    assert [found["KE", 2018][name] for name in RECORD] == [4, 0.4, 0.8, "no_new_answer"]
    assert [found["KE", 2023][name] for name in RECORD] == [2, 0.2, 0.8, "too_few_answers"]


@pytest.mark.parametrize(("budget", "share", "most"), [(None, 0.8, 1.0), (0, 0.8, 0.8), (1, 1.0, 1.0)])
def test_silence_never_pays(warehouse: Any, budget: int | None, share: float, most: float) -> None:
    """Who answers the survey with no has the share of who is silent, and who answers with yes has more."""
    asked = ("ER_IAS_LEGIS", "ER_IAS_NBSAP", "ER_CBD_ABSCLRHS", "ER_BDY_ABT2NP")
    answers = [observation(series, 2021, 1) for series in asked]
    answers += [] if budget is None else [observation("ER_IAS_NATBUD", 2021, budget)]
    row = legal(warehouse, [treaty("cbd", "1994-01-01")], answers)["KE", 2021]
    assert (row["national_measures_on_record_share"], row["national_measures_on_record_share_most"]) == (share, most)
    assert row["record_reportable"]


def test_who_had_joined_everything_stays_known(warehouse: Any) -> None:
    """Party to all ten in lists of 2018, and nobody says that it left: 10 of 10 in 2025. With one no party, 9 and one unknown."""
    old = dict.fromkeys(TREATIES, "2018-12-31")
    later = [observation("ER_IAS_NATBUD", 2025, 1, code) for code in ("KE", "TZ")]
    found = legal(warehouse, [*every_treaty(joined=10, **old), *every_treaty("TZ", joined=9, **old)], later)
    row = found["KE", 2025]
    assert (row["treaties_in_force_share"], row["reportable"], row["reason"]) == (1.0, True, None)
    row = found["TZ", 2025]
    assert (row["treaties_in_force"], row["treaties_in_force_most"]) == (9, 10)
    assert (row["reportable"], row["reason"]) == (False, "standing_unknown")


def test_the_high_seas_agreement_counts_from_2026_on(warehouse: Any) -> None:
    """Ten treaties are in being in 2025 and eleven in 2026; without a fact about the eleventh 2026 is not quoted."""
    rows = [row | {"as_of": dt.date(2026, 12, 31)} for row in every_treaty()]
    found = legal(warehouse, rows)
    assert [found["KE", year]["treaties_in_force"] for year in (2025, 2026)] == [10, 11]
    assert [found["KE", year]["treaties_open"] for year in (2025, 2026)] == [10, 11]
    rows = [row | {"country_code": "TZ"} for row in rows if row["treaty"] != "bbnj"]
    found = legal(warehouse, rows)
    assert [found["TZ", year]["reportable"] for year in (2025, 2026)] == [True, False]
    assert found["TZ", 2026]["is_bbnj_party"] is None


def test_fewer_than_five_treaties_make_no_share(warehouse: Any) -> None:
    """A territory to which its state has extended four treaties has a count and no share that may be quoted."""
    extended = {"cites", "cms", "ramsar", "cbd"}
    rows = [row if row["treaty"] in extended else row | {"status": "not_open", "entry_into_force": None} for row in every_treaty("GL")]  # fmt: skip
    row = legal(warehouse, rows)["GL", 2025]
    assert (row["treaties_open"], row["treaties_in_force"], row["reportable"]) == (4, 4, False)
    assert row["reason"] == "too_few_treaties"


def test_a_treaty_that_is_not_open_gives_way_to_its_extension_only(warehouse: Any) -> None:
    """A list that names a territory as no party makes no 0; an own file that names an extended treaty counts."""
    closed = [treaty(name, None, "GL", status="not_open", as_of=dt.date(2022, 12, 31)) for name in ("cbd", "cites")]
    warehouse.land("treaty_party", closed, source="seeds")
    warehouse.land("treaty_party", [treaty("cbd", None, "GL")], source="cbd")
    warehouse.land("treaty_party", [treaty("cites", "1977-10-24", "GL", as_of=dt.date(2020, 1, 1))], source="file:own")
    row = legal(warehouse, [], [observation("ER_IAS_NATBUD", 2025, 1, "GL")])["GL", 2025]
    assert (row["is_cbd_party"], row["is_cites_party"]) == (None, True)
    assert (row["treaties_known"], row["treaties_in_force"]) == (1, 1)


def test_national_flags_hold_for_five_years_or_until_another_answer(warehouse: Any) -> None:
    """1 is yes; no answer and other numbers are no answer; the year of the answer stands beside it."""
    answers = [observation("ER_IAS_NATBUD", 2016, 1), observation("ER_IAS_NATBUD", 2018, 0), observation("ER_IAS_NATBUD", 2020, None),
               observation("ER_IAS_NBSAP", 2016, 2), observation("ER_CBD_ABSCLRHS", 2017, 1)]  # fmt: skip
    found = legal(warehouse, [treaty("cbd", "1994-01-01")], answers)
    budget = {year: found["KE", year]["has_invasive_species_budget"] for year in (2015, 2016, 2017, 2018, 2023, 2024)}
    assert budget == {2015: None, 2016: True, 2017: True, 2018: False, 2023: False, 2024: None}
    years = [found["KE", year]["invasive_species_budget_year"] for year in (2015, 2017, 2023, 2024)]
    assert years == [None, 2016, 2018, None]
    assert found["KE", 2020]["has_invasive_species_target"] is None
    assert (found["KE", 2022]["has_access_benefit_framework"], found["KE", 2023]["has_access_benefit_framework"]) == (True, None)  # fmt: skip


def test_an_answer_of_2005_is_stale_in_2011(warehouse: Any) -> None:
    """It counts up to 2010 with its year, then it is unknown and the row says that it is too old."""
    found = legal(warehouse, [treaty("cbd", "1994-01-01")], [observation(code, 2005, 1) for code in ALL_SEVEN])
    row = found["KE", 2010]
    assert (row["national_measures"], row["environmental_accounts_year"], row["national_reportable"]) == (7, 2005, True)
    row = found["KE", 2011]
    assert (row["national_measures"], row["national_answers"], row["environmental_accounts_year"]) == (None, 0, None)
    assert (row["national_reportable"], row["national_reason"]) == (False, "answer_too_old")


@pytest.mark.parametrize(
    ("series", "column", "expected"),
    [
        ("ER_CBD_ABSCLRHS", "has_access_benefit_framework", None),
        ("ER_CBD_ORSPGRFA", "has_plant_genetic_framework", None),
        ("ER_IAS_LEGIS", "has_invasive_species_law", None),
        ("ER_IAS_NBSAP", "has_invasive_species_target", None),
        ("ER_IAS_NATBUD", "has_invasive_species_budget", False),
        ("ER_BDY_ABT2NP", "has_biodiversity_target", False),
        ("ER_BDY_SEEA", "has_environmental_accounts", False),
    ],
)
def test_a_zero_that_may_mean_not_reported_is_unknown(warehouse: Any, series: str, column: str, expected: Any) -> None:
    """The UN's 0 is "no" only where a value exists for nobody else than who answered; an own file's 0 is "no"."""
    own = observation(series, 2020, 0, "TZ", publisher="user")
    found = legal(warehouse, [], [observation(series, 2020, 0), own])
    assert (found["KE", 2020][column], found["TZ", 2020][column]) == (expected, False)
    row = found["KE", 2020]
    assert (row["national_answers"], row["national_measures"]) == ((0, 0) if expected is None else (1, 0))
    assert row["national_reason"] == ("answers_unknown" if expected is None else "too_few_answers")
    assert row["measures_reason"] == "too_few_answers"


def test_a_country_with_answers_only(warehouse: Any) -> None:
    """Without any treaty row the years are those of the answers and the share is NULL with a reason."""
    found = legal(warehouse, [], [observation("ER_IAS_LEGIS", 2016, 1), observation("ER_IAS_LEGIS", 2018, 1)])
    assert [year for _, year in found] == [2016, 2017, 2018]
    row = found["KE", 2016]
    assert (row["treaties_known"], row["treaties_in_force"], row["treaties_in_force_share"]) == (0, None, None)
    assert (row["reportable"], row["reason"]) == (False, "no_data")


def test_a_treaty_that_is_not_open_is_in_no_count(warehouse: Any) -> None:
    """A territory that can join nothing has no share and says why, whatever UN SDG answers for it."""
    closed = [treaty(name, None, "GL", status="not_open", as_of=dt.date(2022, 12, 31)) for name in ("cites", "nagoya")]
    found = legal(warehouse, closed, [observation("ER_CBD_NAGOYA", 2016, 0, "GL")])
    row = found["GL", 2022]
    assert (row["treaties_known"], row["treaties_in_force_share"], row["is_nagoya_party"]) == (0, None, None)
    assert (row["reportable"], row["reason"]) == (False, "not_open")
    one = [treaty("cbd", "1994-01-01", "PS"), treaty("itpgrfa", None, "PS", status="not_open")]
    assert legal(warehouse, one)["PS", 2025]["treaties_in_force_share"] == 1.0


def test_a_treaty_that_was_left_no_longer_counts(warehouse: Any) -> None:
    """It counts until the end of the last year in which it bound the country."""
    left = treaty("cartagena", "2010-11-04", left_on=dt.date(2020, 11, 4))
    found = legal(warehouse, [left, treaty("cites", "1975-07-01")])
    years = (2009, 2010, 2019, 2020, 2025)
    assert [found["KE", year]["is_cartagena_party"] for year in years] == [False, True, True, False, False]
    assert [found["KE", year]["treaties_in_force"] for year in (2019, 2020)] == [2, 1]


def test_national_measures_are_quoted_with_all_seven_answers(warehouse: Any) -> None:
    """Yes among the answers given, with its range over all seven; a question without answer is none."""
    answers = [observation("ER_IAS_LEGIS", 2016, 1), observation("ER_IAS_NATBUD", 2018, 0), observation("ER_BDY_SEEA", 2020, 1),
               observation("ER_CBD_NAGOYA", 2016, 1)]  # fmt: skip
    complete = [observation(code, 2020, 0 if code == "ER_IAS_NATBUD" else 1, "TZ") for code in ALL_SEVEN]
    found = legal(warehouse, [treaty("cbd", "1994-01-01"), treaty("cbd", "1994-01-01", "TZ")], [*answers, *complete])
    numbers = ["national_answers", "national_measures", "national_measures_share", "national_reason"]
    assert [found["KE", 2015][name] for name in numbers] == [0, None, None, "no_data"]
    assert [found["KE", 2018][name] for name in numbers] == [2, 1, 0.5, "too_few_answers"]
    assert [found["KE", 2020][name] for name in numbers] == [3, 2, pytest.approx(2 / 3), "answers_unknown"]
    least_to_most = [found["KE", 2020][f"national_measures_share_{end}"] for end in ("least", "most")]
    assert least_to_most == [pytest.approx(2 / 7), pytest.approx(6 / 7)]
    assert (found["KE", 2020]["has_environmental_accounts"], found["KE", 2020]["has_biodiversity_target"]) == (True, None)  # fmt: skip
    assert [found["KE", year]["measures_reason"] for year in (2015, 2018, 2020)] == ["no_data", "too_few_answers", None]
    assert [found["TZ", 2020][name] for name in numbers] == [7, 6, pytest.approx(6 / 7), None]
    assert found["TZ", 2020]["national_reportable"] is True


def test_an_answer_before_the_first_treaty_is_kept(warehouse: Any) -> None:
    """The years begin with the answer when it is earlier than the first entry into force."""
    found = legal(warehouse, [treaty("world_heritage", "2017-01-31")], [observation("ER_IAS_LEGIS", 2016, 1)])
    assert min(year for _, year in found) == 2016
    assert (found["KE", 2016]["has_invasive_species_law"], found["KE", 2016]["treaties_in_force"]) == (True, 0)


def test_another_country_moves_nothing(warehouse: Any) -> None:
    """The years of one country follow its own sources only."""
    late = treaty("cbd", "2020-01-01", "TZ", as_of=dt.date(2031, 1, 1))
    found = legal(warehouse, [treaty("cbd", "1994-01-01"), late])
    assert max(year for code, year in found if code == "KE") == 2025


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    dates=st.dictionaries(
        st.sampled_from(list(IN_BEING)), st.none() | st.dates(dt.date(1970, 1, 1), dt.date(2025, 6, 30)), min_size=1
    )
)
def test_sql_equals_plain_python(warehouse: Any, dates: dict[str, dt.date | None]) -> None:
    """Any treaty dates give what a few lines of Python give."""
    dates = {name: date and max(date, TREATY_IN_BEING_FROM[name]) for name, date in dates.items()}
    warehouse.connection.execute("DELETE FROM landed.treaty_party")
    found = legal(warehouse, [treaty(name, date and date.isoformat()) for name, date in dates.items()])
    first = max(1993, min((date.year for date in dates.values() if date), default=2025))
    expected = {}
    for year in range(first, 2026):
        known = [name for name in dates if IN_BEING[name] <= year]
        in_force = [name for name in known if (since := dates[name]) and since.year <= year]
        expected["KE", year] = (len(known), len(in_force) if known else None)
    assert {key: (row["treaties_known"], row["treaties_in_force"]) for key, row in found.items()} == expected


@pytest.fixture
def seeds(warehouse: Any) -> dict[tuple[str, int], dict[str, Any]]:
    """The metric over the seeds that come with the project, with an answer of 2026 to have years up to then."""
    rows = seeded_treaties()
    warehouse.land("treaty_party", rows, source="seeds")
    late = [observation("ER_IAS_NATBUD", 2026, 1, code) for code in sorted({row["country_code"] for row in rows})]
    return legal(warehouse, [], late)


@pytest.mark.parametrize(
    ("code", "treaty_name", "expected"),
    [
        ("TR", "paris", {2018: False, 2019: False, 2020: None, 2025: None}),
        ("IQ", "paris", {2018: False, 2019: False, 2020: None, 2025: None}),
        ("SS", "paris", {2018: False, 2019: False, 2020: None, 2025: None}),
        ("AO", "paris", {2018: False, 2019: False, 2020: None, 2025: None}),
        ("AD", "cites", {2018: False, 2019: False, 2020: None, 2025: None}),
        ("US", "paris", {2015: False, 2016: True, 2019: True, 2020: False, 2021: True, 2025: True, 2026: False}),
        ("US", "cbd", {1993: False, 2021: False, 2022: False, 2023: None}),
        ("TH", "itpgrfa", {2008: False, 2021: False, 2022: None}),
        ("CV", "itpgrfa", {2004: False, 2021: False, 2022: None}),
        ("TV", "itpgrfa", {2015: False, 2016: True, 2026: True}),
        ("GN", "cbd", {1993: True, 2026: True}),
        ("SC", "cartagena", {2003: False, 2004: True}),
        ("DE", "cbd", {1993: False, 1994: True}),
        ("FR", "nagoya", {2015: False, 2016: True, 2026: True}),
        ("BR", "nagoya", {2014: None, 2018: None, 2026: None}),
        ("GL", "cites", {2026: None}),
    ],
)
def test_what_the_seeds_say_by_year(
    seeds: dict[tuple[str, int], dict[str, Any]], code: str, treaty_name: str, expected: dict[int, bool | None]
) -> None:
    """Known cases of the depositaries' registers and of UN SDG 15.6.1, and what the lists cannot know."""
    assert {year: seeds[code, year][f"is_{treaty_name}_party"] for year in expected} == expected


def test_seeds_count_nine_treaties_and_leave_one_unknown(seeds: dict[tuple[str, int], dict[str, Any]]) -> None:
    """Kenya in 2017: nine in being, all in force. In 2025 the tenth, the liability protocol, is the one of which no list says."""
    row = seeds["KE", 2017]
    assert (row["treaties_open"], row["treaties_in_force"], row["treaties_in_force_share"]) == (9, 9, 1.0)
    assert (row["reportable"], row["reason"]) == (True, None)
    row = seeds["KE", 2025]
    assert (row["treaties_open"], row["treaties_known"], row["treaties_in_force"], row["treaties_in_force_most"]) == (10, 9, 9, 10)  # fmt: skip
    assert (row["reportable"], row["reason"]) == (False, "standing_unknown")


def test_no_territory_has_a_zero(seeds: dict[tuple[str, int], dict[str, Any]]) -> None:
    """Greenland, Hong Kong, Puerto Rico and Antarctica: no number, and the reason is that no treaty is open to them."""
    for code in ("GL", "HK", "PR", "AQ"):
        row = seeds[code, 2026]
        assert (row["treaties_open"], row["treaties_in_force"], row["treaties_in_force_share"]) == (0, None, None)
        assert (row["reportable"], row["reason"]) == (False, "not_open")


def test_no_share_of_the_seeds_is_quoted_beyond_its_lists(seeds: dict[tuple[str, int], dict[str, Any]]) -> None:
    """After 2019, the last whole year of the shortest list, nothing is quoted, for whoever is a party to all as for others."""
    assert {row["year"] for row in seeds.values() if row["reportable"]} <= set(range(1993, 2020))


@pytest.mark.data
def test_flags_of_the_un_tell_what_the_seeds_cannot(warehouse: Any, public_data: Path) -> None:
    """Brazil joined the Nagoya Protocol after the lists end: unknown in 2018, party by the UN's flag from 2021 on."""
    warehouse.land("treaty_party", seeded_treaties(), source="seeds")
    with (public_data / "data/real_2026/converted/owid_sdg15.csv").open(encoding="utf-8", newline="") as lines:
        flags = [
            observation(row["series_code"], int(row["year"]), float(row["value"]), row["country_code"])
            for row in csv.DictReader(lines)
            if row["series_code"] in {"ER_CBD_NAGOYA", "ER_CBD_PTYPGRFA"} and row["value"] in {"0", "1"}
        ]
    found = legal(warehouse, [], flags)
    assert [found["BR", year]["is_nagoya_party"] for year in (2018, 2021, 2022)] == [None, True, True]
    assert [found["MZ", year]["is_itpgrfa_party"] for year in (2019, 2020, 2022)] == [False, True, True]
    assert [found["NG", year]["is_itpgrfa_party"] for year in (2021, 2022)] == [False, True]
    assert found["US", 2021]["is_nagoya_party"] is False
    assert {row["treaties_in_force"] for (code, _), row in found.items() if code == "GL"} == {None}


def test_the_model_and_the_vocabulary_name_the_same_treaties() -> None:
    """Days on which treaties entered into force stand in the SQL as in the vocabulary, and each has a reason to count."""
    sql = (sql_folder("metrics") / "legal_framework.sql").read_text("utf-8")
    stated = {name: dt.date.fromisoformat(day) for name, day in re.findall(r"\('(\w+)', DATE '([0-9-]+)'\)", sql)}
    assert stated == TREATY_IN_BEING_FROM
    assert TREATIES.keys() == TREATY_WHY.keys() == TREATY_MADE_ON.keys() == TREATY_IN_BEING_FROM.keys()
    assert all(TREATY_MADE_ON[name] < day for name, day in TREATY_IN_BEING_FROM.items())

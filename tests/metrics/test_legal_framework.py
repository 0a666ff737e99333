"""Spec of `metrics.legal_framework`: treaty dates and UN SDG answers in, treaties in force per year out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_world import observation, treaty

IN_BEING = {"cites": 1975, "cms": 1983, "cbd": 1993, "cartagena": 2003, "itpgrfa": 2004, "nagoya": 2014, "paris": 2016}


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


def test_un_sdg_answers_stand_in_for_a_missing_row(warehouse: Any) -> None:
    """The Nagoya Protocol and the plant treaty follow UN SDG 15.6.1 where no treaty list names the country."""
    answers = [observation("ER_CBD_NAGOYA", 2016, 0), observation("ER_CBD_NAGOYA", 2019, 1),
               observation("ER_CBD_PTYPGRFA", 2016, 1)]  # fmt: skip
    found = legal(warehouse, [treaty("cbd", "1994-01-01"), treaty("itpgrfa", None)], answers)
    assert [found["KE", y]["is_nagoya_party"] for y in (2015, 2016, 2018, 2019, 2025)] == [
        None,
        False,
        False,
        True,
        True,
    ]
    assert found["KE", 2025]["is_itpgrfa_party"] is False
    assert (found["KE", 2025]["treaties_in_force"], found["KE", 2025]["treaties_known"]) == (2, 3)


def test_national_flags_hold_until_another_answer(warehouse: Any) -> None:
    """1 is yes, 0 is no, no answer and other numbers are NULL, never no."""
    answers = [observation("ER_IAS_LEGIS", 2016, 1), observation("ER_IAS_LEGIS", 2018, 0), observation("ER_IAS_LEGIS", 2020, None),
               observation("ER_IAS_NBSAP", 2016, 2), observation("ER_CBD_ABSCLRHS", 2017, 1)]  # fmt: skip
    found = legal(warehouse, [treaty("cbd", "1994-01-01")], answers)
    law = [found["KE", year]["has_invasive_species_law"] for year in (2015, 2016, 2017, 2018, 2025)]
    assert law == [None, True, True, False, False]
    assert found["KE", 2025]["has_invasive_species_target"] is None
    assert found["KE", 2025]["has_access_benefit_framework"] is True


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
    left = treaty("paris", "2016-11-04", "US", left_on=dt.date(2020, 11, 4))
    found = legal(warehouse, [left, treaty("cites", "1975-07-01", "US")])
    assert [found["US", year]["is_paris_party"] for year in (2015, 2016, 2019, 2020, 2025)] == [False, True, True, False, False]  # fmt: skip
    assert [found["US", year]["treaties_in_force"] for year in (2019, 2020)] == [2, 1]


def test_national_measures_need_three_answers(warehouse: Any) -> None:
    """Yes among the answers given, withheld below three of seven, and a question without answer is none."""
    answers = [observation("ER_IAS_LEGIS", 2016, 1), observation("ER_IAS_NATBUD", 2018, 0), observation("ER_BDY_SEEA", 2020, 1),
               observation("ER_CBD_NAGOYA", 2016, 1)]  # fmt: skip
    found = legal(warehouse, [treaty("cbd", "1994-01-01")], answers)
    numbers = ["national_answers", "national_measures", "national_measures_share", "national_reason"]
    assert [found["KE", 2015][name] for name in numbers] == [0, None, None, "no_data"]
    assert [found["KE", 2018][name] for name in numbers] == [2, 1, 0.5, "too_few_answers"]
    assert [found["KE", 2020][name] for name in numbers] == [3, 2, pytest.approx(2 / 3), None]
    assert (found["KE", 2020]["has_environmental_accounts"], found["KE", 2020]["has_biodiversity_target"]) == (True, None)  # fmt: skip


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
    warehouse.connection.execute("DELETE FROM landed.treaty_party")
    found = legal(warehouse, [treaty(name, date and date.isoformat()) for name, date in dates.items()])
    first = max(1993, min((date.year for date in dates.values() if date), default=2025))
    expected = {}
    for year in range(first, 2026):
        known = [name for name in dates if IN_BEING[name] <= year]
        in_force = [name for name in known if (since := dates[name]) and since.year <= year]
        expected["KE", year] = (len(known), len(in_force) if known else None)
    assert {key: (row["treaties_known"], row["treaties_in_force"]) for key, row in found.items()} == expected

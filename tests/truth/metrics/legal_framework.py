"""The true rows of `metrics.legal_framework`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ness_pipeline.names.years import Years
from ness_pipeline.sandbox.world import World
from truth import Row, Truth, seed_rows
from truth.series import sdg_number, sdg_values

FIRST_TREATY_YEAR = 1993
IN_BEING_FROM = {
    "cites": dt.date(1975, 7, 1), "ramsar": dt.date(1975, 12, 21), "world_heritage": dt.date(1975, 12, 17),
    "cms": dt.date(1983, 11, 1), "cbd": dt.date(1993, 12, 29), "cartagena": dt.date(2003, 9, 11),
    "itpgrfa": dt.date(2004, 6, 29), "nagoya": dt.date(2014, 10, 12), "paris": dt.date(2016, 11, 4),
    "nagoya_kuala_lumpur": dt.date(2018, 3, 5), "bbnj": dt.date(2026, 1, 17),
}  # fmt: skip
"""Day on which each treaty itself entered into force."""
QUESTIONS = {
    "invasive_species_law": "ER_IAS_LEGIS",
    "invasive_species_target": "ER_IAS_NBSAP",
    "invasive_species_budget": "ER_IAS_NATBUD",
    "access_benefit_framework": "ER_CBD_ABSCLRHS",
    "plant_genetic_framework": "ER_CBD_ORSPGRFA",
    "biodiversity_target": "ER_BDY_ABT2NP",
    "environmental_accounts": "ER_BDY_SEEA",
}
ZERO_IS_NO = {"ER_IAS_NATBUD", "ER_BDY_ABT2NP", "ER_BDY_SEEA"}
"""Series whose 0 means no; in the others it may also mean that nothing was reported."""
FEWEST_ANSWERS = 3
FEWEST_TREATIES = 5
YEARS_OF_A_WORD, LEAST_SPOKEN_OF = 5, 0.75
YEARS_OF_AN_ANSWER = 5
FOR_ALL = ("ER_IAS_LEGIS", "ER_IAS_NBSAP", "ER_IAS_NATBUD", "ER_CBD_ABSCLRHS", "ER_BDY_ABT2NP")
YEARS_ON_RECORD, FEWEST_ON_FILE = 10, 4
PARTY_SERIES = {"nagoya": "ER_CBD_NAGOYA", "itpgrfa": "ER_CBD_PTYPGRFA"}
FLAG = 2
EVER, NEVER = dt.date.min, dt.date.max


@dataclass(frozen=True)
class Said:
    """What one source says of one treaty: party from some day to another, or party from its own day on, or none.

    Attributes:
        as_of: day up to which the source speaks.
        rank: 0 a publisher's list, 1 the seeds, 2 a flag of the UN.
        periods: first day and first day after of each period as a party.
        is_since_known: whether the days before the first period are known.
    """

    as_of: dt.date
    rank: int
    periods: tuple[tuple[dt.date, dt.date], ...] = ()
    is_since_known: bool = True

    def about(self, day: dt.date) -> bool | str | None:
        """Whether the treaty is in force on a day, None for unknown; "" where the source says nothing."""
        if any(first <= day < after for first, after in self.periods):
            return True
        if self.periods and day < self.periods[0][0]:
            return False if self.is_since_known else ""
        last = max((after for _, after in self.periods), default=EVER)
        if day < last:
            return False
        end_of_leaving = last.replace(month=12, day=31) if last != EVER else EVER
        return False if day <= max(self.as_of, end_of_leaving) else None


def rows(truth: Truth) -> list[Row]:
    """One row per country and year from its first entry into force to the last year in which a source speaks."""
    seeds = seed_rows("treaty_party")
    return [
        row
        for country in truth.world.countries
        for row in _country_law(truth.world, country, truth.years, truth.as_of, seeds)
    ]


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _said(
    world: World, country: str, as_of: dt.date, seeds: list[dict[str, str]], flags: dict[str, dict[int, float]]
) -> dict[str, list[Said]]:
    """What the CBD, the seeds and the UN's flags say of each treaty; no country of the sandbox is a territory."""
    found: dict[str, list[Said]] = {treaty: [] for treaty in IN_BEING_FROM}
    for treaty, dates in world.treaties[country].items():
        force = dates.entry_into_force
        found[treaty].append(Said(as_of, 0, ((force, NEVER),) if force else ()))
    for row in seeds:
        if row["country_code"] != country or row["status"] == "not_open":
            continue
        stated, force, left = _day(row["as_of"]), _day(row["entry_into_force"]), _day(row["left_on"])
        assert stated, row
        assert force or row["status"] == "not_party", row
        earlier = [tuple(map(dt.date.fromisoformat, period.split("/"))) for period in row["earlier_periods"].split(";") if period]  # fmt: skip
        periods = [*((first, after) for first, after in earlier), *([(force, left or NEVER)] if force else [])]
        found[row["treaty"]].append(Said(stated, 1, tuple(periods)))
    for treaty, series in PARTY_SERIES.items():
        for year, value in flags[series].items():
            end = dt.date(year, 12, 31)
            if value in {0, 1}:
                found[treaty].append(Said(end, FLAG, ((end, NEVER),) if value else (), is_since_known=not value))
    return found


def _standing(said: list[Said], day: dt.date) -> tuple[bool | None, dt.date | None]:
    """Whether a treaty is in force on a day and the day of the source: the latest list, or where it does not know a flag."""
    for is_flag in (False, True):
        answers = [(one.as_of, -one.rank, one.about(day)) for one in said if (one.rank == FLAG) == is_flag]
        known = [answer for answer in answers if answer[2] != ""]
        if known:
            stated, _, is_party = max(known, key=lambda answer: answer[:2])
            if is_party is not None:
                return bool(is_party), stated
    return None, None


def _country_law(world: World, country: str, years: Years, as_of: dt.date, seeds: list[dict[str, str]]) -> list[Row]:
    answers = {
        series: {
            year: value
            for year, row in sdg_values(world.indicators, series, country, years).items()
            if (value := sdg_number(row)) is not None
        }
        for series in (*QUESTIONS.values(), *PARTY_SERIES.values())
    }
    said = _said(world, country, as_of, seeds, answers)
    lists = [one for statements in said.values() for one in statements]
    first = [one.periods[0][0].year for one in lists if one.periods and one.is_since_known]
    last = [one.as_of.year for one in lists]
    last += [after.year for one in lists for _, after in one.periods if after != NEVER]
    answered = [year for by_year in answers.values() for year, value in by_year.items() if value in {0, 1}]
    last += answered
    if not last or max(last) < FIRST_TREATY_YEAR:
        return []
    start = min([*first, *answered], default=max(last))
    start = min(max(FIRST_TREATY_YEAR, start), max(last))
    return [_law_row(country, year, said, answers) for year in range(start, max(last) + 1)]


def _latest(answers: dict[int, float], year: int) -> tuple[int, float] | None:
    """Year and value of the latest 0 or 1 up to a year."""
    said = {when: value for when, value in answers.items() if when <= year and value in {0, 1}}
    return (max(said), said[max(said)]) if said else None


def _treaty_numbers(year: int, said: dict[str, list[Said]]) -> Row:
    end = dt.date(year, 12, 31)
    stood = {treaty: _standing(statements, end) for treaty, statements in said.items()}
    being = [treaty for treaty, since in IN_BEING_FROM.items() if since <= end]
    known = [treaty for treaty in being if stood[treaty][0] is not None]
    in_force = sum(bool(stood[treaty][0]) for treaty in known)
    most = in_force + len(being) - len(known)
    reportable = len(known) == len(being) and len(being) >= FEWEST_TREATIES
    reason = "no_data" if not known else "too_few_treaties" if len(being) < FEWEST_TREATIES else "standing_unknown"
    return {
        "treaties_open": len(being),
        "treaties_known": len(known),
        "treaties_in_force": in_force if known else None,
        "treaties_in_force_most": most if known else None,
        "treaties_in_force_share": in_force / len(known) if known else None,
        "treaties_in_force_share_least": in_force / len(being) if known else None,
        "treaties_in_force_share_most": most / len(being) if known else None,
        **{f"is_{treaty}_party": stood[treaty][0] for treaty in IN_BEING_FROM},
        "basis": "official" if known else None,
        "reportable": reportable,
        "reason": None if reportable else reason,
        **_joined(year, said, being),
    }


def _joined(year: int, said: dict[str, list[Said]], being: list[str]) -> Row:
    """Share of the treaties that are joined, by the latest word of that year or the five before."""
    ends = [dt.date(when, 12, 31) for when in range(year, year - YEARS_OF_A_WORD - 1, -1)]
    spoken_of = [treaty for treaty in being if any(one.about(ends[0]) != "" for one in said[treaty])]
    latest = {
        treaty: next((stood for end in ends if (stood := _standing(said[treaty], end)[0]) is not None), None)
        for treaty in spoken_of
    }
    known = [treaty for treaty, stood in latest.items() if stood is not None]
    in_force = sum(bool(latest[treaty]) for treaty in known)
    is_enough = len(known) >= FEWEST_TREATIES and len(known) >= LEAST_SPOKEN_OF * len(being)
    reportable = is_enough and len(known) == len(spoken_of)
    reason = "no_data" if not known else "too_few_treaties" if len(being) < FEWEST_TREATIES else "standing_unknown"
    return {
        "treaties_stated": len(known),
        "treaties_joined_share": in_force / len(known) if known else None,
        "treaties_joined_share_least": in_force / len(being) if known else None,
        "treaties_joined_share_most": (in_force + len(being) - len(known)) / len(being) if known else None,
        "joined_basis": "official" if known else None,
        "joined_reportable": reportable,
        "joined_reason": None if reportable else reason,
    }


def _national_numbers(year: int, answers: dict[str, dict[int, float]]) -> Row:
    row: Row = {}
    given, is_old, asked = [], False, 0
    for name, series in QUESTIONS.items():
        answer, latest = None, _latest(answers[series], year)
        if latest is not None:
            meaning = True if latest[1] == 1 else False if series in ZERO_IS_NO else None
            if year - latest[0] <= YEARS_OF_AN_ANSWER:
                answer, asked = meaning, asked + 1
            else:
                is_old = is_old or meaning is not None
        row[f"has_{name}"] = answer
        row[f"{name}_year"] = latest[0] if latest is not None and answer is not None else None
        given += [answer] if answer is not None else []
    few = "too_few_answers" if given and len(given) < FEWEST_ANSWERS else "answers_unknown"
    reason = "answer_too_old" if is_old else few if asked else "no_data"
    yes, open_ = sum(given), len(QUESTIONS) - len(given)
    is_complete = open_ == 0
    measures_reason = "too_few_answers" if asked else "answer_too_old" if is_old else "no_data"
    return row | {
        "national_answers": len(given),
        "national_measures": yes if asked else None,
        "national_measures_most": yes + open_ if asked else None,
        "national_questions": asked,
        "national_measures_share": yes / len(given) if given else None,
        "national_measures_share_least": yes / len(QUESTIONS) if given else None,
        "national_measures_share_most": (yes + open_) / len(QUESTIONS) if given else None,
        "national_basis": "official" if asked else None,
        "measures_reportable": asked >= FEWEST_ANSWERS,
        "measures_reason": None if asked >= FEWEST_ANSWERS else measures_reason,
        **_on_record(year, answers),
        "national_reportable": is_complete,
        "national_reason": None if is_complete else reason,
    }


def _on_record(year: int, answers: dict[str, dict[int, float]]) -> Row:
    """Of the five questions put to all, those whose latest value of ten years is a yes; silence is no yes."""
    latest = {series: _latest(answers[series], year) for series in FOR_ALL}
    on_file = {series: said for series, said in latest.items() if said and year - said[0] <= YEARS_ON_RECORD}
    yes = sum(value == 1 for _, value in on_file.values())
    no = sum(value == 0 and series in ZERO_IS_NO for series, (_, value) in on_file.items())
    if not on_file:
        reason: str | None = "no_data"
    elif len(on_file) < FEWEST_ON_FILE:
        reason = "too_few_answers"
    else:
        reason = None if any(when == year for when, _ in on_file.values()) else "no_new_answer"
    return {
        "record_questions": len(on_file),
        "national_measures_on_record_share": yes / len(FOR_ALL) if on_file else None,
        "national_measures_on_record_share_most": (len(FOR_ALL) - no) / len(FOR_ALL) if on_file else None,
        "record_basis": "official" if on_file else None,
        "record_reportable": reason is None,
        "record_reason": reason,
    }


def _law_row(country: str, year: int, said: dict[str, list[Said]], answers: dict[str, dict[int, float]]) -> Row:
    return {"country_code": country, "year": year, **_treaty_numbers(year, said), **_national_numbers(year, answers)}

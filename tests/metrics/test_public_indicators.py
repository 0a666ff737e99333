"""Real UN SDG and World Bank series of 2020 and 2026, loaded as a user would, beside an independent reading of the files."""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ness_pipeline.build.database import open_build
from ness_pipeline.paths import Paths
from ness_pipeline.run.materialise import materialise_and_publish
from ness_pipeline.run.own_files import load_file
from ness_pipeline.settings import Settings
from ness_pipeline.sql import frame_of

pytestmark = pytest.mark.data

UNSDG = {
    "ER_MRN_MARIN": "14.5.1_er_mrn_marin",
    "ER_MRN_MPA": "14.5.1_er_mrn_mpa",
    "AG_LND_FRST": "15.1.1_ag_lnd_frst",
    "ER_PTD_FRHWTR": "15.1.2_er_ptd_frwrt",
    "ER_PTD_TERR": "15.1.2_er_ptd_terrs",
    "ER_PTD_MTN": "15.4.1_er_ptd_motn",
    "ER_CBD_ABSCLRHS": "15.6.1_er_cbd_absclrhs",
    "ER_CBD_ORSPGRFA": "15.6.1_er_cbd_orspgrfa",
    "ER_IAS_LEGIS": "15.8.1_er_ias_legis",
    "ER_IAS_NBSAP": "15.8.1_er_ias_nbsap",
}
"""Series code of today to the file that has it, often under its former code."""
BANK = {
    "ER.LND.PTLD.ZS": "terrestrial-protected-areas",
    "ER.MRN.PTMR.ZS": "marine-protected-areas",
    "AG.LND.TOTL.K2": "land-area-km",
}
COLUMNS = ("country_code", "series_code", "year", "disaggregation", "value", "value_status", "unit", "nature", "publisher")  # fmt: skip

Values = dict[tuple[str, int], float]


class Public:
    """The warehouse made from the public files, and the files themselves."""

    def __init__(self, folder: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.folder, self.connection = folder, connection

    def metric(self, table: str, column: str) -> Values:
        """Country and year to value, where there is one."""
        query = f"SELECT country_code, year, {column} AS value FROM metrics.{table} WHERE {column} IS NOT NULL"
        return {(row["country_code"], row["year"]): row["value"] for row in frame_of(self.connection, query).to_dicts()}

    def raw(self, series: str) -> Values:
        """The same from the file itself, by the UN's and ISO's own table of codes and not by ours."""
        with duckdb.connect() as independent:
            codes = f"read_csv('{self.folder}/country/country-codes.csv', all_varchar=true)"
            if series in UNSDG:
                file = f"read_csv('{self.folder}/indicators/unsdg_2020/{UNSDG[series]}.csv', all_varchar=true)"
                value = UNSDG[series].split("_", 1)[1]
                query = (
                    f'SELECT "ISO3166-1-Alpha-2", year, {value} FROM {file} '
                    f'JOIN {codes} ON CAST("M49" AS INT) = CAST(geo_area AS INT)'
                )
            else:
                file = f"read_csv('{self.folder}/indicators/owid_2020/{BANK[series]}.csv', all_varchar=true)"
                query = f'SELECT "ISO3166-1-Alpha-2", Year, COLUMNS(4) FROM {file} JOIN {codes} ON "ISO3166-1-Alpha-3" = Code'  # fmt: skip
                names = independent.execute(f"DESCRIBE SELECT * FROM {file}").fetchall()
                query = query.replace("COLUMNS(4)", f'"{names[3][0]}"')
            rows = independent.execute(query).fetchall()
        return {(code, int(year)): float(value) for code, year, value in rows}

    @property
    def landlocked(self) -> set[str]:
        """Countries without a sea."""
        rows = self.connection.execute("SELECT country_code FROM core.country WHERE is_landlocked").fetchall()
        return {code for (code,) in rows}


def reshape(folder: Path, target: Path) -> None:
    """Write the public files as one file in the columns of `indicator_observation`."""
    with (folder / "country/country-codes.csv").open(encoding="utf-8", newline="") as lines:
        codes = list(csv.DictReader(lines))
    by_number = {int(row["M49"]): row["ISO3166-1-Alpha-2"] for row in codes if row["M49"]}
    by_alpha3 = {row["ISO3166-1-Alpha-3"]: row["ISO3166-1-Alpha-2"] for row in codes}
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        for series, name in UNSDG.items():
            with (folder / f"indicators/unsdg_2020/{name}.csv").open(encoding="utf-8", newline="") as lines:
                for row in csv.DictReader(lines):
                    if code := by_number.get(int(row["geo_area"])):
                        value = row[name.split("_", 1)[1]]
                        nature = row["nature"].upper()
                        writer.writerow([code, series, row["year"], "total", value, "observed", row["units"], nature, "unsdg"])  # fmt: skip
        for series, name in BANK.items():
            with (folder / f"indicators/owid_2020/{name}.csv").open(encoding="utf-8", newline="") as lines:
                for record in list(csv.reader(lines))[1:]:
                    if code := by_alpha3.get(record[1]):
                        writer.writerow([code, series, record[2], "total", record[3], "observed", "", "", "worldbank"])


@pytest.fixture(scope="module")
def public(public_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Public]:
    """The files loaded with `ness load indicator_observation` and materialised with the seeds."""
    home = tmp_path_factory.mktemp("public")
    settings = Settings(_env_file=None, home=home)
    reshape(public_data / "data", home / "official.csv")
    loaded = load_file(settings, home / "official.csv", table="indicator_observation")
    assert [one.quarantined for one in loaded.results] == [0]
    materialise_and_publish(settings, None)
    with open_build(Paths.of(settings).build) as connection:
        yield Public(public_data / "data", connection)


@pytest.mark.parametrize(
    ("series", "table", "column", "is_marine"),
    [
        ("ER.LND.PTLD.ZS", "protected_area_coverage", "land_protected_pct", False),
        ("ER.MRN.PTMR.ZS", "protected_area_coverage", "marine_protected_pct", True),
        ("ER_MRN_MARIN", "protected_area_coverage", "eez_protected_pct", True),
        ("ER_PTD_TERR", "protected_area_coverage", "kba_terrestrial_pct", False),
        ("ER_PTD_FRHWTR", "protected_area_coverage", "kba_freshwater_pct", False),
        ("ER_PTD_MTN", "protected_area_coverage", "kba_mountain_pct", False),
        ("ER_MRN_MPA", "protected_area_coverage", "kba_marine_pct", True),
        ("AG_LND_FRST", "ecosystem_condition", "forest_pct", False),
    ],
)
def test_percentages_are_the_published_ones(public: Public, series: str, table: str, column: str, is_marine: bool) -> None:  # noqa: FBT001  # fmt: skip
    """Every published value of every country is in the metric, and nothing else; a landlocked country has no sea."""
    raw = public.raw(series)
    if is_marine:
        raw = {key: value for key, value in raw.items() if key[0] not in public.landlocked}
    assert len({code for code, _ in raw}) > 100
    assert public.metric(table, column) == raw


@pytest.mark.parametrize(
    ("series", "column"),
    [
        ("ER_IAS_LEGIS", "has_invasive_species_law"),
        ("ER_IAS_NBSAP", "has_invasive_species_target"),
        ("ER_CBD_ABSCLRHS", "has_access_benefit_framework"),
        ("ER_CBD_ORSPGRFA", "has_plant_genetic_framework"),
    ],
)
def test_national_flags_are_the_published_ones(public: Public, series: str, column: str) -> None:
    """In every year in which a country answered yes the flag says so; a 0, which may mean not reported, is unknown there."""
    raw = public.raw(series)
    stored = public.metric("legal_framework", column)
    yes = {key for key, value in raw.items() if value == 1}
    assert len(yes) > 50
    assert {key for key in raw if key in stored} == yes
    assert all(stored.values())
    latest = {}
    for code, year in stored:
        latest[code, year] = max(answered for other, answered in raw if other == code and answered <= year)
    assert all(year - answered <= 5 and (code, answered) in yes for (code, year), answered in latest.items())
    assert public.metric("legal_framework", f"{column.removeprefix('has_')}_year") == latest


def test_derived_numbers_follow_from_the_published_ones(public: Public) -> None:
    """Progress, trend and change of forest, worked out here for every country from the files alone."""
    land, eez, forest = (public.raw(series) for series in ("ER.LND.PTLD.ZS", "ER_MRN_MARIN", "AG_LND_FRST"))
    progress = public.metric("protected_area_coverage", "land_progress_share")
    assert progress == {key: pytest.approx(min(1.0, value / 30), abs=1e-12) for key, value in land.items()}
    changes = public.metric("ecosystem_condition", "forest_change_pct_per_year")
    expected: dict[tuple[str, int], Any] = {}
    for (code, year), value in forest.items():
        earlier = [when for other, when in forest if other == code and year - 10 <= when <= year - 5]
        if earlier and forest[code, min(earlier)] > 0:
            ratio = value / forest[code, min(earlier)]
            expected[code, year] = pytest.approx(100 * (ratio ** (1 / (year - min(earlier))) - 1), abs=1e-9)
    assert len(expected) > 200
    assert changes == expected
    sea = {key: value for key, value in eez.items() if key[0] not in public.landlocked}
    assert public.metric("protected_area_coverage", "eez_progress_share") == {
        key: pytest.approx(min(1.0, value / 30), abs=1e-12) for key, value in sea.items()
    }


CASPIAN = {"AZ", "KZ", "TM"}
"""Countries without an ocean for which publishers state protected sea: that of the Caspian."""


def test_landlocked_countries_have_no_sea_in_the_publication(public: Public) -> None:
    """Every landlocked country says so in every marine column; a left-out value of the Caspian has a reason of its own."""
    found: dict[str, set[str]] = {}
    for name in ("marine", "eez", "eez_conserved", "eez_trend", "kba_marine"):
        for row in frame_of(
            public.connection,
            f"SELECT DISTINCT country_code, {name}_reason AS reason "
            "FROM metrics.protected_area_coverage JOIN core.country USING (country_code) WHERE is_landlocked",
        ).to_dicts():
            found.setdefault(row["reason"], set()).add(row["country_code"])
    assert found.keys() == {"landlocked", "inland_sea"}
    assert found["inland_sea"] == CASPIAN


def test_land_area_is_the_latest_published_one(public: Public) -> None:
    """The area behind numbers per square kilometre is the World Bank's latest."""
    raw = public.raw("AG.LND.TOTL.K2")
    latest = {code: max(year for other, year in raw if other == code) for code, _ in raw}
    stored = dict(public.connection.execute("SELECT country_code, land_area_km2 FROM core.country WHERE land_area_km2 IS NOT NULL").fetchall())  # fmt: skip
    assert stored == {code: raw[code, year] for code, year in latest.items()}


def test_treaty_flags_agree_with_un_sdg(public: Public) -> None:
    """Who reports under the plant treaty (UN SDG 15.6.1) is a party to it by then in the metric, without exception."""
    reported = {key for key, value in public.raw("ER_CBD_ORSPGRFA").items() if value == 1}
    party = public.metric("legal_framework", "is_itpgrfa_party")
    assert len({code for code, _ in reported}) > 30
    assert {key for key in reported if not party[key]} == set()


def test_treaties_in_force_by_date(public: Public) -> None:
    """The count of every country and year follows from the seed's dates alone, earlier periods included."""
    seed = frame_of(public.connection, "FROM core.treaty_party WHERE status = 'party'").to_dicts()
    bound: dict[str, list[tuple[dt.date, dt.date]]] = defaultdict(list)
    for row in seed:
        bound[row["country_code"]].append((row["entry_into_force"], row["left_on"] or dt.date.max))
        for period in filter(None, (row["earlier_periods"] or "").split(";")):
            first, after = map(dt.date.fromisoformat, period.split("/"))
            bound[row["country_code"]].append((first, after))
    stored = public.metric("legal_framework", "treaties_in_force")
    assert len({code for code, _ in stored}) > 190
    for (code, year), count in stored.items():
        end = dt.date(year, 12, 31)
        assert count == sum(first <= end < after for first, after in bound[code]), (code, year)


RECENT = ("et_goal15.csv", "wdi.csv", "wb_land.csv", "owid_marine.csv", "owid_kba_terr.csv", "owid_sdg15.csv")
"""Files of 2022 to 2026 in the columns of `indicator_observation`."""


@pytest.fixture(scope="module")
def recent(public_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Public]:
    """The recent files and Kenya's aid in dollars, each loaded as a user would."""
    folder = public_data / "data/real_2026/converted"
    settings = Settings(_env_file=None, home=tmp_path_factory.mktemp("recent"))
    for name in RECENT:
        load_file(settings, folder / name, table="indicator_observation")
    # The same amounts in dollars, of which the UN's file gives millions: they differ, so the user says which is later.
    dollars = public_data / "cases/values/oda_dollars_KE.csv"
    load_file(settings, dollars, table="indicator_observation", as_of="2026")
    materialise_and_publish(settings, None)
    with open_build(Paths.of(settings).build) as connection:
        yield Public(folder, connection)


def stated(recent: Public, name: str, series: str, code: str, disaggregation: str = "total") -> dict[int, float]:
    """Year to value of one country and series, from the file itself."""
    with (recent.folder / name).open(encoding="utf-8", newline="") as lines:
        return {
            int(row["year"]): float(row["value"])
            for row in csv.DictReader(lines)
            if (row["country_code"], row["series_code"], row["disaggregation"]) == (code, series, disaggregation)
            and row["value_status"] == "observed"
        }


def of(recent: Public, table: str, column: str, code: str) -> dict[int, float]:
    """Year to value of one country in the metric."""
    return {year: value for (country, year), value in recent.metric(table, column).items() if country == code}


def test_ethiopias_forest_is_the_uns_in_all_years(recent: Public) -> None:
    """The UN's five years of the assessment of 2025 are not filled with the World Bank's of 2020, 15 beside 24 %."""
    un, bank = stated(recent, "et_goal15.csv", "AG_LND_FRST", "ET"), stated(recent, "wdi.csv", "AG.LND.FRST.ZS", "ET")
    assert of(recent, "ecosystem_condition", "forest_pct", "ET") == un
    assert of(recent, "ecosystem_condition", "forest_world_bank_pct", "ET") == bank
    changes = of(recent, "ecosystem_condition", "forest_change_pct_per_year", "ET")
    starts = {2010: 2000, 2015: 2010, 2020: 2010, 2025: 2015}
    assert changes == {
        year: pytest.approx(100 * ((un[year] / un[first]) ** (1 / (year - first)) - 1))
        for year, first in starts.items()
    }


def test_ethiopias_mountain_green_cover_is_the_total_row(recent: Public) -> None:
    """The UN's index over all belts and covers, which its file names land cover MGCI: 95.1 % in 2021."""
    cover = of(recent, "ecosystem_condition", "mountain_green_cover_pct", "ET")
    assert cover == stated(recent, "et_goal15.csv", "ER_MTN_GRNCVI", "ET", "Land cover=MGCI")
    assert cover[2021] == 95.1


def test_ethiopias_sites_keep_their_bounds(recent: Public) -> None:
    """The UN's interval of mountain sites stands beside the value, as published."""
    bounds = (12.66554, 13.95509)
    columns = ("kba_mountain_pct_lower", "kba_mountain_pct_upper")
    assert tuple(of(recent, "protected_area_coverage", column, "ET")[2000] for column in columns) == bounds


def test_kenyas_aid_in_dollars_is_not_a_million_times_itself(recent: Public) -> None:
    """The file that states dollars gives 41.1 million for 2018, as the UN's does in millions."""
    received = of(recent, "conservation_finance", "biodiversity_aid_received_usd", "KE")
    assert received[2018] == pytest.approx(41_099_420)
    millions = stated(recent, "owid_sdg15.csv", "DC_ODA_BDVL", "KE")
    assert received == {year: pytest.approx(value * 1e6, rel=1e-5) for year, value in millions.items()}


def test_the_caspian_is_left_out_with_its_reason(recent: Public) -> None:
    """Every year in which the World Bank states protected sea of AZ, KZ and TM says why it is left out."""
    query = "SELECT country_code, year FROM metrics.protected_area_coverage WHERE marine_reason = 'inland_sea'"
    found = {tuple(row) for row in recent.connection.execute(query).fetchall()}
    assert found == {
        (code, year) for code in CASPIAN for year in stated(recent, "owid_marine.csv", "ER.MRN.PTMR.ZS", code)
    }


def test_zeros_of_all_years_are_not_quoted(recent: Public) -> None:
    """Areas whose sites are 0 in all years, such as Bahrain on land, may have none; Afghanistan's zeros are values."""
    query = "SELECT DISTINCT country_code FROM metrics.protected_area_coverage WHERE kba_terrestrial_reason = 'none_or_no_site'"
    always = {code for (code,) in recent.connection.execute(query).fetchall()}
    assert always == {"BH", "ER", "GI", "GS", "KP", "LY", "MO", "MV", "NR", "SO", "SY", "TK", "WF"}
    assert of(recent, "protected_area_coverage", "kba_terrestrial_pct", "AF")[2008] == 0.0

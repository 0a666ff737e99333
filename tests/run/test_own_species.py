"""A species is the same under a key and under its name: which key the species of own files count under."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from own_files import records, write_text
from running import NOWHERE

from ness_pipeline.build.load import load_unit
from ness_pipeline.contract.batch import Batch
from ness_pipeline.errors import WrongUsage
from ness_pipeline.landing.units import Unit
from ness_pipeline.names.years import ANY_YEAR
from ness_pipeline.paths import Paths
from ness_pipeline.run.attribution import Attribution
from ness_pipeline.run.materialise import materialise_and_publish
from ness_pipeline.run.own_files import load_file, recorded_run
from ness_pipeline.run.records import clock
from ness_pipeline.run.restore import open_for_writing
from ness_pipeline.sandbox import Sandbox
from ness_pipeline.sandbox.taxonomy import RANKS
from ness_pipeline.settings import CATALOGUE_OF_LIFE, Settings
from ness_pipeline.sql import frame_of

BACKBONE = "d7dddbf4-2cf0-4f39-9b2a-bb099caae36c"
LION, ELEPHANT, ZEBRA = "Panthera leo", "Loxodonta africana", "Equus grevyi"
COL = {LION: "4CGXP", ELEPHANT: "3W7TB", ZEBRA: "3DRWC"}
"""Names to the keys that the publisher of these tests has."""


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    """An empty home from which nobody is reached."""
    return Settings(_env_file=None, home=tmp_path / "home", gbif_url=NOWHERE)


def publish_species(home: Settings, names: Sequence[str] = tuple(COL)) -> None:
    """Let GBIF say that some species of the Catalogue of Life live in Kenya, with ten records each."""
    rows = [
        {
            "country_code": "KE",
            "species_key": COL[name],
            "checklist_key": CATALOGUE_OF_LIFE,
            "scientific_name": name,
            "taxon_group": "mammals",
            "occurrences": 10,
            "introduced_occurrences": 0,
        }
        for name in names
    ]
    with recorded_run(home, "test") as (build, run_id):
        now = clock(build)
        load_unit(
            build,
            Unit("gbif", "KE", ANY_YEAR),
            [Batch("country_species", pl.DataFrame(rows))],
            ["country_species"],
            run_id=run_id,
            release=None,
            extracted_at=now,
            now=now,
        )


def lists(*rows: Mapping[str, Any]) -> str:
    """Rows of a national list as CSV."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return "\n".join([",".join(names), *(",".join(str(row.get(name, "")) for name in names) for row in rows)]) + "\n"


def write_csv(path: Path, text: str) -> Path:
    """A file with some text."""
    path.write_text(text, encoding="utf-8")
    return path


def listed(name: str, key: str, **more: Any) -> dict[str, Any]:
    """One row of a national list."""
    return {"country_code": "KE", "species_key": key, "scientific_name": name, "taxon_group": "mammals"} | more


def asked(home: Settings, query: str) -> list[tuple[Any, ...]]:
    """Rows of the build database, sorted."""
    with duckdb.connect(str(Paths.of(home).build), read_only=True) as connection:
        return frame_of(connection, f"FROM ({query}) ORDER BY ALL").rows()


def species(home: Settings) -> list[tuple[Any, ...]]:
    """Key, checklist and source of the species that count."""
    materialise_and_publish(home, ("KE",), accept_change=True)
    return asked(home, "SELECT species_key, checklist_key FROM core.country_species")


OWN_ROWS = "SELECT species_key, checklist_key FROM landed.country_species WHERE source LIKE 'file:%'"
HOW = "SELECT given_key, species_key, matched_by FROM ops.own_species"


def test_a_name_and_a_key_of_one_species_are_one_species(home: Settings, tmp_path: Path) -> None:
    """A list of names and of own keys counts under the publisher's keys; what nobody knows keeps its name."""
    publish_species(home)
    rows = lists(listed(LION, f"name:{LION}"), listed(ELEPHANT, "KE-7"), listed("Inventa rara", "name:Inventa rara"))
    load_file(home, write_csv(tmp_path / "list.csv", rows), table="country_species")
    col = CATALOGUE_OF_LIFE
    assert asked(home, OWN_ROWS) == [("3W7TB", col), ("4CGXP", col), ("name:Inventa rara", None)]
    assert species(home) == [("3DRWC", col), ("3W7TB", col), ("4CGXP", col), ("name:Inventa rara", None)]
    assert asked(home, HOW) == [
        ("KE-7", "3W7TB", "warehouse"),
        ("name:Inventa rara", "name:Inventa rara", "none"),
        ("name:Panthera leo", "4CGXP", "warehouse"),
    ]


def test_what_publishers_bring_later_counts(home: Settings, tmp_path: Path) -> None:
    """The list was there first; when GBIF's species come, and when they go, names are matched anew. A rebuild does the same."""
    load_file(home, write_csv(tmp_path / "list.csv", lists(listed(LION, f"name:{LION}"))), table="country_species")
    assert asked(home, OWN_ROWS) == [(f"name:{LION}", None)]
    publish_species(home)
    assert ("4CGXP", CATALOGUE_OF_LIFE) in species(home)
    assert asked(home, OWN_ROWS) == [("4CGXP", CATALOGUE_OF_LIFE)]
    publish_species(home, [ZEBRA])
    assert (f"name:{LION}", None) in species(home)
    assert asked(home, OWN_ROWS) == [(f"name:{LION}", None)]


def test_keys_of_another_checklist_are_never_those_of_this_one(home: Settings, tmp_path: Path) -> None:
    """The old backbone's 4CGXP would be another species; by name the lion is the lion, the rest is kept apart."""
    publish_species(home)
    rows = lists(
        listed(LION, "5219404", checklist_key=BACKBONE),
        listed("Inventa rara", COL[ELEPHANT], checklist_key=BACKBONE),
        listed("Inventa tuta", "77", checklist_key=BACKBONE),
    )
    load_file(home, write_csv(tmp_path / "list.csv", rows), table="country_species")
    assert asked(home, OWN_ROWS) == [
        ("4CGXP", CATALOGUE_OF_LIFE),
        ("77", BACKBONE),
        (f"{BACKBONE}:3W7TB", BACKBONE),
    ]


def test_the_checklist_is_found_by_a_sample(home: Settings, tmp_path: Path) -> None:
    """Two of two names have the publisher's keys, so all keys are of its checklist, also of a species that it does not list."""
    publish_species(home, [LION, ELEPHANT])
    rows = lists(*(listed(name, COL[name]) for name in (LION, ELEPHANT)), listed("Inventa rara", "ZZZ"))
    load_file(home, write_csv(tmp_path / "list.csv", rows), table="country_species")
    assert {checklist for _, checklist in asked(home, OWN_ROWS)} == {CATALOGUE_OF_LIFE}
    assert ("ZZZ", "ZZZ", "sample") in asked(home, HOW)


def test_keys_that_nobody_can_compare_are_asked_for(home: Settings, tmp_path: Path) -> None:
    """Keys without names, and species of a checklist in the warehouse: one sentence, which works when followed."""
    publish_species(home)
    file = write_csv(tmp_path / "list.csv", lists({"country_code": "KE", "species_key": "4CGXP"}))
    with pytest.raises(WrongUsage, match=r"list\.csv has keys of species, but neither names nor the checklist .* --checklist col"):  # fmt: skip
        load_file(home, file, table="country_species")
    assert asked(home, OWN_ROWS) == []
    load_file(home, file, table="country_species", checklist_key=CATALOGUE_OF_LIFE)
    assert asked(home, OWN_ROWS) == [("4CGXP", CATALOGUE_OF_LIFE)]


def test_threats_and_names_in_two_files_are_of_one_species(home: Settings, tmp_path: Path) -> None:
    """A list names the own key T1; a file of threats without names uses it."""
    publish_species(home)
    load_file(home, write_csv(tmp_path / "list.csv", lists(listed(LION, "T1"))), table="country_species")
    threats = "species_key,threat_code\nT1,5.1\n"
    load_file(home, write_csv(tmp_path / "threats.csv", threats), table="threat")
    assert asked(home, "SELECT species_key FROM landed.threat") == [("4CGXP",)]


def test_one_name_in_two_groups_is_two_species(home: Settings, tmp_path: Path) -> None:
    """A fig and a snail are both called Ficus variegata."""
    rows = lists(*(listed("Ficus variegata", key, taxon_group=group) for key, group in (("a", "flowering_plants"), ("b", "molluscs"))))  # fmt: skip
    load_file(home, write_csv(tmp_path / "list.csv", rows), table="country_species")
    assert asked(home, OWN_ROWS) == [("a", None), ("b", None)]


def test_own_keys_of_two_files_are_not_compared(home: Settings, tmp_path: Path) -> None:
    """Species 1 of one file is not species 1 of another; the same name under two keys is one species."""
    load_file(home, write_csv(tmp_path / "a.csv", lists(listed(LION, "1"), listed(ZEBRA, "2"))))
    load_file(home, write_csv(tmp_path / "b.csv", lists(listed(ELEPHANT, "1"), listed(ZEBRA, "3"))))
    assert asked(home, OWN_ROWS) == [("2", None), (f"name:{ELEPHANT}", None), (f"name:{LION}", None)]


def test_records_of_one_species_under_key_and_name_add_up(home: Settings, tmp_path: Path) -> None:
    """Three records under a key of the old backbone and two under another key of the same name are five of one species."""
    publish_species(home)
    one = records(
        *({"gbifID": str(n), "speciesKey": "5219404", "species": LION, "class": "Mammalia"} for n in range(3))
    )
    two = records(*({"gbifID": str(n), "speciesKey": "99", "species": LION, "class": "Mammalia"} for n in range(2, 5)))
    load_file(home, write_text(tmp_path / "one.tsv", one))
    load_file(home, write_text(tmp_path / "two.tsv", two))
    query = "SELECT species_key, sum(occurrences) FROM landed.occurrence_cube GROUP BY ALL"
    assert asked(home, query) == [("4CGXP", 5)]
    query = "SELECT species_key, occurrences FROM landed.country_species WHERE source LIKE 'file:%'"
    assert asked(home, query) == [("4CGXP", 5)]


def test_one_load_with_two_keys_of_a_species_counts_its_records_once(home: Settings, tmp_path: Path) -> None:
    """Two keys of one name in one file: their records add up, in the cube and in the list of species."""
    rows = [
        {"gbifID": str(n), "speciesKey": key, "species": LION, "class": "Mammalia"}
        for n, key in enumerate(["1", "1", "2"])
    ]
    load_file(home, write_text(tmp_path / "one.tsv", records(*rows)))
    for table in ("occurrence_cube", "country_species"):
        assert asked(home, f"SELECT species_key, occurrences FROM landed.{table}") == [("1", 3)]


def test_a_rebuild_finds_the_same_species(home: Settings, tmp_path: Path) -> None:
    """What landing holds is what the file says, so the keys come back when the build database is lost."""
    rows = lists(listed(LION, "1", checklist_key=BACKBONE), listed(LION, f"name:{LION}", origin="native"))
    load_file(home, write_csv(tmp_path / "list.csv", rows), table="country_species")
    before = asked(home, OWN_ROWS)
    assert before == [("1", BACKBONE)]
    Paths.of(home).build.unlink()
    with open_for_writing(home):
        pass
    assert asked(home, OWN_ROWS) == before


def test_one_sighting_in_other_spelling_is_one(home: Settings, tmp_path: Path) -> None:
    """Four tables of people with one sighting of a lion: country, day, place and name written otherwise, once with a key."""
    tables = (
        "Scientific name,Date,Lat,Long,Country,Observer\nPanthera leo,2024-02-13,-1.1,36.1,KE,B\n",
        "Scientific name,Date,Lat,Long,Country,Observer,Note\nPanthera leo L.,13.02.2024,-1.10,36.10,Kenya,b,x\n",
        "speciesKey;Scientific name;Date;Lat;Long;Country;Observer\n77;PANTHERA LEO;2024-02-13;-1,1;36,1;KEN;B\n",
        "Scientific name,Date,Year,Month,Day,Lat,Long,Country,Observer\nPanthera leo,2024-02-13,2024,2,13,-1.1,36.1,KE,B\n",
    )
    for number, text in enumerate(tables):
        load_file(home, write_csv(tmp_path / f"{number}.csv", text), taxon_group="mammals")
    assert asked(home, "SELECT species_key, occurrences FROM landed.occurrence_cube") == [("77", 1)]


def test_a_key_of_another_release_of_the_checklist(home: Settings, tmp_path: Path) -> None:
    """Publishers have the lion under another key of the same checklist: it counts there, and its name stays known."""
    publish_species(home)
    other = lists(listed(LION, "QQQQ7", checklist_key=CATALOGUE_OF_LIFE))
    load_file(home, write_csv(tmp_path / "old.csv", other), table="country_species")
    named = lists(listed(LION, "", origin="native"))
    load_file(home, write_csv(tmp_path / "named.csv", named), table="country_species")
    assert asked(home, f"SELECT DISTINCT species_key FROM ({OWN_ROWS})") == [("4CGXP",)]
    assert ("QQQQ7", "4CGXP", "warehouse") in asked(home, HOW)


# GBIF's name matching, where it can be reached.


def settings_of(home: Path, url: str) -> Settings:
    """A home whose only publisher in reach is GBIF."""
    return Settings(_env_file=None, home=home, gbif_url=url, gbif_rate=1000.0)


def test_gbif_is_asked_for_names_that_the_warehouse_does_not_know(sandbox: Sandbox, tmp_path: Path) -> None:
    """An accepted name and a synonym count under the accepted keys; each is asked once, and a rebuild asks nobody."""
    assert sandbox.world is not None
    taxa = sandbox.world.taxonomy.taxa
    synonym = next(one for one in taxa if one.accepted is not None and one.rank == RANKS.index("SPECIES"))
    accepted = [one for place, one in enumerate(taxa) if one.rank == RANKS.index("SPECIES") and one.accepted is None and place != synonym.accepted]  # fmt: skip
    other = accepted[0]
    keys = {synonym.name: taxa[synonym.accepted or 0].col_key, other.name: other.col_key}
    home = settings_of(tmp_path / "home", f"{sandbox.url}/gbif")
    rows = [listed(name, f"name:{name}", taxon_group="") for name in (*keys, "Inventa ignota")]
    before = len(sandbox.requests)
    loaded = load_file(home, write_csv(tmp_path / "list.csv", lists(*rows)), table="country_species")
    assert len(sandbox.requests) - before == 3
    assert loaded.names is not None
    assert (loaded.names.by_name, loaded.names.unknown, loaded.names.unasked) == (2, ("Inventa ignota",), None)
    expected = sorted([*((key, CATALOGUE_OF_LIFE) for key in keys.values()), ("name:Inventa ignota", None)])
    assert asked(home, OWN_ROWS) == expected
    Paths.of(home).build.unlink()
    with open_for_writing(home):
        pass
    assert asked(home, OWN_ROWS) == expected
    more = write_csv(tmp_path / "more.csv", lists(listed(synonym.name, f"name:{synonym.name}", taxon_group="", origin="native")))  # fmt: skip
    load_file(home, more, table="country_species")
    assert len(sandbox.requests) - before == 3


def test_two_species_of_a_list_stay_two_where_the_checklist_has_one(sandbox: Sandbox, tmp_path: Path) -> None:
    """An accepted name and its synonym with other categories: the accepted one takes the key. Their records are of one species."""
    assert sandbox.world is not None
    taxa = sandbox.world.taxonomy.taxa
    synonym = next(one for one in taxa if one.accepted is not None and one.rank == RANKS.index("SPECIES"))
    accepted = taxa[synonym.accepted or 0]
    home = settings_of(tmp_path / "home", f"{sandbox.url}/gbif")
    row = {"assessment_year": 2020, "scope": "KE"}
    rows = [row | {"scientific_name": name, "red_list_category": category} for name, category in ((accepted.name, "LC"), (synonym.name, "VU"))]  # fmt: skip
    load_file(home, write_csv(tmp_path / "red.csv", lists(*rows)), table="assessment")
    found = asked(home, "SELECT species_key, red_list_category FROM landed.assessment")
    assert found == sorted([(accepted.col_key, "LC"), (f"name:{synonym.name}", "VU")])
    seen = [{"occurrenceID": str(n), "species": name, "class": ""} for n, name in enumerate([accepted.name, synonym.name])]  # fmt: skip
    load_file(home, write_text(tmp_path / "seen.tsv", records(*seen, without=("gbifID", "taxonKey", "speciesKey"))))
    query = "SELECT species_key, CAST(sum(occurrences) AS BIGINT) FROM landed.occurrence_cube GROUP BY ALL"
    assert asked(home, query) == [(accepted.col_key, 2)]


def test_names_wait_for_a_network(sandbox: Sandbox, tmp_path: Path) -> None:
    """Without one they are kept under the name, and said so; the next load asks for them."""
    assert sandbox.world is not None
    taxon = next(one for one in sandbox.world.taxonomy.taxa if one.accepted is None and one.rank == RANKS.index("SPECIES"))  # fmt: skip
    home = settings_of(tmp_path / "home", NOWHERE)
    row = listed(taxon.name, f"name:{taxon.name}", taxon_group="")
    loaded = load_file(home, write_csv(tmp_path / "list.csv", lists(row)), table="country_species")
    assert loaded.names is not None
    assert (loaded.names.unknown, loaded.names.unasked) == ((taxon.name,), "GBIF cannot be reached now")
    online = settings_of(tmp_path / "home", f"{sandbox.url}/gbif")
    load_file(online, write_csv(tmp_path / "b.csv", lists(row | {"country_code": "TZ"})), table="country_species")
    assert asked(home, OWN_ROWS) == [(taxon.col_key, CATALOGUE_OF_LIFE)] * 2


class _OneAnswer(BaseHTTPRequestHandler):
    """Knows the lion, and the fig and the snail of one name; it is down for every other name."""

    def do_GET(self) -> None:
        """Answer as GBIF's name matching does, or with 503."""
        keys = {"leo": COL[LION], "variegata&taxonRank=SPECIES&kingdom=Plantae": "FIG", "variegata&taxonRank=SPECIES&kingdom=Animalia": "SNAIL"}  # fmt: skip
        key = next((key for words, key in keys.items() if words in self.path), None)
        knows = key is not None
        usage = {"key": key, "name": "", "rank": "SPECIES"}
        body = json.dumps({"usage": usage, "diagnostics": {"matchType": "EXACT"}}).encode() if knows else b"down"
        self.send_response(200 if knows else 503)
        self.send_header("Content-Type", "application/json" if knows else "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_answers_before_a_fault_are_kept(tmp_path: Path) -> None:
    """GBIF falls silent at the second of two names: what it said of the first counts."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _OneAnswer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        home = settings_of(tmp_path / "home", f"http://127.0.0.1:{server.server_port}")
        rows = [{"country_code": "KE", "scientific_name": name} for name in (LION, "Zebra inventa")]
        loaded = load_file(home, write_csv(tmp_path / "list.csv", lists(*rows)), table="country_species")
        server.shutdown()
    assert loaded.names is not None
    assert (loaded.names.unknown, loaded.names.unasked) == (("Zebra inventa",), "GBIF cannot be reached now")
    assert asked(home, OWN_ROWS) == [(COL[LION], CATALOGUE_OF_LIFE), ("name:Zebra inventa", None)]


def test_homonyms_are_asked_for_by_kingdom(tmp_path: Path) -> None:
    """A fig and a snail are both called Ficus variegata: each has its own key."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _OneAnswer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        home = settings_of(tmp_path / "home", f"http://127.0.0.1:{server.server_port}")
        rows = [listed("Ficus variegata", key, taxon_group=group) for key, group in (("a", "flowering_plants"), ("b", "molluscs"))]  # fmt: skip
        load_file(home, write_csv(tmp_path / "list.csv", lists(*rows)), table="country_species")
        server.shutdown()
    assert asked(home, OWN_ROWS) == [("FIG", CATALOGUE_OF_LIFE), ("SNAIL", CATALOGUE_OF_LIFE)]


def test_names_of_private_files_are_sent_to_nobody(sandbox: Sandbox, tmp_path: Path) -> None:
    """What may not be passed on stays at home."""
    home = settings_of(tmp_path / "home", f"{sandbox.url}/gbif")
    before = len(sandbox.requests)
    row = listed("Inventa arcana", "name:Inventa arcana")
    load_file(home, write_csv(tmp_path / "list.csv", lists(row)), table="country_species", attribution=Attribution(private=True))  # fmt: skip
    assert len(sandbox.requests) == before


def test_the_group_of_a_name_is_taken_from_another_own_file(home: Settings, tmp_path: Path) -> None:
    """A list without groups, and a national Red List with them; gone again with the list that says it."""
    load_file(home, write_csv(tmp_path / "list.csv", lists({"country_code": "KE", "scientific_name": LION})))
    groups = "SELECT taxon_group FROM landed.country_species"
    assert asked(home, groups) == [(None,)]
    row = {"scientific_name": LION, "taxon_group": "mammals", "assessment_year": 2020, "red_list_category": "VU", "scope": "KE"}  # fmt: skip
    load_file(home, write_csv(tmp_path / "red.csv", lists(row)), source="red")
    assert asked(home, groups) == [("mammals",)]
    other = row | {"scientific_name": "Inventa rara"}
    load_file(home, write_csv(tmp_path / "red2.csv", lists(other)), replaces="red")
    assert asked(home, groups) == [(None,)]


# Two ways must agree.

WAYS = {
    "key": lambda name: {"speciesKey": COL[name], "species": name},
    "name": lambda name: {"speciesKey": "", "species": name},
    "backbone": lambda name: {"speciesKey": f"1{list(COL).index(name)}", "species": name},
    "author": lambda name: {"speciesKey": "", "species": f"{name.upper()} Smith, 1900"},
}
"""How a record can say its species."""


@pytest.mark.slow
@given(
    parts=st.lists(
        st.lists(st.tuples(st.sampled_from(sorted(COL)), st.integers(2000, 2003)), min_size=1, max_size=4),
        min_size=1,
        max_size=4,
    ),
    data=st.data(),
)
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_a_species_is_said_it_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, parts: list[list[tuple[str, int]]], data: st.DataObject
) -> None:
    """Files that name species by key, name or another checklist's key, before or after the publisher: one cube."""
    folder = tmp_path_factory.mktemp("said")
    home = settings_of(folder / "home", NOWHERE)
    place = data.draw(st.integers(0, len(parts)))
    expected: Counter[tuple[str, int]] = Counter()
    for number, part in enumerate([*parts, None]):
        if number == place:
            publish_species(home)
        if part is None:
            break
        way = WAYS[data.draw(st.sampled_from(sorted(WAYS)))]
        rows = [
            {"occurrenceID": f"{number}-{row}", "year": str(year), "eventDate": "", "class": "Mammalia"} | way(name)
            for row, (name, year) in enumerate(part)
        ]
        file = write_text(folder / f"{number}.tsv", records(*rows, without=("gbifID", "taxonKey")))
        load_file(home, file, table="occurrences")
        expected.update((COL[name], year) for name, year in part)
    materialise_and_publish(home, ("KE",), accept_change=True)
    query = "SELECT species_key, year, CAST(sum(occurrences) AS BIGINT) FROM core.occurrence_cube GROUP BY ALL"
    assert asked(home, query) == sorted((key, year, number) for (key, year), number in expected.items())
    species = "SELECT DISTINCT species_key FROM core.country_species WHERE source LIKE 'file:%'"
    assert asked(home, species) == sorted({(key,) for key, _ in expected})

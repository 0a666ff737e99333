"""The trial of bad inputs: a written list and generated ones, each with the exit code it is promised."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings
from soak.drive import drive, small_world

from ness_pipeline.cli.commands import exit_code_of
from ness_pipeline.errors import WrongUsage
from ness_pipeline.names.countries import resolve
from ness_pipeline.sandbox import serve

WRONG, CONTRACT = 2, 4

QUESTIONS = (
    "CREATE TABLE core.x (a INT)", "CREATE TABLE x AS SELECT 1", "CREATE SCHEMA x", "CREATE VIEW core.v AS SELECT 1",
    "DROP TABLE core.country", "DROP VIEW metrics.metric_value", "DROP SCHEMA core CASCADE", "DELETE FROM core.country",
    "TRUNCATE core.country", "UPDATE core.country SET country_name = 'x'", "ALTER TABLE core.country ADD COLUMN x INT",
    "INSERT INTO core.country (country_code) VALUES ('XX')", "COMMENT ON TABLE core.country IS 'x'",
    "ATTACH ':memory:' AS m", "ATTACH '/tmp/ness-attached.duckdb' AS m", "DETACH ness",
    "COPY core.country TO '/tmp/ness-copied.csv'", "COPY (SELECT 1) TO '/tmp/ness-copied.parquet' (FORMAT parquet)",
    "COPY core.country FROM '/etc/hosts'", "EXPORT DATABASE '/tmp/ness-exported'", "IMPORT DATABASE '/tmp/ness-exported'",
    "INSTALL httpfs", "LOAD httpfs", "LOAD '/tmp/x.duckdb_extension'", "FORCE INSTALL spatial", "UPDATE EXTENSIONS",
    "SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM read_text('/etc/passwd')", "FROM '/etc/passwd'",
    "SELECT * FROM read_blob('/etc/hosts')", "SELECT * FROM read_parquet('/tmp/*.parquet')", "FROM glob('/etc/*')",
    "SELECT * FROM read_json('/etc/hosts')", "SELECT * FROM sniff_csv('/etc/passwd')", "FROM 'https://example.org/x.csv'",
    "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')", "FROM read_duckdb('ness.duckdb')", "FROM 's3://bucket/x.parquet'",
    "SET enable_external_access = true", "SET lock_configuration = false", "SET memory_limit = '1GB'", "SET threads = 1",
    "RESET enable_external_access", "PRAGMA enable_external_access = true", "PRAGMA memory_limit = '9GB'",
    "SET GLOBAL temp_directory = '/tmp'", "SET home_directory = '/tmp'", "SET access_mode = 'READ_WRITE'",
    "CREATE SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')", "SET allow_unsigned_extensions = true",
    "SELECT 1; DROP TABLE core.country", "FROM core.nothing", "SELEC 1", "SELECT 1 +", "SELECT ?", "SELECT $1",
    "SELECT 1/0::BIT", "SELECT 'a'::INT", "SELECT * FROM core.country WHERE", "(", "'", '"', "SELECT \x00",
)  # fmt: skip

WORDS = (
    (["run"], WRONG), (["run", "--all", "KE"], WRONG), (["run", "Atlantis"], WRONG), (["run", "KE'; DROP TABLE x; --"], WRONG),
    (["run", "../../etc"], WRONG), (["run", ""], WRONG), (["run", "KE", "--years", "2025:2000"], WRONG),
    (["run", "KE", "--years", "soon"], WRONG), (["run", "KE", "--years", "1:99999"], WRONG), (["run", "KE", "--source", "nobody"], WRONG),
    (["run", "KE", "--max-age-hours", "soon"], WRONG), (["run", "KE", "--nonsense"], WRONG), (["backfill"], WRONG),
    (["backfill", "Narnia"], WRONG), (["backfill", "KE", "TZ"], WRONG), (["backfill", "KE", "--years", ":"], WRONG),
    (["sql"], WRONG), (["sql", "SELECT 1", "--file", "x.sql"], WRONG), (["sql", "--file", "/nowhere.sql"], WRONG),
    (["sql", "SELECT 1", "--format", "xml"], WRONG), (["sql", "SELECT 1", "--rows", "0"], WRONG), (["sql", "SELECT 1", "--timeout", "-1"], WRONG),
    (["sql", "SELECT count(*) FROM range(10000000000) a, range(1000) b", "--timeout", "0.2"], WRONG),
    (["metrics", "happiness"], WRONG), (["metrics", "' OR 1=1 --"], WRONG), (["rollback", "20000101T000000-00000000"], WRONG),
    (["rollback", "../../etc/passwd"], WRONG), (["rollback", "*"], WRONG), (["prune"], WRONG), (["prune", "--days", "-1"], WRONG),
    (["prune", "--gib", "much"], WRONG), (["sandbox", "--fault", "tea"], WRONG), (["sandbox", "--fault", "503:7"], WRONG),
    (["sandbox", "--port", "99999"], WRONG), (["sandbox", "--replay", "/nowhere"], WRONG), (["load", "treaty_party", "/nowhere.csv"], WRONG),
    (["materialise", "Utopia"], WRONG), (["nonsense"], WRONG), (["--log", "xml", "status"], WRONG), (["status", "--nonsense"], WRONG), (["doctor", "extra"], WRONG),
)  # fmt: skip

FILES = (
    (b"", WRONG), (b"\x00" * 64, WRONG), (b"\xff\xfe\xfd", WRONG), (b"PK\x03\x04 no archive", WRONG),
    (b"country_code,treaty\n", CONTRACT), (b"country_code\nKE\n", WRONG), (b"a,b,c\n1,2,3\n", CONTRACT),
    (b"country_code,treaty,status,as_of,earlier_period\nKE,cbd,party,2024-01-01,1\n", CONTRACT),
    (b'{"country_code": 1}', WRONG), (b"<html><body>no table</body></html>", WRONG),
)  # fmt: skip


def outcome(arguments: list[str]) -> tuple[int, str]:
    """Exit code and output of one command, run in this process as its entry point would."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = exit_code_of(arguments)
    return code, said.getvalue()


@contextlib.contextmanager
def _home(folder: Path) -> Iterator[Path]:
    """A published warehouse that commands find by their environment."""
    home = folder / "home"
    with serve(small_world()) as sandbox:
        done = drive(home, sandbox.url)
    assert done.exit_code == 0, done
    before = dict(os.environ)
    os.environ.update(NESS_HOME=str(home / "sandbox"), NESS_CONTACT="")
    try:
        yield home / "sandbox"
    finally:
        os.environ.clear()
        os.environ.update(before)


def inputs_trial(folder: Path, wanted: int) -> dict[str, int | str]:
    """Bad inputs, at least so many: each ends with its promised exit code and leaves the publication as it was."""
    figures: Counter[str] = Counter()
    with _home(folder) as home:
        published = home / "ness.duckdb"
        digest = hashlib.sha256(published.read_bytes()).hexdigest()

        def holds(arguments: list[str], promised: int) -> None:
            code, said = outcome(arguments)
            assert code == promised, f"{arguments} ended with {code} instead of {promised}: {said[-300:]}"
            assert "Traceback" not in said, f"{arguments}: {said[-300:]}"
            assert hashlib.sha256(published.read_bytes()).hexdigest() == digest, f"{arguments} changed the publication"
            figures[f"exit code {promised}"] += 1

        written = [(["sql", question], WRONG) for question in QUESTIONS] + list(WORDS)
        for arguments, promised in written[: max(12, wanted)]:
            holds(arguments, promised)
        file = folder / "own.csv"
        for content, promised in FILES:
            file.write_bytes(content)
            holds(["load", "treaty_party", str(file)], promised)
        figures["written"] = sum(figures.values())
        _generated(holds, file, max(10, wanted - figures["written"]))
        figures["generated"] = sum(n for name, n in figures.items() if name.startswith("exit")) - figures["written"]
        if (home / "build.duckdb").exists():
            with duckdb.connect(str(home / "build.duckdb"), read_only=True) as build:
                query = "SELECT count(*) FILTER (received <> loaded + left_out + quarantined), count(*) FROM ops.load"
                wrong, loads = build.execute(query).fetchone() or (0, 0)
            assert wrong == 0
            figures["loads of units, received = loaded + quarantined"] = loads
    return {"bad inputs": figures["written"] + figures["generated"], **figures}


def _is_country(text: str) -> bool:
    try:
        resolve([text])
    except WrongUsage:
        return False
    return True


def _generated(holds, file: Path, number: int) -> None:
    """Names that are no country, questions that are no SQL, files that are no table."""
    quiet = settings(max_examples=-(-number // 3), deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))  # fmt: skip
    words = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30)

    @quiet
    @given(words.filter(lambda text: not text.startswith("-") and not _is_country(text)))
    def countries(text: str) -> None:
        holds(["run", text], WRONG)

    @quiet
    @given(words.map(lambda text: f"SELECT {text} FROM no_such_table_{len(text)}"))
    def questions(text: str) -> None:
        holds(["sql", text], WRONG)

    @quiet
    @given(st.binary(max_size=200).map(lambda some: b"\x00\xff" + some))
    def tables(content: bytes) -> None:
        file.write_bytes(content)
        holds(["load", "treaty_party", str(file)], WRONG)

    countries()
    questions()
    tables()

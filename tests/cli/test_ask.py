"""`ness sql` and `ness metrics`: answers in every format, and a file that cannot be changed."""

from __future__ import annotations

import csv
import io
import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from processes import clean_environment

from ness_pipeline.cli.base import memory_size
from ness_pipeline.contract.measures import measures

COUNT = "SELECT country_code, count(*) AS numbers FROM metrics.metric_value GROUP BY ALL ORDER BY ALL"


def test_answers_agree_in_every_format(ness, filled):
    """Table, CSV and JSON say the same."""
    stated = json.loads(ness("sql", "--sandbox", COUNT, "--format", "json").out)
    assert {"KE", "ML", "NO"} <= {row["country_code"] for row in stated}
    rows = list(csv.DictReader(io.StringIO(ness("sql", "--sandbox", COUNT, "--format", "csv").out)))
    assert [{**row, "numbers": int(row["numbers"])} for row in rows] == stated
    table = ness("sql", "--sandbox", COUNT)
    assert table.code == 0
    assert all(str(row["numbers"]) in table.out.replace(",", "") for row in stated)


def test_question_from_a_file(ness, filled, tmp_path):
    """`--file` asks what the file holds."""
    (tmp_path / "question.sql").write_text(COUNT, encoding="utf-8")
    said = ness("sql", "--sandbox", "--file", str(tmp_path / "question.sql"), "--format", "csv")
    assert said.out.splitlines()[0] == "country_code,numbers"


@pytest.mark.parametrize(
    "question",
    [
        "CREATE TABLE own (x INT)",
        "DELETE FROM core.country",
        "ATTACH 'other.duckdb'",
        "COPY core.country TO 'stolen.csv'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "PRAGMA database_list; DROP TABLE core.country",
        "EXPORT DATABASE 'stolen'",
        "SELECT nothing FROM core.country",
        "not sql",
    ],
)
def test_a_question_cannot_change_or_reach_anything(ness, filled, sandbox_home, question):
    """Writing, attaching, reading files, extensions and settings are refused in one sentence with exit code 2."""
    before = (filled / "sandbox" / "ness.duckdb").read_bytes()
    said = ness("sql", "--sandbox", question)
    assert said.code == 2
    assert said.err.startswith("Error: ")
    assert "Traceback" not in said.err
    assert (filled / "sandbox" / "ness.duckdb").read_bytes() == before


@pytest.mark.parametrize("question", ["", " ", ";", " -- a remark", "/* a remark */ ;;"])
def test_no_question_is_a_sentence(ness, filled, question):
    """Nothing to ask is wrong usage, in every format."""
    for form in ("table", "csv", "json", "parquet"):
        said = ness("sql", "--sandbox", "--format", form, question)
        assert said.code == 2
        assert said.out == ""
        assert said.err.startswith("Error: The question is empty; ask with SELECT or FROM")


def test_of_two_questions_none_is_dropped(ness, filled):
    """Two statements are refused, and the sentence shows the second; a semicolon at the end or in a text is none."""
    said = ness("sql", "--sandbox", "SELECT 1 AS a; SELECT 2 AS b")
    assert said.code == 2
    assert said.out == ""
    assert "These are 2 questions, the second begins with 'SELECT 2 AS b'; ask one at a time" in said.err
    assert ness("sql", "--sandbox", "--format", "csv", "SELECT 'a;b' AS a; -- end").out.split() == ["a", "a;b"]


def test_cut_answers_say_so_in_every_format(ness, filled):
    """An answer of more rows than asked for is cut and says so; one of just as many does not."""
    for form in ("table", "csv", "json"):
        for most, is_cut in ((4, True), (5, False)):
            said = ness("sql", "--sandbox", "--format", form, "--rows", str(most), "FROM range(5)")
            assert ("Cut after 4 rows" in said.err) is is_cut


def test_json_has_every_value(ness, filled):
    """Columns of one name are kept apart, and what is no number of JSON is null."""
    question = "SELECT 1 AS a, 2 AS a, 'nan'::DOUBLE AS b, [1, 'inf'::DOUBLE] AS c"
    said = ness("sql", "--sandbox", "--format", "json", question)
    assert json.loads(said.out) == [{"a": 1, "a_1": 2, "b": None, "c": [1.0, None]}]
    assert json.loads(ness("sql", "--sandbox", "--format", "json", "FROM range(0)").out) == []


def test_cells_of_csv_run_nothing_in_a_spreadsheet(ness, filled):
    """A text that a spreadsheet would run has an apostrophe before it; numbers stay numbers, JSON the text."""
    question = "SELECT '=1+1' AS a, '-0.5' AS b, -0.5 AS c, '@x' AS d, chr(39) || '=y' AS e, 'a=b' AS f"
    said = ness("sql", "--sandbox", "--format", "csv", question)
    cells = next(csv.DictReader(io.StringIO(said.out)))
    assert cells == {"a": "'=1+1", "b": "-0.5", "c": "-0.5", "d": "'@x", "e": "''=y", "f": "a=b"}
    assert json.loads(ness("sql", "--sandbox", "--format", "json", question).out)[0]["a"] == "=1+1"


def test_no_warehouse_yet(ness, home):
    """Before the first run there is nothing to ask, and the sentence says how to make it."""
    said = ness("sql", "SELECT 1")
    assert said.code == 2
    assert "There is no warehouse at" in said.err
    assert "ness run" in said.err


def test_one_question_or_one_file(ness, filled):
    """Neither and both are wrong usage."""
    assert ness("sql", "--sandbox").code == 2
    assert ness("sql", "--sandbox", "SELECT 1", "--file", "x.sql").code == 2
    assert "There is no file" in ness("sql", "--sandbox", "--file", "x.sql").err


@pytest.mark.parametrize("comment", ["-- why\n", "--why\n", "-- a=b, c\n", "--a=b\n", "-why -x\n"])
def test_a_question_may_begin_with_a_comment(ness, filled, comment):
    """A pasted question is no option, before and after options; one that is none is refused as before."""
    asked = f"{comment}SELECT 1 AS x"
    if comment.startswith("--"):
        assert ness("sql", "--sandbox", asked, "--format", "csv").out == "x\r\n1\r\n"
        assert ness("sql", "--sandbox", "--format=csv", "--", asked).out == "x\r\n1\r\n"
    else:
        assert "The question does not run" in ness("sql", "--sandbox", asked).err
    assert "No such option: --why" in ness("sql", "--sandbox", "--why", "SELECT 1").err


@pytest.mark.parametrize(
    ("text", "size"),
    [("2", 2e9), ("0.5", 5e8), ("500MB", 5e8), ("2gb", 2e9), ("1.5 GiB", 1.5 * 2**30), ("4G", 4e9), ("100000KB", 1e8)],
)
def test_a_size_of_memory_has_a_unit_or_means_gb(text, size):
    """`ness sql` and `ness cube` read the same sizes, as DuckDB does."""
    assert memory_size(text) == size


@pytest.mark.parametrize("text", ["", "plenty", "-1", "nan", "50MB", "0.01", "5XB", "2 B", "1e3", "9999999"])
def test_what_is_no_size_of_memory_is_said_with_its_unit(ness, filled, text):
    """The sentence says how a size is written and what a number alone means."""
    said = ness("sql", "--sandbox", f"--memory={text}", "SELECT 1")
    assert said.code == 2
    assert (
        said.err
        == f"Error: --memory {text} is no size from 100MB on; write it as in 500MB or 4GB; a number alone is GB.\n"
    )


@pytest.mark.parametrize(
    "words",
    [
        ["sql", "--sandbox", "FROM range(300000)"],
        ["sql", "--sandbox", "--format", "csv", "SELECT 1"],
        ["sql", "--sandbox", "--format", "json", "FROM range(300000)"],
        ["sql", "--sandbox", "--format", "parquet", "SELECT 1"],
        ["index", "--sandbox", "--format", "parquet"],
        ["status", "--sandbox"],
        ["doctor"],
        ["--help"],
    ],
    ids=" ".join,
)
def test_a_full_disk_under_what_is_printed_is_one_sentence(filled, words):
    """What cannot be printed is said, whenever that shows; a closed output is not taken for a file of ours."""
    command = [sys.executable, "-c", "from ness_pipeline.cli import main; main()", *words]
    shell = ["sh", "-c", f"{shlex.join(command)} >&-"]
    for program, why in ((command, "No space left on device"), (shell, "Bad file descriptor")):
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                program, stdout=full, stderr=subprocess.PIPE, text=True, check=False, env=clean_environment(filled)
            )
        assert done.returncode == 2
        assert done.stderr == f"Error: What was printed could not be written ({why}); free space there, or print it to another place.\n"  # fmt: skip


def test_catalogue_lists_every_number(ness, filled):
    """`ness metrics` names each measure of the contracts."""
    out = ness("metrics", "--sandbox").out
    missing = [column.name for _, column, _ in measures() if column.name not in out]
    assert missing == []


def test_definitions_fill_the_window(ness, filled):
    """Sentences that a file breaks at its own width are put together again, and formulas keep their lines."""
    out = ness("metrics", "star_total", "--sandbox").out
    assert "is not past is expected to cause a decline." in out
    assert "\nThe range share stands in" in out
    assert "\nSource: Mair et al. 2021" in out


def test_catalogue_defines_a_metric(ness, filled):
    """A metric comes with its definition, formula, source, columns and traps, asked for by table or measure."""
    for name in ("threatened_species", "threatened_share"):
        out = ness("metrics", name, "--sandbox").out
        assert "share = T / (A - EX - DD)" in out
        assert "Source:" in out
        assert "Caveats" in out
        assert "threatened_share_lower" in out
    said = ness("metrics", "nothing", "--sandbox")
    assert said.code == 2
    assert "'nothing' is no metric" in said.err

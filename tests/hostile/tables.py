"""Text tables, folders, workbooks and parquet files that are hostile or damaged."""

from __future__ import annotations

import io
import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from hostile.archives import BOMB, COLUMNS, TABLE
from hostile.cases import add, case, loads
from hostile.packed import written, zipped

BODY = TABLE.encode()
HEAD = ("\t".join(COLUMNS) + "\n").encode()
CONTENTS: dict[str, bytes | Callable[[], bytes]] = {
    "empty": b"",
    "a mark of UTF-8 alone": b"\xef\xbb\xbf",
    "line ends alone": b"\n" * 1000,
    "ten million empty lines": lambda: b"\n" * 10_000_000,
    "a header alone": HEAD,
    "a header without names": b",,,,\n1,2,3,4,5\n",
    "zero bytes": BODY.replace(b"KE", b"K\x00"),
    "zeros alone": bytes(1000),
    "UTF-16 without a mark": TABLE.encode("utf-16-le"),
    "UTF-16 with a mark, cut in a letter": TABLE.encode("utf-16")[:-1],
    "UTF-16 with half a letter": b"\xff\xfe" + TABLE.encode("utf-16-le") + b"\x00\xd8",
    "UTF-32": TABLE.encode("utf-32"),
    "random bytes": random.Random(1).randbytes(100_000),
    "carriage returns inside lines": BODY.replace(b"Inventa", b"Inv\renta"),
    "a quote that is never closed": b'a,b,species\n"x,y,z\n' * 3,
    "a quote of a hundred megabytes": lambda: b'countryCode,speciesKey,year\n"' + b"x" * 100_000_000,
    "a line of two hundred megabytes": lambda: b"x" * 200_000_000,
    "a row of two hundred megabytes": lambda: b"countryCode,speciesKey,year\n" + b"x," * 100_000_000,
    "a value of fifty megabytes": lambda: HEAD + BODY.splitlines()[1].replace(b"Inventa", b"x" * 50_000_000),
    "a hundred thousand columns": ",".join(f"c{n}" for n in range(100_000)).encode() + b"\n" + b"1," * 99_999 + b"1\n",
    "a hundred thousand columns of one name": b"year," * 99_999 + b"year\n1\n",
    "a row of a hundred thousand values under three names": b"countryCode,speciesKey,year\n" + b"x," * 100_000 + b"\n",
    "five million rows that are too short": lambda: b"countryCode,speciesKey,year\n" + b"x\n" * 5_000_000,
    "quotes in names": b'"a""b","c""\n""d",year\n1,2,3\n',
    "names that command a terminal": b"\x1b]52;c;x\x07,\xc2\x9b31m,\xe2\x80\xae\n1,2,3\n",
    "names of SQL": b'"""; DROP TABLE core.country; --",year,countryCode\n1,2,KE\n',
    "values that are formulas": BODY.replace(b"Inventa prima", b"=cmd|' /C calc'!A0"),
    "values that command a terminal": BODY.replace(b"KE", b"\x1b]52;c;x\x07").replace(b"2021", b"\xc2\x9b31m"),
    "numbers without end": BODY.replace(b"36.5", b"9" * 5000).replace(b"2021", b"9" * 5000),
    "numbers that are none": BODY.replace(b"36.5", b"NaN").replace(b"-1.5", b"-Infinity").replace(b"2021", b"1e999"),
    "a first line of semicolons": b"sep=;\n" + BODY,
    "a delimiter that is a line end": b"sep=\n\n" + BODY,
    "a delimiter that is a quote": b'sep="\na"b\n1"2\n',
    "JSON": b'{"type": "FeatureCollection", "features": [{"a": NaN}]}',
    "JSON of a hundred thousand levels": b"[" * 100_000 + b"]" * 100_000,
    "HTML": b"<!DOCTYPE html><html><body>Please log in, or not</body></html>",
    "PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "XML of entities": f"{BOMB}<x>&u;</x>".encode(),
    "a database": b"SQLite format 3\x00" + bytes(500),
}
FINE = {
    "values that are formulas",
    "UTF-16 with half a letter",
    "carriage returns inside lines",
    "a value of fifty megabytes",
}
ROWS_REFUSED = {
    "values that command a terminal",
    "numbers without end",
    "numbers that are none",
    "a hundred thousand columns",
}
for name, content in CONTENTS.items():
    add(f"text: {name}", lambda folder, content=content: written(folder, "table.csv", content if isinstance(content, bytes) else content()),  # type: ignore[misc]
        "refused", "rows refused", *(("loaded",) if name in FINE | ROWS_REFUSED else ()), seconds=75)  # fmt: skip

for name in ("--help", "-x.csv", "50%.csv", "a?b*[c].csv", "it's \"quoted\".csv", "🐘 象.csv", "a;b&c|d`e$(f).csv", "a=b.csv", "x#y.csv", "C:\\x.csv", "~.csv", " .csv", "{}.csv", "year=2020.csv", "file:x.csv", "a" * 240 + ".csv"):  # fmt: skip
    add(f"name: {name[:30]}", lambda folder, name=name: written(folder, name, BODY), "loaded")  # type: ignore[misc]
for name in ("a\nb.csv", "\x1b]52;c;x\x07.csv", "\u202evsc.csv", "\udcff.csv", "\x7f.csv"):
    add(f"name: {name!a}", lambda folder, name=name: written(folder, name, BODY))  # type: ignore[misc]


def _folder(folder: Path) -> Path:
    (folder / "data").mkdir()
    return folder / "data"


@loads("refused")
def a_pipe(folder: Path) -> Path:
    """Nobody writes into it, so opening it would wait for ever."""
    os.mkfifo(folder / "pipe.csv")
    return folder / "pipe.csv"


@loads("refused")
def a_link_to_a_device_without_end(folder: Path) -> Path:
    """It gives zeros for ever."""
    (folder / "zeros.csv").symlink_to("/dev/zero")
    return folder / "zeros.csv"


@loads("refused")
def a_link_to_itself(folder: Path) -> Path:
    """Following it never ends."""
    (folder / "loop.csv").symlink_to("loop.csv")
    return folder / "loop.csv"


@loads("refused")
def a_folder_with_a_pipe(folder: Path) -> Path:
    """As above, one level down."""
    os.mkfifo(_folder(folder) / "pipe.csv")
    return folder / "data"


@loads("refused")
def a_folder_with_a_link_to_a_device(folder: Path) -> Path:
    """As above, one level down."""
    (_folder(folder) / "zeros.csv").symlink_to("/dev/zero")
    return folder / "data"


@loads("refused")
def a_folder_with_a_link_outside(folder: Path) -> Path:
    """A folder that was sent to somebody would load a file of the receiver."""
    written(folder, "private.tsv", BODY)
    (_folder(folder) / "table.tsv").symlink_to("../private.tsv")
    return folder / "data"


@loads("refused", "loaded")
def a_folder_with_a_link_to_itself(folder: Path) -> Path:
    """Folders without end."""
    written(_folder(folder), "table.tsv", BODY)
    (folder / "data" / "again").symlink_to(".")
    return folder / "data"


@loads("refused")
def an_empty_folder_named_as_a_file(folder: Path) -> Path:
    """A folder, whatever its name is."""
    (folder / "table.csv").mkdir()
    return folder / "table.csv"


@loads("refused")
def a_folder_that_holds_a_folder_named_as_its_table(folder: Path) -> Path:
    """`meta.xml` and the table are folders."""
    (_folder(folder) / "meta.xml").mkdir()
    (folder / "data" / "occurrence.csv").mkdir()
    return folder / "data"


@loads("refused", "loaded")
def a_folder_whose_name_holds_values(folder: Path) -> Path:
    """Values in names of folders are data, too."""
    inner = _folder(folder) / "countryCode=K'E" / "year=%1b]52;c;x%07" / "species=%FF%FE"
    inner.mkdir(parents=True)
    written(inner, "part.parquet", GOOD)
    return folder / "data"


@contextmanager
def _while_read(folder: Path, change: str) -> Iterator[Sequence[str]]:
    """A table that is cut, grows or goes while it is read."""
    table = written(folder, "table.tsv", HEAD + BODY.splitlines(keepends=True)[1] * 500_000)
    ended = threading.Event()

    def spoil() -> None:
        while not ended.wait(0.02):
            time.sleep(0.5)
            if change == "cut":
                os.truncate(table, table.stat().st_size // 2)
            elif change == "grows":
                with table.open("ab") as file:
                    file.write(BODY * 100)
            else:
                table.unlink(missing_ok=True)
                return

    thread = threading.Thread(target=spoil, daemon=True)
    thread.start()
    try:
        yield ["load", table.name]
    finally:
        ended.set()
        thread.join()


for change in ("cut", "grows", "gone"):

    def _setting(folder: Path, change: str = change) -> AbstractContextManager[Sequence[str]]:
        return _while_read(folder, change)

    _setting.__name__ = f"a table that is {change} while it is read".replace("that is grows", "that grows")
    case("refused", "loaded", "rows refused", seconds=60)(_setting)


def _apart(make: Callable[[], bytes]) -> bytes:
    """What a function makes in a forked process: one in which pyarrow has threads cannot be forked any more."""
    reader, writer = os.pipe()
    process = os.fork()
    if process == 0:
        with os.fdopen(writer, "wb") as file:
            file.write(make())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as file:
        content = file.read()
    os.waitpid(process, 0)
    return content


def _parquet(rows: int = 3, **more: pa.Array) -> bytes:
    """Records as parquet, three or some millions, all the same."""
    texts = {"speciesKey": "700", "countryCode": "KE", "kingdom": "Animalia", "phylum": "Chordata", "class": "Aves", "species": "Inventa prima", "taxonRank": "SPECIES"}  # fmt: skip
    numbers = {"year": 2021, "decimalLatitude": float("nan"), "decimalLongitude": float("inf")}
    columns = {name: pa.repeat(value, rows) for name, value in {**texts, **numbers}.items()}
    out = io.BytesIO()
    pq.write_table(pa.table({**columns, **more}), out)
    return out.getvalue()


def _spoiled(seed: int) -> bytes:
    """A parquet file with twenty other bytes in its description."""
    content, chance = bytearray(GOOD), random.Random(seed)
    start = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    for _ in range(20):
        content[chance.randrange(start, len(content) - 8)] = chance.randrange(256)
    return bytes(content)


GOOD = _apart(_parquet)
PARQUET = {
    "not a number in coordinates": GOOD,
    "cut short": GOOD[:-20],
    "only the signature": b"PAR1",
    "signature twice": b"PAR1PAR1",
    "description of two gigabytes": GOOD[:-8] + b"\xff\xff\xff\x7fPAR1",
    "description of no bytes": GOOD[:-8] + bytes(4) + b"PAR1",
    "encrypted": GOOD[:-4] + b"PARE",
    **{f"description spoiled, {seed}": _spoiled(seed) for seed in range(8)},
}
for name, content in PARQUET.items():
    add(f"parquet: {name}", lambda folder, content=content: written(folder, "table.parquet", content), "refused", "rows refused", "loaded")  # type: ignore[misc]  # fmt: skip


@loads("refused", "rows refused", "loaded")
def parquet_fifty_lists_deep(folder: Path) -> Path:
    """A column of lists of lists."""
    kind = pa.int64()
    for _ in range(50):
        kind = pa.list_(kind)
    return written(folder, "deep.parquet", _apart(lambda: _parquet(deep=pa.nulls(3, kind))))


@loads("refused", "rows refused", "loaded", seconds=60)
def parquet_ten_thousand_columns(folder: Path) -> Path:
    """More columns than anybody reads."""
    return written(
        folder, "wide.parquet", _apart(lambda: _parquet(**{f"c{n}": pa.array([1, 2, 3]) for n in range(10_000)}))
    )


@loads("refused")
def parquet_twenty_million_rows_in_few_bytes(folder: Path) -> Path:
    """Twenty million times the same row take some hundred kB."""
    return written(folder, "many.parquet", _apart(lambda: _parquet(20_000_000)))


SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}<sheetData>{}</sheetData></worksheet>'
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def _workbook(folder: Path, sheet: str, *, strings: str = "", before: str = "", sheet_name: str = "S") -> Path:
    """A workbook of one sheet."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return zipped(
        folder,
        ("[Content_Types].xml", f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="{kind}.sharedStrings+xml"/></Types>'),
        ("_rels/.rels", f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>'),
        ("xl/workbook.xml", f'{before}<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="{office}"><sheets><sheet name="{sheet_name}" sheetId="1" r:id="r1"/></sheets></workbook>'),
        ("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{office}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'),
        ("xl/worksheets/sheet1.xml", sheet),
        ("xl/sharedStrings.xml", f'{before}<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{strings}</sst>'),
        name="book.xlsx",
    )  # fmt: skip


def _row(number: int, *values: str, places: Sequence[str] = "ABCDEFGH") -> str:
    cells = "".join(f'<c r="{place}{number}" t="inlineStr"><is><t>{value}</t></is></c>' for place, value in zip(places, values, strict=False))  # fmt: skip
    return f'<row r="{number}">{cells}</row>'


HEADER, VALUES = _row(1, "country_code", "treaty", "party_since"), _row(2, "KE", "cbd", "1994-10-24")
SHEETS = {
    "a million rows by sixteen thousand columns, said": SHEET.format('<dimension ref="A1:XFD1048576"/>', HEADER + VALUES),
    "a cell in the last corner": SHEET.format("", HEADER + VALUES + _row(1_048_576, "x", places=["XFD"])),
    "a cell beyond the last corner": SHEET.format("", HEADER + VALUES + _row(99_999_999, "x", places=["ZZZZZZ"])),
    "a cell without a place": SHEET.format("", HEADER + '<row r="2"><c r="" t="s"><v>0</v></c></row>'),
    "a text of a number that is none": SHEET.format("", HEADER + '<row r="2"><c r="A2" t="s"><v>99999999</v></c></row>'),
    "entities that multiply": BOMB + SHEET.format("", HEADER + _row(2, "&u;", "cbd", "1994")),
    "entity from outside": '<!DOCTYPE x [<!ENTITY u SYSTEM "file:///etc/passwd">]>' + SHEET.format("", HEADER + _row(2, "&u;")),
    "rows without end": SHEET.format("", HEADER + "<row>" * 100_000),
    "cut short": SHEET.format("", HEADER + VALUES)[:300],
    "no sheet": "",
    "values that command a terminal": SHEET.format("", HEADER + _row(2, "KE&#x9b;31m", "&#x202e;dbc", "1994")),
    "a column of a hundred thousand": SHEET.format("", HEADER + "".join(_row(n, "KE") for n in range(2, 100_000))),
}  # fmt: skip
for name, sheet in SHEETS.items():
    add(f"workbook: {name}", lambda folder, sheet=sheet: _workbook(folder, sheet), "refused", "rows refused", "loaded")  # type: ignore[misc]  # fmt: skip
add("workbook: entities in its strings", lambda folder: _workbook(folder, SHEET.format("", HEADER), before=BOMB, strings="<si><t>&u;</t></si>"))  # fmt: skip
add("workbook: name of a sheet is markup", lambda folder: _workbook(folder, SHEET.format("", HEADER + VALUES), sheet_name="[/]&#x202e;"), "refused", "rows refused", "loaded")  # fmt: skip
add("workbook: bomb", lambda folder: zipped(folder, ("[Content_Types].xml", "<x/>"), ("xl/workbook.xml", bytes(200 * 2**20)), name="book.xlsx"), seconds=15)  # fmt: skip
add("workbook: nothing in it", lambda folder: zipped(folder, ("[Content_Types].xml", ""), ("xl/workbook.xml", ""), name="book.xlsx"))  # fmt: skip


@loads("refused")
def workbook_cut_short(folder: Path) -> Path:
    """Half of a workbook."""
    content = _workbook(folder, SHEET.format("", HEADER + VALUES)).read_bytes()
    return written(folder, "half.xlsx", content[: len(content) // 2])


@case("refused")
@contextmanager
def map_file_of_many_levels(folder: Path) -> Iterator[Sequence[str]]:
    """A file of columns that nests without end."""
    written(folder, "table.csv", BODY)
    written(folder, "map.toml", b"a = " + b"[" * 100_000)
    yield ["load", "--map", "map.toml", "table.csv"]


@case("refused")
@contextmanager
def map_file_is_a_pipe(folder: Path) -> Iterator[Sequence[str]]:
    """Nobody writes into it."""
    written(folder, "table.csv", BODY)
    os.mkfifo(folder / "map.toml")
    yield ["load", "--map", "map.toml", "table.csv"]


@case("refused")
@contextmanager
def question_file_is_a_pipe(folder: Path) -> Iterator[Sequence[str]]:
    """Nobody writes into it."""
    os.mkfifo(folder / "question.sql")
    yield ["sql", "--file", "question.sql"]


@case("refused")
@contextmanager
def definition_of_many_levels(folder: Path) -> Iterator[Sequence[str]]:
    """A definition of the index that nests without end."""
    written(folder, "my.toml", b"a = " + b"[" * 100_000)
    yield ["index", "--definition", "my.toml"]


@case("refused", seconds=30)
@contextmanager
def cube_of_a_pipe(folder: Path) -> Iterator[Sequence[str]]:
    """Records are read by `ness cube` as well."""
    os.mkfifo(folder / "records.tsv")
    yield ["cube", "records.tsv"]

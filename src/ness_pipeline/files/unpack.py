"""Open a file, a folder or an archive of a user: which data files there are, and what stands beside them."""

from __future__ import annotations

import re
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ness_pipeline.errors import WrongUsage, first_line
from ness_pipeline.files.archives import (
    CHUNK,
    COMPRESSIONS,
    DAMAGED,
    check_zip,
    decompress,
    is_junk,
    is_note,
    untar,
    unzip,
)
from ness_pipeline.scratch import ScratchFolder, is_full
from ness_pipeline.visible import in_one_line

PACKED = {
    b"7z\xbc\xaf": "7-Zip",
    b"Rar!": "RAR",
}
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
TAR_MAGIC = (257, b"ustar")
"""Position and bytes of what marks a tar archive."""
BESIDE_DATA = re.compile(r"datapackage\.json|eml\.xml|request\.json|\d{7}-\d{15,18}\.json")
"""Notes by their whole name; the last is GBIF's answer about a download, kept under the key of the download."""
TABLES = (".csv", ".tsv", ".txt", ".tab")


@dataclass(frozen=True)
class Unpacked:
    """Files ready to read.

    Attributes:
        path: what the user named, for messages.
        files: data files, in the order of their names.
        meta: text of `meta.xml` when it is a Darwin Core archive.
        root: folder that file names inside an archive are relative to; for a file, the one that it lies in.
        scratch: a temporary folder, for copies of the files.
        notes: small files beside the data that say where they come from.
        sheet: name of the sheet that the user chose of a workbook.
        is_workbook: whether the file is an Excel workbook.
    """

    path: Path
    files: tuple[Path, ...]
    meta: str | None
    root: Path
    scratch: Path
    notes: tuple[Path, ...] = field(default=())
    sheet: str | None = None
    is_workbook: bool = False


def with_sheet(path: Path) -> tuple[Path, str | None]:
    """The file and the sheet that a path such as `list.xlsx#Birds` means; no sheet where the path is that of a file."""
    name, mark, sheet = path.name.rpartition("#")
    if mark and sheet and not path.exists() and (file := path.with_name(name)).is_file():
        return file, sheet
    return path, None


def check_file(path: Path) -> None:
    """Be sure that a path is that of an ordinary file or a folder, whose name can be shown and kept.

    Raises:
        WrongUsage: there is nothing, or something whose reading might never end, or the name has hidden characters.
    """
    if in_one_line(path.name) != path.name:
        raise WrongUsage(f"{path.name} has hidden characters in its name, or bytes that are no text; rename it.")
    try:
        mode = path.stat().st_mode
    except FileNotFoundError as error:
        raise WrongUsage(f"{path} does not exist; check the name of the file.") from error
    except (OSError, ValueError) as error:
        raise WrongUsage(f"{path} cannot be read ({first_line(error)}); check the file.") from error
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise WrongUsage(f"{path} is a pipe, a device or a socket; save what comes out of it as a file and load that.")


@contextmanager
def unpacked(path: Path) -> Iterator[Unpacked]:
    """The files at a path, unpacked into a temporary folder where they are packed; the folder is removed afterwards.

    Raises:
        WrongUsage: there is nothing readable, or an archive is damaged, encrypted or hostile.
    """
    file, sheet = with_sheet(path)
    check_file(file)
    with ScratchFolder("file") as scratch:
        try:
            content = _open(file, Path(scratch), sheet)
        except DAMAGED as error:
            raise WrongUsage(f"{path.name} is damaged or cut short ({error}); download it again.") from error
        except NotImplementedError as error:
            raise WrongUsage(f"{path.name} uses a compression that is not readable ({error}); zip it anew.") from error
        except OSError as error:
            if is_full(error, scratch):  # not the fault of the file
                raise
            raise WrongUsage(f"{path.name} cannot be read ({error.strerror or error}); check the file.") from error
        if sheet is not None and not content.is_workbook:
            raise WrongUsage(f"{file.name} is no workbook, so it has no sheet {sheet!r}; leave '#{sheet}' out.")
        yield content


def _open(path: Path, scratch: Path, sheet: str | None) -> Unpacked:
    if path.is_dir():
        return _from_folder(path, path, scratch)
    start = _start(path)
    if not start:
        raise WrongUsage(f"{path.name} is empty; export it again.")
    folder = scratch / "unpacked"
    folder.mkdir()
    if start.startswith(b"PK"):
        if _is_workbook(path):
            return Unpacked(path, (path,), None, path.parent, scratch, sheet=sheet, is_workbook=True)
        unzip(path, folder)
        return _from_folder(path, folder, scratch)
    inner = folder / _inner_name(path)
    is_compressed = decompress(path, inner)
    tar = inner if is_compressed else path
    if _start(tar, TAR_MAGIC[0]).startswith(TAR_MAGIC[1]):
        members = scratch / "members"
        members.mkdir()
        untar(tar, members, path)
        return _from_folder(path, members, scratch)
    if is_compressed:
        return _from_folder(path, folder, scratch)
    for magic, name in PACKED.items():
        if start.startswith(magic):
            raise WrongUsage(f"{path.name} is a {name} archive; unpack it and load the file inside.")
    if start.startswith(OLD_EXCEL):
        raise WrongUsage(f"{path.name} is a workbook of Excel 97 (.xls); save it as .xlsx or CSV and load that.")
    return Unpacked(path, (path,), None, path.parent, scratch)


def _inner_name(path: Path) -> str:
    """Name of the file in a compressed file."""
    return path.stem if path.suffix.lower() in {".gz", ".bz2", ".xz", ".zst"} else path.name


def _is_workbook(path: Path) -> bool:
    """Whether a zip is an Excel workbook.

    Raises:
        WrongUsage: it is another document of an office program, or a workbook that is made to do harm.
    """
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if "[Content_Types].xml" not in names and not {"mimetype", "content.xml"} <= {*names}:
            return False
        if not any(name.startswith("xl/workbook.") for name in names):
            raise WrongUsage(f"{path.name} is an office document, not a table; save the table as CSV and load that.")
        check_zip(path, archive)
    return True


def _start(path: Path, position: int = 0) -> bytes:
    with path.open("rb") as file:
        file.seek(position)
        return file.read(8)


def _check_inside(file: Path, root: Path, path: Path) -> None:
    """Be sure that something in a folder is an ordinary file of it.

    Raises:
        WrongUsage: it is a link to nothing or out of the folder, or its reading might never end.
    """
    if not file.exists():
        raise WrongUsage(f"{path.name} holds {file.name}, which points to a missing file; fetch it first.")
    if not file.is_file():
        raise WrongUsage(f"{path.name} holds {file.name}, which is a pipe, a device or a socket; remove it.")
    if file.is_symlink() and not file.resolve().is_relative_to(root.resolve()):
        raise WrongUsage(
            f"{path.name} holds {file.name}, a link that leads out of the folder; put the file itself there."
        )


def _from_folder(path: Path, root: Path, scratch: Path) -> Unpacked:
    """The data files of a folder: parquet parts if there are any, else the tables; empty parts are skipped."""
    present = sorted(file for file in root.rglob("*") if not file.is_dir() and not is_junk(file.relative_to(root)))
    for file in present:
        _check_inside(file, root, path)
    notes = tuple(file for file in present if is_note(file) or BESIDE_DATA.fullmatch(file.name))
    meta = next((file for file in present if file.name == "meta.xml"), None)
    if meta is not None:
        if meta.stat().st_size > CHUNK:
            raise WrongUsage(f"{path.name} has a meta.xml of more than 1 MiB; that is no Darwin Core archive.")
        text = meta.read_text(encoding="utf-8", errors="replace")
        return Unpacked(path, (), text, meta.parent, scratch, notes)
    filled = [file for file in present if file.stat().st_size and file not in notes]
    parquet = tuple(file for file in filled if file.suffix == ".parquet" or _start(file)[:4] == b"PAR1")
    tables = tuple(file for file in filled if file.suffix.lower() in TABLES)
    chosen = parquet or tables or tuple(filled)
    for file in filled:
        if parquet and file not in parquet:
            raise WrongUsage(
                f"{path.name} holds parquet files and {file.name}, which is none; keep only what belongs together."
            )
    if not chosen:
        raise WrongUsage(f"{path.name} holds no file with data; check what was packed.")
    for file in chosen:
        if _start(file).startswith((b"PK\x03\x04", *PACKED, *COMPRESSIONS)):
            first = "" if path.is_dir() else f"unpack {path.name} and "
            raise WrongUsage(
                f"{path.name} holds {file.name}, which is itself an archive or a workbook; {first}load {file.name} alone."
            )
    return Unpacked(path, chosen, None, root, scratch, notes)

"""Open a file, a folder, a gzip or a zip of a user; each is checked before it is unpacked."""

from __future__ import annotations

import gzip
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from ness_pipeline.errors import WrongUsage

MAX_RATIO = 200
"""Largest ratio of unpacked to packed size. Real downloads have 5 to 50; more means an archive made to fill a disk."""
HARMLESS_BYTES = 64 * 2**20
"""Below this unpacked size the ratio does not matter."""
CHUNK = 2**20
NOTES = ("citation", "citations", "licence", "license", "metadata", "readme", "rights")
"""Stems of the texts that people and GBIF put beside data."""
BESIDE_THE_CORE = ("dataset/", "verbatim.txt", "multimedia.txt")
"""Large parts of a GBIF archive that are never read, so they are not unpacked."""
PACKED = {
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"7z\xbc\xaf": "7-Zip",
    b"Rar!": "RAR",
}


@dataclass(frozen=True)
class Unpacked:
    """Files ready to read.

    Attributes:
        path: what the user named, for messages.
        files: data files, in the order of their names.
        meta: text of `meta.xml` when it is a Darwin Core archive.
        root: folder that file names inside an archive are relative to.
    """

    path: Path
    files: tuple[Path, ...]
    meta: str | None
    root: Path


@contextmanager
def unpacked(path: Path) -> Iterator[Unpacked]:
    """The files at a path, unpacked into a temporary folder where they are packed; the folder is removed afterwards.

    Raises:
        WrongUsage: there is nothing readable, or an archive is damaged, encrypted or hostile.
    """
    if not path.exists():
        raise WrongUsage(f"{path} does not exist; check the name of the file.")
    with tempfile.TemporaryDirectory(prefix="ness-") as folder:
        try:
            content = _open(path, Path(folder))
        except (zipfile.BadZipFile, zlib.error, EOFError, gzip.BadGzipFile) as error:
            raise WrongUsage(f"{path.name} is damaged or cut short ({error}); download it again.") from error
        except NotImplementedError as error:
            raise WrongUsage(f"{path.name} uses a compression that is not readable ({error}); zip it anew.") from error
        except OSError as error:
            raise WrongUsage(f"{path.name} cannot be read ({error.strerror or error}); check the file.") from error
        yield content


def _open(path: Path, folder: Path) -> Unpacked:
    if path.is_dir():
        return _from_folder(path, path)
    start = _start(path)
    if not start:
        raise WrongUsage(f"{path.name} is empty; export it again.")
    if start.startswith(b"PK"):
        _unzip(path, folder)
        return _from_folder(path, folder)
    if start.startswith(b"\x1f\x8b"):
        inner = folder / (path.stem if path.suffix.lower() == ".gz" else path.name)
        with gzip.open(path) as packed:
            _copy(packed, inner, path, path.stat().st_size)
        return _from_folder(path, folder)
    for magic, name in PACKED.items():
        if start.startswith(magic):
            raise WrongUsage(f"{path.name} is a {name} archive; unpack it and load the file inside.")
    return Unpacked(path, (path,), None, path.parent)


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(8)


def _from_folder(path: Path, root: Path) -> Unpacked:
    """The data files of a folder: parquet parts if there are any, else the tables; empty parts are skipped."""
    present = sorted(file for file in root.rglob("*") if not file.is_dir() and not _is_junk(file.relative_to(root)))
    for file in present:
        if not file.is_file():
            raise WrongUsage(f"{path.name} holds {file.name}, which points to a missing file; fetch it first.")
    meta = next((file for file in present if file.name == "meta.xml"), None)
    if meta is not None:
        if meta.stat().st_size > CHUNK:
            raise WrongUsage(f"{path.name} has a meta.xml of more than 1 MiB; that is no Darwin Core archive.")
        return Unpacked(path, (), meta.read_text(encoding="utf-8", errors="replace"), meta.parent)
    filled = [file for file in present if file.stat().st_size]
    parquet = tuple(file for file in filled if file.suffix == ".parquet" or _start(file)[:4] == b"PAR1")
    tables = tuple(file for file in filled if file.suffix.lower() in {".csv", ".tsv", ".txt", ".tab"})
    chosen = parquet or tables or tuple(filled)
    for file in filled:
        if parquet and file not in parquet:
            raise WrongUsage(
                f"{path.name} holds parquet files and {file.name}, which is none; keep only what belongs together."
            )
    if not chosen:
        raise WrongUsage(f"{path.name} holds no file with data; check what was packed.")
    if not parquet and len(chosen) > 1:
        names = ", ".join(file.name for file in chosen[:3])
        raise WrongUsage(f"{path.name} holds {len(chosen)} tables ({names} …); load them one by one.")
    return Unpacked(path, chosen, None, root)


def _is_junk(name: PurePosixPath | Path) -> bool:
    """Hidden files, what Spark and packers leave behind, and notes for people."""
    hidden = any(part.startswith((".", "_")) for part in name.parts)
    return hidden or name.name == "Thumbs.db" or name.suffix == ".crc" or name.stem.lower() in NOTES


def _unzip(path: Path, folder: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        names = [member.filename for member in members]
        if "[Content_Types].xml" in names:
            raise WrongUsage(f"{path.name} is an office document, not a table; save the sheet as CSV and load that.")
        if len(set(names)) < len(names):
            raise WrongUsage(f"{path.name} holds two files of one name; zip it anew.")
        for member in members:
            _check_member(path, member)
        size = sum(member.file_size for member in members)
        if size > HARMLESS_BYTES and size > MAX_RATIO * path.stat().st_size:
            raise _bomb(path)
        if size > shutil.disk_usage(folder).free:
            raise WrongUsage(
                f"{path.name} unpacks to {size // 2**20} MiB, more than is free; set TMPDIR to a larger disk."
            )
        wanted = [member for member in members if not _is_junk(PurePosixPath(member.filename))]
        if any(PurePosixPath(name).name == "meta.xml" for name in names):
            wanted = [member for member in wanted if not member.filename.startswith(BESIDE_THE_CORE)]
        for member in wanted:
            target = folder / member.filename
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(member) as packed:
                _copy(packed, target, path, max(member.compress_size, 1))


def _check_member(path: Path, member: zipfile.ZipInfo) -> None:
    name = PurePosixPath(member.filename.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or ":" in name.parts[0]:
        message = f"{path.name} holds a file that would be written outside ({member.filename!r}); do not trust it."
        raise WrongUsage(message)
    if stat.S_ISLNK(member.external_attr >> 16):
        raise WrongUsage(f"{path.name} holds a symbolic link ({member.filename!r}); zip the file itself.")
    if member.flag_bits & 0x1:
        raise WrongUsage(f"{path.name} is encrypted; unpack it with its password and load the file inside.")


def _copy(packed: IO[bytes] | gzip.GzipFile, target: Path, path: Path, size: int) -> None:
    """Unpack one file; stops when it is too large for its packed size, because sizes in headers may be false."""
    size_unpacked = 0
    with target.open("wb") as file:
        while chunk := packed.read(CHUNK):
            size_unpacked += len(chunk)
            if size_unpacked > HARMLESS_BYTES and size_unpacked > MAX_RATIO * size:
                raise _bomb(path)
            file.write(chunk)


def _bomb(path: Path) -> WrongUsage:
    return WrongUsage(f"{path.name} unpacks to more than {MAX_RATIO} times its size; do not trust it.")

"""Unpack archives and compressed files of a user; each is checked before and while it is unpacked."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import shutil
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterable
from pathlib import Path, PurePosixPath
from typing import IO, Any

import zstandard

from ness_pipeline.errors import WrongUsage

MAX_RATIO = 200
"""Largest ratio of unpacked to packed size. Real downloads have 5 to 50; more means an archive made to fill a disk."""
HARMLESS_BYTES = 64 * 2**20
"""Below this unpacked size the ratio does not matter."""
CHUNK = 2**20
MAX_MEMBERS = 10_000
"""Most files that are unpacked of one archive."""
MAX_NAME, MAX_PART = 1_000, 255
"""Letters of a name with its folders, and bytes of each of these, that every system can keep."""
NOTES = ("citation", "citations", "licence", "license", "metadata", "readme", "rights")
"""Stems of the texts that people and GBIF put beside data."""
BESIDE_THE_CORE = ("dataset/", "verbatim.txt", "multimedia.txt")
"""Large parts of a GBIF archive that are never read, so they are not unpacked."""
COMPRESSIONS: dict[bytes, Callable[[IO[bytes]], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
    b"\x28\xb5\x2f\xfd": lambda file: zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True),
}
"""First bytes of a compressed file to what opens it."""
DAMAGED = (
    zipfile.BadZipFile, tarfile.TarError, gzip.BadGzipFile, lzma.LZMAError, zlib.error, zstandard.ZstdError,
    EOFError, ValueError, struct.error, OverflowError, MemoryError, RecursionError,
)  # fmt: skip
"""What the libraries raise for files that are damaged, cut short or say of themselves what cannot be."""


def is_junk(name: PurePosixPath | Path) -> bool:
    """Whether a file is hidden, or one that Spark and packers leave behind."""
    hidden = any(part.startswith((".", "_")) for part in name.parts)
    return hidden or name.name == "Thumbs.db" or name.suffix == ".crc"


def is_note(name: PurePosixPath | Path) -> bool:
    """Whether a file is a note for people."""
    return name.stem.lower() in NOTES


def decompress(path: Path, target: Path) -> bool:
    """Write the content of a compressed file to another; False when it is not compressed."""
    with path.open("rb") as file:
        start = file.read(8)
        file.seek(0)
        opener = next((opener for magic, opener in COMPRESSIONS.items() if start.startswith(magic)), None)
        if opener is None:
            return False
        with opener(file) as content:
            _copy(content, target, path, path.stat().st_size)
    return True


def unzip(path: Path, folder: Path) -> None:
    """Unpack a zip into a folder.

    Raises:
        WrongUsage: it is encrypted, or made to do harm.
    """
    with zipfile.ZipFile(path) as archive:
        check_zip(path, archive)
        members = [member for member in archive.infolist() if not member.filename.endswith("/")]
        for member in members:
            if stat.S_ISLNK(member.external_attr >> 16):
                raise WrongUsage(f"{path.name} holds a symbolic link ({member.filename!r}); zip the file itself.")
        _check_space(path, folder, sum(member.file_size for member in members))
        wanted = _wanted(path, [member.filename for member in members])
        for member in members:
            if member.filename in wanted and not _is_long_note(member.filename, member.file_size):
                with archive.open(member) as packed:
                    _copy(packed, _target(folder, member.filename), path, max(member.compress_size, 1))


def check_zip(path: Path, archive: zipfile.ZipFile) -> None:
    """Be sure that a zip can be unpacked without harm.

    Raises:
        WrongUsage: it cannot.
    """
    members = [member for member in archive.infolist() if not member.filename.endswith("/")]
    _check_names(path, [member.filename for member in members])
    if any(member.flag_bits & 0x1 for member in members):
        raise WrongUsage(f"{path.name} is encrypted; unpack it with its password and load the file inside.")
    size = sum(member.file_size for member in members)
    if size > HARMLESS_BYTES and size > MAX_RATIO * path.stat().st_size:
        raise _bomb(path)


def untar(tar: Path, folder: Path, path: Path) -> None:
    """Unpack a tar into a folder.

    Args:
        tar: the archive, not compressed.
        folder: where its files go.
        path: what the user named, for messages.

    Raises:
        WrongUsage: it is made to do harm.
    """
    with tarfile.open(tar, "r:") as archive:
        members = [member for member in archive.getmembers() if not member.isdir()]
        _check_names(path, [member.name for member in members])
        for member in members:
            if member.issym() or member.islnk():
                raise WrongUsage(f"{path.name} holds a link ({member.name!r}); pack the file itself.")
            if not member.isreg() or member.issparse():
                raise WrongUsage(f"{path.name} holds {member.name!r}, which is no ordinary file; pack only files.")
        _check_space(path, folder, sum(member.size for member in members))
        wanted = _wanted(path, [member.name for member in members])
        for member in members:
            content = archive.extractfile(member)
            if content is not None and member.name in wanted and not _is_long_note(member.name, member.size):
                _copy(content, _target(folder, member.name), path, max(member.size, 1))


def _wanted(path: Path, names: Collection[str]) -> set[str]:
    """The files that are read.

    Raises:
        WrongUsage: they are too many.
    """
    wanted = {name for name in names if not is_junk(PurePosixPath(name))}
    if any(PurePosixPath(name).name == "meta.xml" for name in names):
        wanted = {name for name in wanted if not name.startswith(BESIDE_THE_CORE)}
    if len(wanted) > MAX_MEMBERS:
        raise WrongUsage(f"{path.name} holds {len(wanted):,} files; pack one table with what describes it.")
    return wanted


def _is_long_note(name: str, size: int) -> bool:
    return size > CHUNK and is_note(PurePosixPath(name))


def _target(folder: Path, name: str) -> Path:
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def _check_names(path: Path, names: Iterable[str]) -> None:
    seen: set[PurePosixPath] = set()
    for name in names:
        inside = PurePosixPath(name.replace("\\", "/"))
        if not inside.parts:
            raise WrongUsage(f"{path.name} holds a file without a name; pack it anew.")
        if len(name) > MAX_NAME or max(len(os.fsencode(part)) for part in inside.parts) > MAX_PART:
            raise WrongUsage(
                f"{path.name} holds a file with an overlong name ({name[:40]!r} …); pack it with a shorter one."
            )
        if inside.is_absolute() or ".." in inside.parts or ":" in inside.parts[0]:
            message = f"{path.name} holds a file that would be written outside ({name!r}); do not trust it."
            raise WrongUsage(message)
        if inside in seen:
            raise WrongUsage(f"{path.name} holds two files of one name; pack it anew.")
        seen.add(inside)


def _check_space(path: Path, folder: Path, size: int) -> None:
    if size > shutil.disk_usage(folder).free:
        raise WrongUsage(f"{path.name} unpacks to {size // 2**20} MiB, more than is free; set TMPDIR to a larger disk.")


def _copy(packed: Any, target: Path, path: Path, size: int) -> None:
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

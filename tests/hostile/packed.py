"""Archives and compressed files that are made to fill a disk or to write outside, or that are damaged."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import zstandard
from hostile.archives import TABLE
from hostile.cases import add, loads

ZEROS = 200 * 2**20
"""Bytes of an unpacked bomb: three times what is unpacked of one at most, and quickly made."""


def zipped(folder: Path, *members: tuple[str | zipfile.ZipInfo, str | bytes], name: str = "packed.zip") -> Path:
    """A zip of some members, under names as they are given."""
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as packed:
        for member, content in members:
            packed.writestr(member, content)
    return folder / name


def written(folder: Path, name: str, content: bytes) -> Path:
    """A file."""
    (folder / name).write_bytes(content)
    return folder / name


def _info(name: str, mode: int = 0o100644) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("x")
    info.filename = name
    info.external_attr = mode << 16
    return info


GOOD = ("records.tsv", TABLE)
for name in ("../outside.tsv", "/outside.tsv", "a/../../outside.tsv", "..\\outside.tsv", "C:\\outside.tsv", "C:outside.tsv", "", "/", ".", "./", "//", "x" * 300 + ".tsv", "a" + "/a" * 2000 + ".tsv", "a\nError: b.tsv", "\x1b]52;c;x\x07.tsv", "\u202egpj.tsv", "con\x00cealed.tsv"):  # fmt: skip
    add(f"zip: member {name[:24]!r} of {len(name)}", lambda folder, name=name: zipped(folder, (_info(name), TABLE)), "refused", "loaded")  # type: ignore[misc]  # fmt: skip
add("zip: member is a file and a folder", lambda folder: zipped(folder, ("a", TABLE), ("a/b.tsv", TABLE)))
add("zip: names that differ by capitals", lambda folder: zipped(folder, ("a.tsv", TABLE), ("A.tsv", TABLE)), "refused")
add("zip: symbolic link", lambda folder: zipped(folder, (_info("link.tsv", 0o120777), "/etc/passwd")))
add("zip: device", lambda folder: zipped(folder, (_info("device.tsv", 0o060666), "")))
add("zip: bomb", lambda folder: zipped(folder, ("records.tsv", bytes(ZEROS))), seconds=15)
add("zip: zip inside", lambda folder: zipped(folder, ("inner.zip", zipped(folder, ("records.tsv", bytes(ZEROS)), name="inner.zip").read_bytes())), seconds=15)  # fmt: skip
add("zip: empty", zipped)
add("zip: cut short", lambda folder: written(folder, "cut.zip", zipped(folder, GOOD).read_bytes()[:-30]))
add("zip: first half", lambda folder: written(folder, "cut.zip", zipped(folder, GOOD).read_bytes()[:150]))
add("zip: hundred thousand members", lambda folder: zipped(folder, *((f"{n}.tsv", "a") for n in range(100_000))), seconds=60)  # fmt: skip
add("zip: only the signature", lambda folder: written(folder, "packed.zip", b"PK\x03\x04"))


@loads("refused", seconds=15)
def zip_members_overlap(folder: Path) -> Path:
    """Ten thousand entries of the directory name the same packed megabyte."""
    packed = zipped(folder, ("0.tsv", bytes(2**20))).read_bytes()
    start = packed.index(b"PK\x01\x02")
    entry, end = packed[start : packed.index(b"PK\x05\x06")], packed[packed.index(b"PK\x05\x06") :]
    count, directory = 9_999, b""
    for number in range(count):
        name = f"{number}.tsv".encode()
        directory += entry[:28] + struct.pack("<H", len(name)) + entry[30:46] + name
    head = end[:8] + struct.pack("<HHII", count, count, len(directory), start) + end[20:]
    return written(folder, "overlap.zip", packed[:start] + directory + head)


@loads("refused", seconds=15)
def zip_size_in_the_directory_is_false(folder: Path) -> Path:
    """The directory says 100 bytes of what unpacks to 200 MiB."""
    packed = bytearray(zipped(folder, ("records.tsv", bytes(ZEROS))).read_bytes())
    for place in (packed.index(b"PK\x01\x02") + 24, packed.index(b"PK\x03\x04") + 22):
        packed[place : place + 4] = struct.pack("<I", 100)
    return written(folder, "false.zip", bytes(packed))


@loads("refused")
def zip_says_that_it_is_encrypted(folder: Path) -> Path:
    """The flag of encryption is set."""
    packed = bytearray(zipped(folder, GOOD).read_bytes())
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    return written(folder, "secret.zip", bytes(packed))


@loads("refused")
def zip_of_an_unknown_compression(folder: Path) -> Path:
    """Method 99 is nobody's."""
    packed = bytearray(zipped(folder, GOOD).read_bytes())
    packed[packed.index(b"PK\x01\x02") + 10] = packed[packed.index(b"PK\x03\x04") + 8] = 99
    return written(folder, "strange.zip", bytes(packed))


def _tar(folder: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    with tarfile.open(folder / "packed.tar", "w") as packed:
        for info, content in members:
            info.size = len(content) if info.isreg() else 0
            packed.addfile(info, io.BytesIO(content))
    return folder / "packed.tar"


def _member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


for what, kind in {"symbolic link": tarfile.SYMTYPE, "hard link": tarfile.LNKTYPE, "device": tarfile.CHRTYPE, "disk": tarfile.BLKTYPE, "pipe": tarfile.FIFOTYPE, "unknown kind": b"Z"}.items():  # fmt: skip
    add(f"tar: {what}", lambda folder, kind=kind: _tar(folder, (_member("records.tsv", kind, "/etc/passwd"), b"")))  # type: ignore[misc]  # fmt: skip
for name in ("../outside.tsv", "/outside.tsv", "", ".", "\x1b]52;c;x\x07\n.tsv", "x" * 300 + ".tsv"):
    add(f"tar: member {name[:24]!r} of {len(name)}", lambda folder, name=name: _tar(folder, (_member(name), TABLE.encode())), "refused", "loaded")  # type: ignore[misc]  # fmt: skip
add("tar: cut short", lambda folder: written(folder, "cut.tar", _tar(folder, (_member("a.tsv"), TABLE.encode() * 50)).read_bytes()[:2000]))  # fmt: skip
add("tar: hundred thousand members", lambda folder: _tar(folder, *((_member(f"{n}.tsv"), b"") for n in range(100_000))), seconds=60)  # fmt: skip


@loads("refused")
def tar_declares_a_terabyte(folder: Path) -> Path:
    """The size in its header is false."""
    info = _member("records.tsv")
    info.size = 2**40
    return written(folder, "large.tar", info.tobuf(tarfile.GNU_FORMAT) + TABLE.encode())


@loads("refused", seconds=15)
def tar_gz_bomb(folder: Path) -> Path:
    """A tar of zeros, packed a thousandfold."""
    info = _member("records.tsv")
    info.size = ZEROS
    return written(folder, "bomb.tar.gz", gzip.compress(info.tobuf() + bytes(ZEROS), 1))


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": lambda content: gzip.compress(content, 1),
    "bz2": lambda content: bz2.compress(content, 1),
    "xz": lambda content: lzma.compress(content, preset=0),
    "zst": lambda content: zstandard.ZstdCompressor(level=1).compress(content),
}
for kind, pack in PACKERS.items():
    add(f"{kind}: bomb", lambda folder, kind=kind, pack=pack: written(folder, f"bomb.tsv.{kind}", pack(bytes(ZEROS))), seconds=20)  # type: ignore[misc]  # fmt: skip
    add(f"{kind}: packed twice", lambda folder, kind=kind, pack=pack: written(folder, f"twice.tsv.{kind}", pack(pack(TABLE.encode()))))  # type: ignore[misc]  # fmt: skip
    add(f"{kind}: cut short", lambda folder, kind=kind, pack=pack: written(folder, f"cut.tsv.{kind}", pack(random.Random(1).randbytes(50_000))[:-500]))  # type: ignore[misc]  # fmt: skip
    add(f"{kind}: only the signature", lambda folder, kind=kind, pack=pack: written(folder, f"start.tsv.{kind}", pack(b"")[:6]))  # type: ignore[misc]  # fmt: skip
add("gz: name of the file is .gz", lambda folder: written(folder, ".gz", gzip.compress(TABLE.encode())), "refused", "loaded")  # fmt: skip
add("xz: dictionary of a gigabyte", lambda folder: written(folder, "large.tsv.xz", lzma.compress(TABLE.encode(), filters=[{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 2**30}])), "refused", "loaded", memory_mib=900)  # type: ignore[list-item]  # fmt: skip


@loads("refused", "loaded", memory_mib=900)
def zst_window_of_two_gigabytes(folder: Path) -> Path:
    """A frame whose header asks for a window of 2 GiB."""
    header = b"\x28\xb5\x2f\xfd" + bytes([0x00, (31 - 10) << 3])
    block = struct.pack("<I", (3 << 3) | 1)[:3] + b"a,b"
    return written(folder, "window.csv.zst", header + block)


@loads("refused", "loaded", seconds=20)
def gz_of_a_million_members(folder: Path) -> Path:
    """Empty members one after the other."""
    return written(folder, "many.tsv.gz", gzip.compress(b"") * 1_000_000 + gzip.compress(TABLE.encode()))


@loads("refused")
def gz_with_a_false_checksum(folder: Path) -> Path:
    """The checksum at its end is not that of its content."""
    packed = bytearray(gzip.compress(TABLE.encode()))
    packed[-8] ^= 1
    return written(folder, "false.tsv.gz", bytes(packed))

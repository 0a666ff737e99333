"""Files of the landing zone: written whole or not at all, bodies compressed under their hash."""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import fsspec
import zstandard
from fsspec.implementations.local import LocalFileSystem

from ness_pipeline.errors import WrongUsage
from ness_pipeline.scratch import PARTIAL, ScratchFolder, is_abandoned, unfinished


class Store:
    """A folder or fsspec URL with files and bodies.

    Raises:
        WrongUsage: the place cannot be written.
    """

    def __init__(self, url: str) -> None:
        self._fs, self._root = fsspec.core.url_to_fs(url)

    def write(self, name: str, body: bytes) -> None:
        """Write a file whole or not at all."""
        path = f"{self._root}/{name}"
        try:
            self._fs.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
            if isinstance(self._fs, LocalFileSystem):
                partial = unfinished(path)
                Path(partial).write_bytes(body)
                os.replace(partial, path)  # noqa: PTH105  (a rename is what makes it atomic)
            else:
                self._fs.pipe_file(path, body)
        except OSError as error:
            raise self._unwritable(error) from error

    def write_with(self, name: str, writer: Callable[[Path], object]) -> None:
        """Write a large file whole or not at all.

        Args:
            name: the file.
            writer: writes it to the path that it is given.
        """
        path = f"{self._root}/{name}"
        try:
            self._fs.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
            if isinstance(self._fs, LocalFileSystem):
                partial = Path(unfinished(path))
                try:
                    writer(partial)
                    partial.replace(path)
                finally:
                    partial.unlink(missing_ok=True)
                return
            with ScratchFolder("landing") as folder:
                writer(Path(folder) / "file")
                self._fs.put_file(str(Path(folder) / "file"), path)
        except OSError as error:
            raise self._unwritable(error) from error

    def local(self, name: str, folder: Path) -> Path:
        """A path of this machine with the content of a large file; it is copied into a folder where it lies elsewhere."""
        if isinstance(self._fs, LocalFileSystem):
            return Path(f"{self._root}/{name}")
        copy = folder / uuid.uuid4().hex
        self._fs.get_file(f"{self._root}/{name}", str(copy))
        return copy

    def read(self, name: str) -> bytes | None:
        """The content of a file, None where there is none."""
        try:
            return bytes(self._fs.cat_file(f"{self._root}/{name}"))
        except FileNotFoundError:
            return None

    def record(self, name: str) -> dict[str, Any] | None:
        """The content of a JSON file, None where there is none or where it is damaged."""
        stored = self.read(name)
        try:
            found = None if stored is None else json.loads(stored)
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None

    def names(self, folder: str) -> list[str]:
        """Names of what lies whole in a folder, sorted."""
        try:
            found = self._fs.ls(f"{self._root}/{folder}", detail=False)
        except FileNotFoundError:
            return []
        short = (str(path).rstrip("/").rsplit("/", 1)[-1] for path in found)
        return sorted(name for name in short if not name.endswith(PARTIAL))

    def keep(self, body: bytes) -> str:
        """Store a body under its hash, once, and return the hash."""
        digest = hashlib.sha256(body).hexdigest()
        name = _payload_name(digest)
        if self.body(digest) is None:
            self.write(name, zstandard.compress(body))
        return digest

    def body(self, digest: str) -> bytes | None:
        """A stored body, None when it is missing or does not match its hash."""
        stored = self.read(_payload_name(digest))
        if stored is None:
            return None
        try:
            body = zstandard.ZstdDecompressor().decompressobj().decompress(stored)
        except zstandard.ZstdError:
            return None
        return body if hashlib.sha256(body).hexdigest() == digest else None

    def sizes(self) -> dict[str, int]:
        """Hash of every stored body to its compressed size."""
        return {
            str(path).rsplit("/", 1)[-1].removesuffix(".zst"): int(about["size"])
            for path, about in self._fs.find(f"{self._root}/payloads", detail=True).items()
            if str(path).endswith(".zst")
        }

    def remove_partial(self) -> int:
        """Remove the unfinished files of processes that live no more; returns how many.

        Only a folder has any: other stores take a file whole or not at all.
        """
        if not isinstance(self._fs, LocalFileSystem):
            return 0
        abandoned = [file for file in Path(self._root).rglob(f"*{PARTIAL}") if is_abandoned(file)]
        for file in abandoned:
            file.unlink()
        return len(abandoned)

    def remove_body(self, digest: str) -> None:
        """Remove a stored body."""
        self.remove(_payload_name(digest))

    def remove(self, name: str) -> None:
        """Remove a file or a folder with all that is in it; nothing happens where there is none.

        Raises:
            WrongUsage: the place cannot be written.
        """
        try:
            self._fs.rm(f"{self._root}/{name}", recursive=True)
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> WrongUsage:
        return WrongUsage(
            f"The landing zone {self._root} cannot be written ({error.strerror or error}); free space or set NESS_LANDING."
        )


def safe_name(name: str) -> str:
    """A text as the name of a folder."""
    return quote(name, safe="") or "%"


def _payload_name(digest: str) -> str:
    return f"payloads/{digest[:2]}/{digest}.zst"

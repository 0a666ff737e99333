"""Bodies of answers, bounded by size and time; and what an answer is by its headers and its first bytes."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests

from ness_pipeline.errors import SourceUnavailable
from ness_pipeline.landing.time_limit import TimeLimit, TooSlow

PACKINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
"""Values of Content-Encoding that we accept: one packing, which is unpacked in small pieces."""
WEB_PAGES = frozenset({"text/html", "text/xml", "application/xml", "application/xhtml+xml"})


class Transient(Exception):
    """A fault that may be gone at the next attempt.

    Args:
        message: what happened.
        retry_after_s: how long the publisher asks to wait.
        most_retries: attempts that are worth it.
        is_of_request: whether it may befall this request alone, and not the publisher as a whole.
    """

    def __init__(
        self, message: str, *, retry_after_s: float = 0.0, most_retries: int = 1000, is_of_request: bool = False
    ) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.most_retries = most_retries
        self.is_of_request = is_of_request


def store_body(answer: requests.Response, name: str, limit: TimeLimit, target: Path, largest: int) -> bytes:
    """Write the body of an answer to a file as it comes; the file is there only when it is complete.

    Args:
        answer: the answer, its headers read.
        name: the publisher and its host, for messages.
        limit: time for each MiB.
        target: the file.
        largest: bytes above which the answer is refused.

    Raises:
        TooSlow: its time is over.
        Transient: it is a web page, or shorter than its headers say.
        SourceUnavailable: it is too large.
    """
    half = target.with_name(f"{target.name}.part")
    written = unlimited = 0
    try:
        with half.open("wb") as file:
            for chunk in answer.iter_content(2**16):
                if not written and is_web_page(chunk):
                    raise Transient(f"{name} sent a web page instead of a file; try again later.")
                written += len(chunk)
                if written > largest:
                    raise SourceUnavailable(
                        f"{name} sent more than {largest / 2**20:.3g} MiB; it is not what was asked for."
                    )
                file.write(chunk)
                if limit.is_over:
                    raise TooSlow
                if written - unlimited >= 2**20:
                    limit.extend()
                    unlimited = written
        promised = answer.headers.get("Content-Length", "")
        if promised.isdigit() and "Content-Encoding" not in answer.headers and written != int(promised):
            raise Transient(f"{name} sent {written} of {promised} bytes; try again later.")
        if limit.is_over:
            raise TooSlow
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)
    return b""


def read_body(answer: requests.Response, name: str, limit: TimeLimit, largest: int) -> bytes:
    """The body of an answer, unpacked in small pieces; arguments and errors as for `store_body`."""
    body = bytearray()
    for chunk in answer.iter_content(2**16):
        body += chunk
        if len(body) > largest:
            size = f"{largest / 2**20:.3g} MiB"
            raise SourceUnavailable(
                f"{name} sent more than {size} in one answer; it is not what was asked for, please report it."
            )
        if limit.is_over:
            raise TooSlow
    return bytes(body)


def redirected(url: str, target: str) -> str:
    """Where an answer points to.

    Args:
        url: what was asked for.
        target: what the answer names, absolute or not.

    Raises:
        SourceUnavailable: another host, or away from https.
    """
    there_url = urljoin(url, target)
    here, there = urlsplit(url), urlsplit(there_url)
    is_own_file_host = there.scheme == "https" and all(
        (part.hostname or "").endswith(".gbif.org") for part in (here, there)
    )  # GBIF hands finished downloads over from another of its hosts; the login is not sent there
    is_upgrade = (here.scheme, there.scheme) == ("http", "https") and here.hostname == there.hostname
    if is_own_file_host or is_upgrade or (here.scheme, here.netloc) == (there.scheme, there.netloc):
        return there_url
    where = there.netloc if there.scheme in {"http", "https"} else f"{there.scheme}:{there.path}"
    raise SourceUnavailable(
        f"{here.netloc} redirects to {where[:100]}; when it moved, set the publisher's URL in the settings."
    )


def check_packing(answer: requests.Response, what: str) -> None:
    """Raise SourceUnavailable where an answer is packed in a way that may unpack to any size.

    Args:
        answer: the answer, its headers read.
        what: begin of the message.
    """
    packing = answer.headers.get("Content-Encoding", "").strip().lower()
    if packing not in PACKINGS:
        raise SourceUnavailable(f"{what} packed as {packing[:40]!r}, which was not asked for; please report it.")


def kind_of(answer: requests.Response) -> str:
    """The content type of an answer, without its parameters, in lower case."""
    return answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def is_web_page(body: bytes) -> bool:
    """Whether a body begins as HTML or XML, whatever its content type says."""
    return body[:200].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"

"""How publishers are asked: one polite session serves all requests.

Transport faults are retried here and nowhere else. Publishers ask for no parallel bursts, so each host sees one request
at a time and each publisher a steady rate; hosts are served in parallel with each other.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from http.cookiejar import DefaultCookiePolicy
from importlib.metadata import metadata
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import requests
import tenacity
from urllib3.exceptions import HTTPError, InvalidHeader
from urllib3.util import Retry

from ness_pipeline.errors import AnswerBroken, PublisherAway, SourceUnavailable
from ness_pipeline.landing.bodies import (
    WEB_PAGES,
    Transient,
    check_packing,
    is_web_page,
    kind_of,
    read_body,
    redirected,
    store_body,
)
from ness_pipeline.landing.credentials import Credentials, cause
from ness_pipeline.landing.request import KEPT_HEADERS, Payload, Request, parsed
from ness_pipeline.landing.time_limit import TimeLimit, TooSlow, WatchedAdapter
from ness_pipeline.logs import scrub, scrub_record
from ness_pipeline.settings import Publisher, Settings

LIMIT_IN_TIMEOUTS = 10
"""Read time-outs that one whole answer may take, and that each MiB of a download may take."""
MOST_SLOW = 4
"""Answers of one publisher in a row that take too long, after which a session asks it no more: hundreds of countries
would each wait as long."""
MOST_REDIRECTS = 5
LARGEST_BODY = 64 * 2**20
"""Bytes of an answer, decompressed; the largest that is asked for has 5 MiB, and parsed it takes many times its size."""
RETRIED_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers that mean "later"; every other 4xx would be refused again, so it is never repeated."""

_NEXT_STEPS = {
    400: "the request is not understood any more, please report it",
    401: "check the credentials in the settings",
    403: "check the credentials in the settings, or whether this network is blocked",
    404: "it is not there; check the URL of the publisher in the settings, or report it",
    410: "it is there no more, please report it",
    414: "the request is too long, please report it",
    429: "wait before running again; the run resumes where it stopped",
}


class Session:
    """Asks publishers politely; a context manager that owns one pool of connections, safe to use from many threads.

    Args:
        settings: URLs, rates, time-outs, number of retries and contact.
        backoff_s: wait before the first retry; it doubles with each further one, plus jitter.
        longest_wait_s: upper limit of any single wait; when `Retry-After` asks for more, the request is given up at
            once, for asking earlier would be rude and waiting longer would look like a hang.
        largest_body: bytes after decompression above which an answer is refused.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        backoff_s: float = 1.0,
        longest_wait_s: float = 900.0,
        largest_body: int = LARGEST_BODY,
    ) -> None:
        logging.getLogger("urllib3.connectionpool").addFilter(scrub_record)
        self._settings = settings
        self._credentials = Credentials(settings)
        self._longest_wait_s = longest_wait_s
        self._largest_body = largest_body
        self._backoff = tenacity.wait_exponential(multiplier=backoff_s, max=longest_wait_s) + tenacity.wait_random(
            0, backoff_s
        )
        self._host_locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._locks_lock = threading.Lock()
        self._next_start: dict[Publisher, float] = {}
        self._slow: defaultdict[Publisher, int] = defaultdict(int)
        self._broken: defaultdict[Publisher, set[str]] = defaultdict(set)
        self._pool = _Unredirected()
        for scheme in ("http://", "https://"):
            self._pool.mount(scheme, WatchedAdapter())
        about = {"User-Agent": user_agent(settings.contact), "Accept": "application/json"}
        self._pool.headers.update(about | {"Accept-Encoding": "gzip, deflate"})
        # No publisher needs cookies, and a shared jar would not be safe across threads.
        self._pool.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def __enter__(self) -> Self:
        """The session itself."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Close all connections."""
        self._pool.close()

    def download(self, request: Request, target: Path, largest: int) -> Payload:
        """Store the publisher's answer in a file, as `send` gets it; the payload's own body is empty.

        Args:
            request: what to fetch.
            target: the file; it is there only when it is complete.
            largest: bytes above which the answer is refused.

        Raises:
            SourceUnavailable: no usable answer, or one that is too large.
        """
        return self._attempt(request, lambda answer, name, limit: store_body(answer, name, limit, target, largest))

    def send(self, request: Request) -> Payload:
        """The publisher's answer, after as many retries as the settings allow.

        The host's lock is held through the waits: what made one request wait holds for all others to that host.

        Raises:
            SourceUnavailable: no usable answer; the message names publisher, status, start of the body and next step.
        """
        return self._attempt(request, self._read)

    def _attempt(self, request: Request, read: _Read) -> Payload:
        url = self._settings.url(request.publisher) + request.target
        if self._slow[request.publisher] >= MOST_SLOW:
            raise PublisherAway(
                f"{request.publisher} was too slow {MOST_SLOW} times in a row; it is asked by a later run."
            )
        attempts = tenacity.Retrying(
            retry=self._is_retried,
            wait=self._wait,
            stop=tenacity.stop_after_attempt(self._settings.retries + 1),
            reraise=True,
        )
        with self._lock(url):
            try:
                return attempts(self._ask, request, url, read)
            except Transient as error:
                raise self._given_up(request, error) from error.__cause__

    def _given_up(self, request: Request, error: Transient) -> PublisherAway:
        """The error after the last attempt; the host's lock is held."""
        message = scrub(str(error))
        if not error.is_of_request:
            return PublisherAway(message)
        broken = self._broken[request.publisher]
        broken.add(request.target)
        return AnswerBroken(message, len(broken))

    def _lock(self, url: str) -> threading.Lock:
        with self._locks_lock:
            return self._host_locks[urlsplit(url).netloc]

    @staticmethod
    def _is_retried(state: tenacity.RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome else None
        return isinstance(error, Transient) and state.attempt_number <= error.most_retries

    def _wait(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after_s if isinstance(error, Transient) else 0.0
        return min(max(asked, self._backoff(state)), self._longest_wait_s)

    def _pace(self, publisher: Publisher) -> None:
        """Wait until the publisher's rate allows the next request; the host's lock is held."""
        now = time.monotonic()
        start = max(now, self._next_start.get(publisher, now))
        self._next_start[publisher] = start + 1 / self._settings.rate(publisher)
        time.sleep(start - now)

    def _ask(self, request: Request, url: str, read: _Read) -> Payload:
        """One attempt, within the time that one answer may take."""
        self._pace(request.publisher)
        name = f"{request.publisher} ({urlsplit(url).netloc})"
        try:
            with TimeLimit(LIMIT_IN_TIMEOUTS * self._settings.timeout_read_s) as limit:
                return self._answered(request, url, name, read, limit)
        except TooSlow as error:
            self._slow[request.publisher] += 1
            message = f"{name} sends its answer to {request.path} too slowly; try again later."
            raise Transient(message, most_retries=1) from cause(request.publisher, error)
        except requests.Timeout as error:
            raise Transient(f"{name} did not answer {request.path} in time; try again later.") from cause(
                request.publisher, error
            )
        except (requests.exceptions.SSLError, requests.exceptions.ProxyError) as error:
            raise PublisherAway(
                scrub(f"{name} cannot be reached safely ({error}); check proxy and certificates.")
            ) from cause(request.publisher, error)
        except (
            requests.ConnectionError,
            requests.exceptions.ChunkedEncodingError,
            requests.exceptions.ContentDecodingError,
            HTTPError,
        ) as error:
            what = type(error).__name__
            raise Transient(
                f"{name} broke off at {request.path} ({what}); check the network or try again later.",
                is_of_request=not isinstance(error, requests.ConnectionError),
            ) from cause(request.publisher, error)
        except requests.RequestException as error:
            setting = f"NESS_{request.publisher.upper()}_URL"
            message = scrub(f"{name} cannot be asked ({error}); check the setting {setting}.")
            raise SourceUnavailable(message) from cause(request.publisher, error)

    def _answered(self, request: Request, url: str, name: str, read: _Read, limit: TimeLimit) -> Payload:
        """The answer to one request: status first, then content type, then body."""
        with self._opened(request, url, name) as answer:
            is_wanted = 200 <= answer.status_code < 300 and kind_of(answer) not in WEB_PAGES  # noqa: PLR2004 - success
            body = self._credentials.hidden_in_body(
                request.publisher, (read if is_wanted else self._read)(answer, name, limit)
            )
            self._check(request, answer, body, name)
            self._slow[request.publisher] = 0
            self._broken[request.publisher].clear()
            return Payload(
                request=request,
                url=scrub(url),
                status=answer.status_code,
                content_type=answer.headers.get("Content-Type", ""),
                body=body,
                fetched_at=dt.datetime.now(dt.UTC),
                etag=answer.headers.get("ETag"),
                headers={name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers},
            )

    def _opened(self, request: Request, url: str, name: str) -> requests.Response:
        """An answer of which the headers have come, where it is none that points elsewhere.

        Redirects are followed here, because `requests` reads the whole body of each without any limit.

        Raises:
            SourceUnavailable: it points to another host, in a circle, or is packed in another way than was asked for.
        """
        first = url
        for _ in range(MOST_REDIRECTS + 1):
            is_signed = request.is_signed and urlsplit(url).netloc == urlsplit(first).netloc
            answer = self._pool.request(
                request.method,
                url,
                data=request.body,
                timeout=(self._settings.timeout_connect_s, self._settings.timeout_read_s),
                stream=True,
                auth=self._credentials.auth(request.publisher, request.path, url, is_signed=is_signed),
                headers=_JSON_BODY if request.body is not None else None,
            )
            try:
                check_packing(answer, f"{name} sent its answer to {request.path}")
                if not answer.is_redirect or request.method != "GET":
                    return answer
                url = redirected(url, answer.headers["Location"])
            except BaseException:
                answer.close()
                raise
            answer.close()
        raise SourceUnavailable(
            f"{name} redirects {request.path} more than {MOST_REDIRECTS} times; check the publisher's URL in the settings."
        )

    def _read(self, answer: requests.Response, name: str, limit: TimeLimit) -> bytes:
        return read_body(answer, name, limit, self._largest_body)

    def _next_step(self, request: Request, status: int) -> str:
        told = self._credentials.next_step(request.publisher, status, is_signed=request.is_signed)
        is_passing = status in RETRIED_STATUSES or status >= 500  # noqa: PLR2004 - faults of the server
        return told or _NEXT_STEPS.get(status, "try again later" if is_passing else "please report it")

    def _check(self, request: Request, answer: requests.Response, body: bytes, name: str) -> None:
        """Raise unless the answer is a success whose body can be what its content type says."""
        status = answer.status_code
        start = " ".join(
            self._credentials.hidden(
                request.publisher, body[:400].decode("utf-8", "replace"), is_signed=request.is_signed
            ).split()
        )[:100]
        if not 200 <= status < 300 and status not in request.accepts:  # noqa: PLR2004 - the success class of HTTP
            quiet_s = _retry_after_s(answer.headers.get("Retry-After"))
            is_patient = quiet_s <= self._longest_wait_s
            step = (
                self._next_step(request, status)
                if is_patient
                else f"run again later, it asks for at least {quiet_s:.0f} s"
            )
            message = scrub(f"{name} answered {status} to {request.path}: {start!r}; {step}.")
            if status in RETRIED_STATUSES:
                is_of_request = status >= 500 and is_patient  # noqa: PLR2004 - faults of the server
                retries = 1000 if is_patient else 0
                raise Transient(message, retry_after_s=quiet_s, most_retries=retries, is_of_request=is_of_request)
            if status == 400 and request.publisher == "worldbank":  # noqa: PLR2004 - the World Bank says 400 when it is busy
                raise Transient(message, most_retries=2, is_of_request=True)
            raise PublisherAway(message) if status in {401, 403} else SourceUnavailable(message)
        kind = kind_of(answer)
        if kind in WEB_PAGES or (not request.is_bare and is_web_page(body)):
            raise Transient(
                f"{name} answered a web page ({kind or 'without a type'}) instead of data to {request.path}: "
                f"{scrub(start)!r}; it may be a login or a maintenance page, look at it in a browser or try again later.",
                is_of_request=True,
            )
        if kind.endswith("json") and not request.is_bare:
            try:
                parsed(body)
            except (json.JSONDecodeError, UnicodeDecodeError):
                message = f"{name} sent a truncated answer to {request.path}; try again later."
                raise Transient(message, is_of_request=True) from None
            except ValueError as error:
                raise SourceUnavailable(
                    f"{name} sent JSON that cannot be used to {request.path} ({error}); please report it."
                ) from None


_Read = Callable[[requests.Response, str, TimeLimit], bytes]
_JSON_BODY = {"Content-Type": "application/json"}


def user_agent(contact: str | None) -> str:
    """Who asks: name, version, project URL as far as the package states one, and the operator's contact."""
    package = metadata("ness-pipeline")
    urls = [entry.partition(",")[2].strip() for entry in package.get_all("Project-URL") or []]
    printable = re.sub(r"[^\x20-\x7e]", "", contact or "")
    comments = "; ".join([f"+{url}" for url in urls[:1]] + ([printable] if printable else []))
    return f"ness-pipeline/{package['Version']}" + (f" ({comments})" if comments else "")


class _Unredirected(requests.Session):
    """A requests session that follows no redirect."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002
        """None, for `requests` would read the body of an answer that points elsewhere."""
        return None


def _retry_after_s(header: str | None) -> float:
    """Seconds that a Retry-After header asks for, in either of its two forms; 0 when it says nothing readable."""
    if not header:
        return 0.0
    try:
        return float(Retry().parse_retry_after(header))
    except InvalidHeader:
        return 0.0

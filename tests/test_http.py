"""The session towards publishers, tried against a real server on loopback that misbehaves on request."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import json
import logging
import threading
import time
import traceback
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ness_pipeline.errors import AnswerBroken, PublisherAway, SourceUnavailable
from ness_pipeline.landing.http import Session, user_agent
from ness_pipeline.landing.request import Payload, Request
from ness_pipeline.logs import scrub
from ness_pipeline.settings import Settings

JSON = "application/json"


class Handler(BaseHTTPRequestHandler):
    """Answers with what the test queued, then with a plain success."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        """Play the next queued answer."""
        with self.server.lock:
            self.server.seen.append((time.monotonic(), self.path, dict(self.headers)))
            self.server.active += 1
            self.server.most_active = max(self.server.most_active, self.server.active)
            play = self.server.queue.pop(0) if self.server.queue else answer(200, '{"ok": true}')
        try:
            play(self)
        finally:
            with self.server.lock:
                self.server.active -= 1

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


class Server(ThreadingHTTPServer):
    """The server with its queue of answers and its log of requests."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock = threading.Lock()
        self.queue: list[Callable[[Handler], None]] = []
        self.seen: list[tuple[float, str, dict[str, str]]] = []
        self.active = self.most_active = 0

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is part of the tests."""

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


def answer(
    status: int,
    body: str,
    kind: str = JSON,
    *,
    announced: int | None = None,
    after: threading.Event | None = None,
    pause: float = 0.0,
    **headers: str,
):
    """An answer to queue, sent when `after` is set or a pause is over; `announced` is the Content-Length when it should lie."""

    def play(handler: Handler) -> None:
        if after is not None:
            after.wait(60)
        time.sleep(pause)
        data = body.encode()
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(data) if announced is None else announced))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(data)
        handler.close_connection = announced is not None

    return play


def hang_up(handler: Handler) -> None:
    """Close the connection without a word."""
    handler.close_connection = True
    handler.connection.close()


@pytest.fixture
def server() -> Iterator[Server]:
    """A running server."""
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def settings(server: Server, **changes: object) -> Settings:
    """Settings towards the server, unhurried."""
    urls = {f"{name}_url": server.url for name in ("gbif", "unsdg", "worldbank", "cbd", "protected_planet")}
    rates = {f"{name}_rate": 1000.0 for name in ("gbif", "unsdg", "worldbank", "cbd", "protected_planet")}
    return Settings(_env_file=None, **{**urls, **rates, "timeout_read_s": 2.0, "retries": 3, **changes})


def send(server: Server, publisher: str = "gbif", **changes: object):
    """One request through a fresh session with short back-off."""
    with Session(settings(server, **changes), backoff_s=0.01) as session:
        return session.send(Request.get(publisher, "/v1/thing", {"a": ["x", "y"], "token": "s3cret"}))


def test_payload_says_what_was_received(server: Server) -> None:
    """A success carries body, type, ETag, time and a URL without secrets."""
    server.queue = [answer(200, '{"a": 1}', ETag='"e"')]
    begun = dt.datetime.now(dt.UTC)
    payload = send(server)
    assert payload.json() == {"a": 1}
    assert (payload.status, payload.content_type, payload.etag) == (200, JSON, '"e"')
    assert payload.url.endswith("/v1/thing?a=x&a=y&token=…")
    assert begun <= payload.fetched_at <= dt.datetime.now(dt.UTC)
    assert server.seen[0][1] == "/v1/thing?a=x&a=y&token=s3cret"


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_passing_faults_are_retried(server: Server, status: int) -> None:
    """An answer that means "later" is asked for again until it is there."""
    server.queue = [answer(status, "busy", "text/plain")] * 2
    assert send(server).json() == {"ok": True}
    assert len(server.seen) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 414])
def test_refusals_are_never_repeated(server: Server, status: int) -> None:
    """Any other 4xx fails at once and names publisher, status and the start of the body."""
    server.queue = [answer(status, "no\n" + "x" * 500, "text/plain")]
    with pytest.raises(SourceUnavailable, match=rf"gbif .*answered {status} .*no x+") as caught:
        send(server)
    assert len(server.seen) == 1
    assert len(str(caught.value)) < 350
    assert "\n" not in str(caught.value)


def test_world_bank_400_is_retried_twice(server: Server) -> None:
    """The World Bank's passing 400 gets two more chances, not as many as a 503."""
    server.queue = [answer(400, "<xml/>", "text/xml")] * 2
    assert send(server, "worldbank").json() == {"ok": True}
    server.queue = [answer(400, "<xml/>", "text/xml")] * 9
    server.seen.clear()
    with pytest.raises(SourceUnavailable, match=r"worldbank .*answered 400"):
        send(server, "worldbank", retries=8)
    assert len(server.seen) == 3


def test_retries_end(server: Server) -> None:
    """A fault that stays is reported after the configured number of retries."""
    server.queue = [answer(503, "down", "text/plain")] * 9
    with pytest.raises(SourceUnavailable, match="answered 503 to /v1/thing: 'down'; try again later"):
        send(server, retries=2)
    assert len(server.seen) == 3


@pytest.mark.parametrize(
    "fault",
    [
        hang_up,
        answer(200, '{"a": 1', announced=500),
        answer(200, '{"a": [1, 2'),
        answer(200, "", JSON),
        answer(200, "<html>Just a moment</html>", "text/html; charset=utf-8"),
        answer(200, "<error/>", "text/xml"),
        answer(200, "not gzip", JSON, Content_Encoding="gzip"),
    ],
    ids=["hung up", "short body", "truncated JSON", "empty JSON", "HTML", "XML", "broken gzip"],
)
def test_broken_answers_are_retried(server: Server, fault: Callable[[Handler], None]) -> None:
    """Connections that break, bodies that end early and error pages under status 200 are asked for again."""
    server.queue = [fault]
    assert send(server).json() == {"ok": True}
    server.queue = [fault] * 9
    with pytest.raises(SourceUnavailable, match=r"gbif \(127"):
        send(server, retries=1)


def test_hanging_server_times_out(server: Server) -> None:
    """A server that accepts and stays silent is given up after the read time-out, and asked again."""
    given_up = threading.Event()
    server.queue = [answer(200, "{}", after=given_up)]
    assert send(server, timeout_read_s=1.0).json() == {"ok": True}
    given_up.set()


def slowly(start: bytes, piece: bytes) -> Callable[[Handler], None]:
    """An answer that begins and then sends one piece now and then, until the client ends the connection."""

    def play(handler: Handler) -> None:
        handler.close_connection = True
        with contextlib.suppress(OSError):
            handler.connection.sendall(start)
            while True:
                handler.connection.sendall(piece)
                time.sleep(0.01)

    return play


DRIPS = {
    "a byte of the body": slowly(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n", b" "),
    "a body without length": slowly(b"HTTP/1.1 200 OK\r\n\r\n", b" "),
    "a byte of a header": slowly(b"HTTP/1.1 200 OK\r\nServer: ", b"s"),
    "a byte of the status": slowly(b"HTTP/1.1 200 ", b"O"),
    "header after header": slowly(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"),
    "later, later": slowly(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "the length of a chunk": slowly(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
    "a refusal": slowly(b"HTTP/1.1 503 Busy\r\nContent-Length: 1000000000\r\n\r\n", b" "),
    "a redirect": slowly(b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 1000000000\r\n\r\n", b" "),
}


@pytest.mark.parametrize("what", DRIPS)
def test_dripping_server_is_given_up(server: Server, what: str) -> None:
    """An answer that never ends, some bytes within every time-out, holds no run for longer than ten time-outs, twice."""
    server.queue = [DRIPS[what]] * 9
    begun = time.monotonic()
    with pytest.raises(SourceUnavailable, match=r"too slowly|redirects /v1/thing more than"):
        send(server, timeout_read_s=0.1)
    assert time.monotonic() - begun < 30


def test_a_publisher_that_only_drips_is_asked_no_more(server: Server) -> None:
    """After four answers without end the units that are left fail at once; other publishers are still asked."""
    server.queue = [DRIPS["a byte of the body"]] * 4
    with Session(settings(server, timeout_read_s=0.1), backoff_s=0.01) as session:
        for says in ("too slowly", "too slowly", "4 times in a row", "4 times in a row"):
            with pytest.raises(SourceUnavailable, match=says):
                session.send(Request.get("gbif", "/v1/thing"))
        assert len(server.seen) == 4
        assert session.send(Request.get("cbd", "/v1/thing")).json() == {"ok": True}


@pytest.mark.parametrize(
    "fault",
    [answer(500, "down"), answer(200, '{"a": [1, 2'), answer(200, "not gzip", JSON, Content_Encoding="gzip")],
    ids=["500", "truncated JSON", "broken gzip"],
)
def test_broken_answers_in_a_row_are_counted(server: Server, fault: Callable[[Handler], None]) -> None:
    """Different requests count, the same one once, and an answer between them starts anew."""
    with Session(settings(server, retries=1), backoff_s=0.01) as session:

        def in_a_row(path: str, *queue: Callable[[Handler], None]) -> int:
            server.queue = list(queue)
            try:
                session.send(Request.get("gbif", path))
            except AnswerBroken as error:
                return error.in_a_row
            return 0

        assert [in_a_row("/a", fault, fault), in_a_row("/a", fault, fault)] == [1, 1]
        assert [in_a_row("/b"), in_a_row("/c", fault, fault)] == [0, 1]
        assert [in_a_row("/a", fault, fault), in_a_row("/c", fault, fault)] == [2, 2]
        assert [in_a_row("/b"), in_a_row("/a", fault, fault)] == [0, 1]


@pytest.mark.parametrize(
    "fault", [answer(429, "busy"), answer(401, "no"), answer(503, "busy", Retry_After="9999"), hang_up]
)
def test_what_holds_for_the_publisher_is_no_matter_of_one_answer(
    server: Server, fault: Callable[[Handler], None]
) -> None:
    """Nothing else is asked of a publisher that is busy, lets nobody in, or cannot be reached."""
    server.queue = [fault] * 9
    with pytest.raises(PublisherAway) as caught:
        send(server, retries=1)
    assert type(caught.value) is PublisherAway


def test_dripping_file_is_given_up(server: Server, tmp_path: Path) -> None:
    """A download as well, and nothing of it stays."""
    server.queue = [DRIPS["a byte of the body"]] * 9
    with (
        Session(settings(server, timeout_read_s=0.1), backoff_s=0.01) as session,
        pytest.raises(SourceUnavailable, match="too slowly"),
    ):
        session.download(Request.get("gbif", "/v1/thing"), tmp_path / "file", 2**30)
    assert list(tmp_path.iterdir()) == []


def test_after_a_slow_answer_the_next_one_arrives(server: Server) -> None:
    """A connection that was ended because of its slowness is used no more."""
    server.queue = [DRIPS["a byte of the body"]]
    assert send(server, timeout_read_s=0.2).json() == {"ok": True}


def test_a_download_takes_as_long_as_it_comes(server: Server, tmp_path: Path) -> None:
    """A file of many MiB may take longer than one answer, as long as each MiB is in time."""

    def steady(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(5 * 2**20))
        handler.end_headers()
        for _ in range(40):
            time.sleep(0.1)
            handler.wfile.write(b"x" * 2**17)

    server.queue = [steady]
    with Session(settings(server, timeout_read_s=0.3)) as session:
        session.download(Request.get("gbif", "/v1/thing"), tmp_path / "file", 2**30)
    assert (tmp_path / "file").stat().st_size == 5 * 2**20


def bomb(packing: str, times: int = 1) -> Callable[[Handler], None]:
    """A short answer that unpacks to 10 GB of blanks, or is packed several times."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    megabyte = b" " * 2**20
    body = b"".join(packer.compress(megabyte) for _ in range(300))
    for _ in range(times - 1):
        body = gzip.compress(body)

    def play(handler: Handler) -> None:
        handler.close_connection = True
        handler.send_response(200)
        handler.send_header("Content-Type", JSON)
        handler.send_header("Content-Encoding", packing)
        handler.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(34):  # the stream goes on, so that the whole would be 10 GB
                handler.wfile.write(body)

    return play


@pytest.mark.parametrize(
    ("packing", "times", "says"), [("gzip", 1, "more than 64 MiB"), ("gzip, gzip", 2, "packed as")]
)
def test_a_bomb_is_unpacked_no_further_than_any_answer(server: Server, packing: str, times: int, says: str) -> None:
    """What unpacks to a multiple of its size is refused while it is read, with little memory."""
    server.queue = [bomb(packing, times)]
    tracemalloc.start()
    try:
        with pytest.raises(SourceUnavailable, match=says):
            send(server)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 300 * 2**20
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("[" * 200_000 + "]" * 200_000, "nested too deeply"),
        ('{"a":' * 200_000 + "1" + "}" * 200_000, "nested too deeply"),
        ('{"value": NaN}', "NaN is no number"),
        ('{"value": -Infinity}', "Infinity is no number"),
        ('{"value": 1e999}', "1e999 is no number"),
    ],
)
def test_json_that_cannot_be_used_is_a_sentence(server: Server, body: str, says: str) -> None:
    """Nesting that Python does not read and numbers that are none end the request, not the run; it is not repeated."""
    server.queue = [answer(200, body)] * 2
    with pytest.raises(SourceUnavailable, match=says):
        send(server)
    assert len(server.seen) == 1
    payload = Payload(Request.get("gbif", "/"), "", 200, JSON, body.encode(), dt.datetime.now(dt.UTC))
    with pytest.raises(SourceUnavailable, match="no JSON"):  # as it is read from landing
        payload.json()


@pytest.mark.parametrize("kind", ["text/html", JSON, "", "application/octet-stream"])
def test_a_login_page_is_no_answer(server: Server, tmp_path: Path, kind: str) -> None:
    """A web page under status 200 is named as what it is, whatever its type says, and no file of it stays."""
    page = "\n<!DOCTYPE html><html><body><form>Sign in</form></body></html>"
    server.queue = [answer(200, page, kind)] * 9
    request = Request.get("gbif", "/v1/thing")
    with Session(settings(server, retries=1), backoff_s=0.01) as session:
        with pytest.raises(SourceUnavailable, match="web page"):
            session.send(request)
        with pytest.raises(SourceUnavailable, match="web page"):
            session.download(request, tmp_path / "file", 2**20)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_obeyed(server: Server, form: str) -> None:
    """A throttled request waits at least as long as the server asks, in seconds or until a date."""
    begun, later = time.monotonic(), dt.datetime.now(dt.UTC) + dt.timedelta(seconds=3)
    value = "1" if form == "seconds" else format_datetime(later, usegmt=True)
    server.queue = [answer(429, '["To download data in bulk, ask for a download"]', Retry_After=value)]
    send(server)
    first, second = (seen[0] for seen in server.seen)
    not_before = first + 1.0 if form == "seconds" else begun + 2.0  # a date has no fractions of a second
    assert second >= not_before


def test_unbearable_retry_after_gives_up_at_once(server: Server) -> None:
    """A server that asks for more patience than we have is neither pestered nor waited for."""
    server.queue = [answer(503, "maintenance", "text/plain", Retry_After="86400")]
    with pytest.raises(SourceUnavailable, match=r"it asks for at least [0-9]+ s"):
        send(server)
    assert len(server.seen) == 1


@pytest.mark.parametrize("value", ["soon", "-5", ""])
def test_unreadable_retry_after_falls_back_to_backoff(server: Server, value: str) -> None:
    """A Retry-After that says nothing does not stop the retries."""
    server.queue = [answer(429, "[]", Retry_After=value)]
    assert send(server).json() == {"ok": True}


def test_rate_is_kept(server: Server) -> None:
    """Requests to one publisher start no faster than its rate; one may come late, none before its turn."""
    begun = time.monotonic()
    with Session(settings(server, gbif_rate=10.0), backoff_s=0.01) as session:
        for _ in range(4):
            session.send(Request.get("gbif", "/v1/thing"))
    assert len(server.seen) == 4
    assert all(seen[0] >= begun + place / 10 for place, seen in enumerate(server.seen))


def test_one_request_in_flight_per_host(server: Server) -> None:
    """Many threads never have two requests at one host at a time."""
    server.queue = [answer(200, "{}", pause=0.05) for _ in range(6)]
    with Session(settings(server)) as session, ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: session.send(Request.get("gbif", "/v1/thing")), range(6)))
    assert server.most_active == 1


def test_hosts_are_served_in_parallel(server: Server) -> None:
    """A slow publisher does not hold up another one."""
    other = Server()
    thread = threading.Thread(target=other.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    other_has_answered = threading.Event()
    server.queue = [answer(200, "{}", after=other_has_answered)]
    try:
        with (
            Session(settings(server, cbd_url=other.url, timeout_read_s=60.0)) as session,
            ThreadPoolExecutor(1) as pool,
        ):
            slow = pool.submit(session.send, Request.get("gbif", "/v1/thing"))
            session.send(Request.get("cbd", "/api"))
            assert not slow.done()
            other_has_answered.set()
            slow.result()
    finally:
        other.shutdown()
        thread.join()
        other.server_close()


def test_oversized_answers_are_refused(server: Server) -> None:
    """An answer above the limit is cut off while it streams, and not asked for again."""
    server.queue = [answer(200, json.dumps("x" * 300_000))]
    with (
        Session(settings(server), backoff_s=0.01, largest_body=2**17) as session,
        pytest.raises(SourceUnavailable, match=r"more than 0\.125 MiB"),
    ):
        session.send(Request.get("gbif", "/v1/thing"))
    assert len(server.seen) == 1


def test_redirects_within_the_host_are_followed(server: Server) -> None:
    """A moved path on the same host still answers."""
    server.queue = [answer(301, "", "text/plain", Location="/v1/moved")]
    assert send(server).json() == {"ok": True}
    assert server.seen[1][1] == "/v1/moved"


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("http://localhost:9/elsewhere", "redirects to localhost:9"),
        ("//localhost:9/elsewhere", "redirects to localhost:9"),
        ("file:///etc/passwd", "redirects to file:/etc/passwd"),
        ("ftp://127.0.0.1/x", "redirects to ftp:"),
        ("/again", "more than 5 times"),
    ],
)
def test_redirects_elsewhere_or_in_circles_are_refused(server: Server, target: str, says: str) -> None:
    """What one publisher answers never sends us to someone else, to a file, or round and round."""
    server.queue = [answer(302, "", "text/plain", Location=target)] * 20
    with pytest.raises(SourceUnavailable, match=says):
        send(server)
    assert len(server.seen) <= 6


def test_the_body_of_a_redirect_is_not_read(server: Server) -> None:
    """However large it is."""

    def endless(handler: Handler) -> None:
        handler.close_connection = True
        handler.send_response(302)
        handler.send_header("Location", "/v1/moved")
        handler.end_headers()
        with contextlib.suppress(OSError):
            while True:
                handler.wfile.write(b" " * 2**20)

    server.queue = [endless]
    assert send(server, timeout_read_s=20.0).json() == {"ok": True}


def test_unreachable_publisher(server: Server) -> None:
    """A closed port is a sentence, not a traceback."""
    with pytest.raises(SourceUnavailable, match=r"gbif \(127.0.0.1:9\) broke off"):
        send(server, gbif_url="http://127.0.0.1:9", retries=0)


def test_unusable_url(server: Server) -> None:
    """A URL that is none names the setting to correct."""
    with pytest.raises(SourceUnavailable, match="check the setting NESS_GBIF_URL"):
        send(server, gbif_url="nonsense")


def test_who_asks_is_said(server: Server) -> None:
    """Every request carries name, version and the operator's contact; a line break in it breaks no header."""
    send(server, contact="me@example.org\r\nX-Evil: 1")
    agent = server.seen[0][2]["User-Agent"]
    assert agent.startswith("ness-pipeline/")
    assert "me@example.orgX-Evil: 1" in agent
    assert "(" not in user_agent(None) or "+http" in user_agent(None)


def test_cookies_are_not_kept(server: Server) -> None:
    """A publisher's cookie is not sent back, so that no request depends on an earlier one."""
    server.queue = [answer(200, "{}", Set_Cookie="id=1")]
    with Session(settings(server)) as session:
        session.send(Request.get("gbif", "/v1/thing"))
        session.send(Request.get("gbif", "/v1/thing"))
    assert "Cookie" not in server.seen[1][2]


def test_secrets_stay_out_of_messages(server: Server) -> None:
    """A body that echoes the token, or a URL with a password, leaks neither."""
    server.queue = [answer(403, "bad token=s3cret", "text/plain")]
    with pytest.raises(SourceUnavailable) as caught:
        send(server)
    assert "s3cret" not in str(caught.value)
    assert (
        scrub("https://me:pw@host/x?token=abc&b=1 Authorization: xyz") == "https://host/x?token=…&b=1 Authorization: …"
    )
    assert scrub("{\"token\": \"abc\", 'Authorization': 'Bearer xyz'} authorization: Basic dTpw") == (
        "{\"token\": \"…\", 'Authorization': 'Bearer …'} authorization: Basic …"
    )
    assert scrub("taxonKey=NFD2&checklistKey=7d") == "taxonKey=NFD2&checklistKey=7d"


def test_a_token_in_the_query_shows_nowhere(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """Protected Planet's token goes out with the request, and neither payload, log, error nor its cause shows it."""
    caplog.set_level(logging.DEBUG)
    secret = "unmistakable-token-0123"  # noqa: S105  (invented)
    body = json.dumps({"links": {"self": f"{server.url}/v4/countries/KEN?token={secret}"}})
    server.queue = [answer(200, body), answer(401, f'{{"error": "no token {secret}"}}')]
    asked = Request.get("protected_planet", "/v4/countries/KEN", {"with_geometry": False})
    with Session(settings(server, protected_planet_token=secret), backoff_s=0.01) as session:
        payload = session.send(asked)
        with pytest.raises(SourceUnavailable, match="check NESS_PROTECTED_PLANET_TOKEN") as refused:
            session.send(asked)
    assert [path for _, path, _ in server.seen] == [f"/v4/countries/KEN?with_geometry=false&token={secret}"] * 2
    assert payload.url == f"{server.url}/v4/countries/KEN?with_geometry=false"
    assert secret not in repr(payload) + payload.body.decode() + str(refused.value) + caplog.text
    assert "GET /v4/countries/KEN" in caplog.text


def test_a_token_in_the_query_is_in_no_traceback() -> None:
    """When the connection fails, the library's error, which quotes the URL, is not chained to ours."""
    secret = "unmistakable-token-0123"  # noqa: S105  (invented)
    nowhere = Settings(
        _env_file=None, protected_planet_url="http://127.0.0.1:9", protected_planet_token=secret, retries=0
    )
    with Session(nowhere) as session, pytest.raises(SourceUnavailable) as failed:
        session.send(Request("protected_planet", "/v4/countries/KEN"))
    assert secret not in "".join(traceback.format_exception(failed.value))


def test_a_token_in_the_query_is_not_sent_in_the_clear() -> None:
    """A plain http address elsewhere gets no request at all."""
    plain = Settings(_env_file=None, protected_planet_url="http://mirror.example", protected_planet_token="abcdefgh1")  # noqa: S106  # fmt: skip
    with Session(plain) as session, pytest.raises(SourceUnavailable, match="NESS_PROTECTED_PLANET_URL is not https"):
        session.send(Request("protected_planet", "/v4/countries/KEN"))

"""The sandbox's faults: each kind is what it says, seeded, and told to the session as what it is."""

from __future__ import annotations

import json
import time

import pytest

from ness_pipeline.errors import SourceUnavailable, WrongUsage
from ness_pipeline.landing.http import Session
from ness_pipeline.landing.request import Request
from ness_pipeline.sandbox import Fault, Faults, World, mixed, serve
from ness_pipeline.sandbox.faults import KINDS, PASSING
from ness_pipeline.sandbox.spoiled import CONTENT, Rng, spoiled
from ness_pipeline.sandbox.without_data import DRIPPING, HOSTILE, REDIRECTS
from ness_pipeline.settings import Settings

SERIES = Request.get("unsdg", "/v1/sdg/Series/List")
DOCUMENT = {"count": 9, "pageNumber": 1, "data": [{"key": str(n), "value": n} for n in range(9)]}


@pytest.fixture(scope="module")
def sandbox():
    """A small world whose faults the tests choose."""
    with serve(World(species=400, countries=("KE", "ML")), faults=Faults(stall_s=2.0)) as running:
        yield running


def ask(sandbox, request=SERIES, *, retries=4, timeout_read_s=1.0):
    """What the session makes of one request."""
    settings = Settings(_env_file=None, retries=retries, timeout_read_s=timeout_read_s).for_sandbox(sandbox.url)
    with Session(settings, backoff_s=0.001) as session:
        return session.send(request)


@pytest.mark.parametrize("kind", PASSING)
def test_passing_faults_leave_no_trace(sandbox, kind):
    """After a fault that passes the same answer arrives, by asking again, or by patience where it is slow."""
    sandbox.faults.listed = ()
    true = ask(sandbox).body
    before = sandbox.faults.injected[kind]
    sandbox.faults.listed = (Fault(kind, "unsdg", 0.6),)
    bodies = {ask(sandbox, retries=20).body for _ in range(3)}
    assert bodies == {true}
    assert sandbox.faults.injected[kind] > before


def test_publisher_that_is_down_is_down(sandbox):
    """A share of 1 refuses every request of that publisher and none of another."""
    sandbox.faults.listed = (Fault.parse("503@unsdg:1"),)
    with pytest.raises(SourceUnavailable, match="503"):
        ask(sandbox, retries=2)
    assert ask(sandbox, Request("cbd", "/api/v2013/countries")).status == 200


def test_expired_token_is_never_asked_twice(sandbox):
    """A 401 does not get better by asking again."""
    sandbox.faults.listed = (Fault.parse("401@unsdg:1"),)
    before = len(sandbox.requests)
    with pytest.raises(SourceUnavailable, match="401"):
        ask(sandbox)
    assert len(sandbox.requests) == before + 1


@pytest.mark.parametrize("kind", CONTENT)
def test_content_faults_change_what_is_said(kind):
    """Every kind changes the document, in the same way for the same seed."""
    body = json.dumps(DOCUMENT).encode()
    first, again = (spoiled(kind, Rng("seed"), body) for _ in range(2))
    assert first == again
    assert json.loads(first) != DOCUMENT


@pytest.mark.parametrize("kind", [*DRIPPING, *HOSTILE, *REDIRECTS])
def test_what_no_publisher_should_send_is_a_sentence(sandbox, kind):
    """Each is refused within the time and the size of an answer, and the next publisher answers."""
    sandbox.faults.listed, sandbox.faults.drip_s = (Fault(kind, "unsdg", 1.0),), 0.01
    begun = time.monotonic()
    with pytest.raises(SourceUnavailable, match=r"too slowly|web page|nested too deeply|64 MiB|redirects"):
        ask(sandbox, retries=1, timeout_read_s=0.2 if kind in DRIPPING else 20.0)
    assert time.monotonic() - begun < 30
    assert ask(sandbox, Request("cbd", "/api/v2013/countries")).status == 200


def test_a_fault_may_befall_one_address(sandbox):
    """The text after the slash says which."""
    sandbox.faults.listed = (Fault.parse("empty_list@unsdg/Series/List:1"),)
    assert ask(sandbox).body == b"[]"
    assert ask(sandbox, Request.get("unsdg", "/v1/sdg/GeoArea/List")).body != b"[]"


def test_same_seed_gives_the_same_faults():
    """Which requests a fault befalls depends on the seed, the target and how often it was asked; not on the order."""
    targets = [f"/unsdg/{number}" for number in range(200)]
    one, other, third = Faults(mixed(KINDS, 0.3), 5), Faults(mixed(KINDS, 0.3), 5), Faults(mixed(KINDS, 0.3), 6)
    for faults in (one, other, third):
        faults.burst = 1
    drawn = {target: one.draw("unsdg", target)[0] for target in targets}
    assert drawn == {target: other.draw("unsdg", target)[0] for target in reversed(targets)}
    assert drawn != {target: third.draw("unsdg", target)[0] for target in targets}
    assert 20 < sum(one.injected.values()) < 100


@pytest.mark.parametrize("text", ["", "504", "503@", "503:2", "503:x", "503:0.1.2", "reset@cbd:-1"])
def test_unreadable_faults_are_refused(text):
    """What names no fault is refused in one sentence."""
    with pytest.raises(WrongUsage, match=r"fault"):
        Fault.parse(text)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org", ""])  # noqa: S104  (to be refused)
def test_nothing_listens_beyond_this_machine(host):
    """The sandbox opens its port on loopback addresses only."""
    with (
        pytest.raises(WrongUsage, match="answers on this machine only"),
        serve(World(species=400, countries=("KE",)), host=host),
    ):
        pass

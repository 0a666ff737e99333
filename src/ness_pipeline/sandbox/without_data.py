"""Answers of the sandbox that hold no data: without end, empty, hostile, or pointing elsewhere; and broken connections."""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
from typing import Any

from starlette.types import Receive, Send

DRIPPING = ("drip", "slow_headers")
"""Answers without end, one byte each `drip_s`: in the body, or in a header."""
EMPTY = ("empty_list", "empty_object", "null")
"""Status 200 and JSON that says nothing: `[]`, `{}`, `null`."""
HOSTILE = ("login", "nested", "bomb")
"""Status 200 and what no publisher should send: a login page typed as a file, 200,000 brackets, 10 GB in 10 MB."""
REDIRECTS = ("redirect", "redirect_file", "redirect_loop")
"""Answers that point to another host, to a file, or to themselves."""
WITHOUT_DATA = (*DRIPPING, *EMPTY, *HOSTILE, *REDIRECTS)

PAGE = b"<!DOCTYPE html><html><body><h1>SYNTHETIC: down for maintenance</h1></body></html>"
"""What stands where data should be."""
_POINTS_TO = {"redirect": "http://192.0.2.1/elsewhere", "redirect_file": "file:///etc/hostname"}
_EMPTY = {"empty_list": b"[]", "empty_object": b"{}", "null": b"null"}
_DEPTH = 200_000
_BOMB_PARTS, _BOMB_PART = 2_560, 4 * 2**20
_LONGEST_DRIP_S = 3600.0


async def send_without_data(kind: str, receive: Receive, send: Send, target: str, drip_s: float) -> None:
    """Send the answer of a kind of `WITHOUT_DATA`.

    Args:
        kind: the kind.
        receive: the server's side of the request.
        send: where the answer goes.
        target: path and query of the request.
        drip_s: seconds between the bytes of an answer that drips.
    """
    as_json = {"content-type": "application/json"}
    if kind in DRIPPING:
        await _drip(kind, receive, send, drip_s)
    elif kind in REDIRECTS:
        await send_answer(send, 302, {"location": _POINTS_TO.get(kind, target)}, b"")
    elif kind == "bomb":
        await _bomb(receive, send)
    elif kind == "nested":
        await send_answer(send, 200, as_json, b"[" * _DEPTH + b"]" * _DEPTH)
    elif kind == "login":
        await send_answer(send, 200, {"content-type": "application/octet-stream"}, PAGE)
    else:
        await send_answer(send, 200, as_json, _EMPTY[kind])


async def _drip(kind: str, receive: Receive, send: Send, pause_s: float) -> None:
    """Send one byte now and then until the client ends the connection."""
    transport = _transport(receive)
    gone = asyncio.create_task(_until_gone(receive))
    deadline = asyncio.get_running_loop().time() + _LONGEST_DRIP_S
    if kind == "slow_headers" and transport is not None:
        transport.write(b"HTTP/1.1 200 OK\r\nServer: ")
    else:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000000000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
    while not gone.done() and asyncio.get_running_loop().time() < deadline:
        if kind == "slow_headers" and transport is not None:
            transport.write(b"s")
        else:
            await send({"type": "http.response.body", "body": b" ", "more_body": True})
        await asyncio.wait({gone}, timeout=pause_s)
    gone.cancel()
    if transport is not None:
        transport.abort()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _bomb(receive: Receive, send: Send) -> None:
    """10 GB of blanks, packed; the same packed part again and again."""
    part = gzip.compress(b" " * _BOMB_PART)
    headers = [(b"content-type", b"application/json"), (b"content-encoding", b"gzip")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    gone = asyncio.create_task(_until_gone(receive))
    for place in range(_BOMB_PARTS):
        await send({"type": "http.response.body", "body": part, "more_body": place < _BOMB_PARTS - 1})
        await asyncio.sleep(0)
        if gone.done():
            break
    gone.cancel()


async def send_answer(
    send: Send,
    status: int,
    headers: dict[str, str],
    body: bytes,
    *,
    announced: int | None = None,
    pieces: int = 1,
    pause_s: float = 0.0,
) -> None:
    """Send an answer; when more bytes are announced than sent, the server ends the connection after them."""
    length = len(body) if announced is None else announced
    encoded = [(n.encode(), v.encode("latin-1")) for n, v in (headers | {"content-length": str(length)}).items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    size = max(1, -(-len(body) // pieces))
    for start in range(0, len(body), size):
        await send({"type": "http.response.body", "body": body[start : start + size], "more_body": True})
        await asyncio.sleep(pause_s)
    if length == len(body):
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _transport(receive: Receive) -> Any:
    """The connection behind a request; None where the server does not let us reach it."""
    return getattr(getattr(receive, "__self__", None), "transport", None)


def reset(receive: Receive) -> None:
    """End the connection with a reset; where the server does not let us reach it, without any answer."""
    transport = _transport(receive)
    if transport is not None:
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()

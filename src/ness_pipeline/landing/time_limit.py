"""A limit of time for one whole answer: headers, body and what lies between.

A read time-out bounds the wait for the next bytes, so a server that sends one byte now and then is waited for without
end. Here a timer ends the connection under whoever reads it, wherever that is: in a header, in the length of a chunk
or in the body.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Any, Self

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection

_OF_THREAD = threading.local()


class TooSlow(Exception):
    """An answer was not complete within its time."""


class TimeLimit:
    """A context manager that ends the connections which the thread reads from when the time is over.

    Args:
        seconds: time for the block, or since the last `extend`.

    Raises:
        TooSlow: at the end of the block, whatever else went wrong, when the time was over.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._has_ended = False
        self.is_over = False

    def __enter__(self) -> Self:
        """The running limit."""
        _OF_THREAD.limit = self
        self._start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop the timer."""
        _OF_THREAD.limit = None
        with self._lock:
            self._has_ended = True
        self._timer.cancel()
        if self.is_over:
            raise TooSlow from None

    def extend(self) -> None:
        """Let the time begin anew, because enough has come."""
        self._timer.cancel()
        self._start()

    def watch(self, connection: socket.socket) -> None:
        """End this connection, too, when the time is over."""
        with self._lock:
            self._sockets.append(connection)

    def _start(self) -> None:
        self._timer = threading.Timer(self._seconds, self._end)
        self._timer.daemon = True
        self._timer.start()

    def _end(self) -> None:
        with self._lock:
            if self._has_ended:
                return  # the connections serve somebody else by now
            self.is_over = True
            for connection in self._sockets:
                with contextlib.suppress(OSError):
                    # The method of the plain socket: that of TLS would say goodbye first, and wait for the other side.
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)


class _Watched:
    """Part of a connection: its socket is known to the limit of the thread before the first byte of an answer."""

    sock: socket.socket | None

    def getresponse(self) -> Any:
        limit: TimeLimit | None = getattr(_OF_THREAD, "limit", None)
        if limit is not None and self.sock is not None:
            limit.watch(self.sock)
        return super().getresponse()  # type: ignore[misc]


class _Http(_Watched, HTTPConnection):
    pass


class _Https(_Watched, HTTPSConnection):
    pass


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


_POOLS = {"http": _HttpPool, "https": _HttpsPool}


class WatchedAdapter(HTTPAdapter):
    """How `requests` connects, with connections that a `TimeLimit` can end; those of a SOCKS proxy stay as they are."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Make the pools of direct connections."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
        """Make the pools of connections through a proxy."""
        manager = super().proxy_manager_for(*args, **options)
        if isinstance(manager, ProxyManager):
            manager.pool_classes_by_scheme = _POOLS
        return manager

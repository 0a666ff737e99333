"""Answers as publishers give them: exact content types, bodies without spaces."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

GBIF_JSON = "application/json"
"""GBIF's JSON type has no charset, and pygbif compares it exactly."""
JSON_UTF8 = "application/json; charset=utf-8"


def json_answer(body: Any, status: int = 200, content_type: str = GBIF_JSON) -> Response:
    """A JSON answer with exactly this content type."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return _exact(text.encode(), status, content_type)


def text_answer(body: str, status: int, content_type: str = "text/plain") -> Response:
    """A text answer; GBIF gives no charset."""
    return _exact(body.encode(), status, content_type)


def _exact(body: bytes, status: int, content_type: str) -> Response:
    # Starlette adds a charset to text types, so the header is set by hand.
    return Response(body, status, headers={"content-type": content_type})

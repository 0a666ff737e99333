"""Tokens, logins and what must never show them: requests carry them, texts, bodies, logs and errors do not."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

import requests
import requests.auth
from pydantic import SecretStr

from ness_pipeline.errors import SourceUnavailable
from ness_pipeline.settings import Publisher, Settings

_TOKENS: Mapping[Publisher, str] = {"iucn": "NESS_IUCN_TOKEN", "protected_planet": "NESS_PROTECTED_PLANET_TOKEN"}
_TOKEN_PARAMETERS: Mapping[Publisher, str] = {"protected_planet": "token"}
"""Publishers that want the token as a parameter of the query, where every log and error message could show it."""
_UNMISTAKABLE = 8
"""Characters from which on a token is no word of the data."""
_REFUSED = frozenset({401, 403})


def cause(publisher: Publisher, error: Exception) -> Exception | None:
    """The error behind ours; none where it could show a URL with a token in it."""
    return None if publisher in _TOKEN_PARAMETERS else error


class Credentials:
    """What publishers want to see with a request, and how answers are kept free of it.

    Args:
        settings: tokens and the operator's login at GBIF.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def auth(self, publisher: Publisher, path: str, url: str, *, is_signed: bool) -> requests.auth.AuthBase | None:
        """The publisher's token or the operator's login, where it is wanted and the way to it is safe.

        Raises:
            SourceUnavailable: a secret would travel in the clear, or there is no login.
        """
        if is_signed:
            user, password = self._settings.gbif_user, self._settings.gbif_password
            if not user or password is None or not password.get_secret_value():
                raise SourceUnavailable(f"{publisher} wants a login for {path}; set GBIF_USER and GBIF_PWD.")
            _be_safe(publisher, url, "GBIF_PWD")
            return requests.auth.HTTPBasicAuth(user.encode(), password.get_secret_value().encode())
        token = self._settings.token(publisher)
        if token is None:
            return None
        _be_safe(publisher, url, _TOKENS[publisher])
        return _Token(token, _TOKEN_PARAMETERS.get(publisher))

    def hidden(self, publisher: Publisher, text: str, *, is_signed: bool) -> str:
        """The text without the token or password, which a publisher may quote when it refuses it."""
        for secret in (self._settings.token(publisher), self._settings.gbif_password if is_signed else None):
            if secret and (word := secret.get_secret_value()):
                text = text.replace(word, "…").replace(quote(word, safe=""), "…")
        return text

    def hidden_in_body(self, publisher: Publisher, body: bytes) -> bytes:
        """The body, without a token that was part of the URL and that an answer may repeat, as in links to itself."""
        token = self._settings.token(publisher)
        parameter = _TOKEN_PARAMETERS.get(publisher)
        if token is None or parameter is None:
            return body
        word = token.get_secret_value()
        # A word of a few letters could be part of the data; as a parameter it is always the token.
        prefix = "" if len(word) >= _UNMISTAKABLE else f"{parameter}="
        for form in {word, quote(word, safe="")}:
            body = body.replace(f"{prefix}{form}".encode(), prefix.encode())
        return body

    def next_step(self, publisher: Publisher, status: int, *, is_signed: bool) -> str | None:
        """What to do about a refusal of who asks; None where the status is no such refusal."""
        if status not in _REFUSED:
            return None
        if is_signed:
            return "check GBIF_USER (the user name, not the e-mail address) and GBIF_PWD"
        setting = _TOKENS.get(publisher)
        if setting is None:
            return None
        return f"check {setting}" if self._settings.token(publisher) else f"set {setting}"


class _Token(requests.auth.AuthBase):
    """Adds a token to one request; being an `auth`, it keeps a stray netrc entry from replacing it.

    Args:
        token: the token.
        parameter: name of the query parameter that carries it; None sends it as `Authorization`.
    """

    def __init__(self, token: SecretStr, parameter: str | None = None) -> None:
        self._token, self._parameter = token, parameter

    def __call__(self, prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        word = self._token.get_secret_value()
        if self._parameter is None:
            prepared.headers["Authorization"] = word
        else:
            prepared.prepare_url(prepared.url, {self._parameter: word})
        return prepared


def _be_safe(publisher: Publisher, url: str, secret: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" and not _is_loopback(parts.hostname or ""):
        setting = f"NESS_{publisher.upper()}_URL"
        raise SourceUnavailable(f"{setting} is not https, so {secret} is not sent; set an https address.")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

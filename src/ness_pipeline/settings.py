"""Configuration: one frozen object, read once from the environment and an optional `.env`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ness_pipeline.errors import WrongUsage

Publisher = Literal["gbif", "unsdg", "worldbank", "cbd", "iucn", "protected_planet"]

CATALOGUE_OF_LIFE = "7ddf754f-d193-4cc9-b351-99906754a03b"
"""GBIF dataset key of the Catalogue of Life eXtended Release, GBIF's default checklist."""

_SANDBOX_LOGIN: dict[str, object] = {
    "iucn_token": SecretStr("sandbox"),
    "protected_planet_token": SecretStr("sandbox"),
    "gbif_user": "sandbox",
    "gbif_password": SecretStr("sandbox"),
    "gbif_email": "sandbox@example.org",
}
"""What the sandbox accepts in place of tokens and a login."""


class Settings(BaseSettings):
    """Everything that can be configured; `ness doctor` shows what is set, never the values.

    Every publisher has a URL (the live one by default; a mirror or the sandbox otherwise) and a rate in requests per
    second; one request is in flight per host at a time.
    """

    model_config = SettingsConfigDict(
        env_prefix="NESS_", env_file=".env", extra="ignore", frozen=True, populate_by_name=True
    )

    home: Path = Path("warehouse")
    landing: str | None = None
    contact: str | None = None

    gbif_url: str = "https://api.gbif.org"
    gbif_rate: float = Field(default=1.0, gt=0)
    gbif_checklist: str = CATALOGUE_OF_LIFE
    unsdg_url: str = "https://unstats.un.org/SDGAPI"
    unsdg_rate: float = Field(default=1.0, gt=0)
    worldbank_url: str = "https://api.worldbank.org"
    worldbank_rate: float = Field(default=2.0, gt=0)
    cbd_url: str = "https://api.cbd.int"
    cbd_rate: float = Field(default=1.0, gt=0)
    iucn_url: str = "https://api.iucnredlist.org/api"
    iucn_rate: float = Field(default=0.5, gt=0)
    iucn_token: SecretStr | None = None
    protected_planet_url: str = "https://api.protectedplanet.net"
    protected_planet_rate: float = Field(default=1.0, gt=0)
    protected_planet_token: SecretStr | None = None

    timeout_connect_s: float = Field(default=10.0, gt=0)
    timeout_read_s: float = Field(default=120.0, gt=0)
    retries: int = Field(default=5, ge=0, le=20)

    busy_wait_s: float = Field(default=0.0, ge=0)
    """How long a run waits for another one that is writing, before it says that the warehouse is busy."""
    keep_publications: int = Field(default=5, ge=1, le=1000)
    """Earlier publications that stay to be returned to."""

    dask: str | None = None
    """Where units are extracted: nothing for threads, `local`, or the address of a Dask scheduler."""
    sandbox_url: str | None = None
    """Base URL of a sandbox that stands in for all publishers."""

    is_synthetic: bool = False

    gbif_user: str | None = Field(default=None, validation_alias="GBIF_USER")
    gbif_password: SecretStr | None = Field(default=None, validation_alias="GBIF_PWD")
    gbif_email: str | None = Field(default=None, validation_alias="GBIF_EMAIL")

    @field_validator("iucn_token", "protected_planet_token")
    @classmethod
    def _is_sendable(cls, token: SecretStr | None) -> SecretStr | None:
        """The token without blanks around it; none when nothing is left."""
        word = token.get_secret_value().strip() if token else ""
        if not re.fullmatch(r"[\x21-\x7e]*", word):
            raise ValueError("a token has neither blanks nor special letters")
        return SecretStr(word) if word else None

    def token(self, publisher: Publisher) -> SecretStr | None:
        """What a publisher wants to see with each request, None where that is nothing or is not set."""
        token: SecretStr | None = getattr(self, f"{publisher}_token", None)
        return token

    def needs_token(self, publisher: Publisher) -> bool:
        """Whether a publisher answers only with a token."""
        return f"{publisher}_token" in type(self).model_fields

    def secrets(self) -> list[str]:
        """The values that must appear nowhere: no log, no message, no landed payload."""
        values = [getattr(self, name) for name in type(self).model_fields]
        secrets = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
        return [secret for secret in secrets if secret]

    def url(self, publisher: Publisher) -> str:
        """Base URL of a publisher, without a slash at its end."""
        return str(getattr(self, f"{publisher}_url")).rstrip("/")

    def rate(self, publisher: Publisher) -> float:
        """Requests per second that we allow ourselves towards a publisher."""
        return float(getattr(self, f"{publisher}_rate"))

    def public(self) -> dict[str, object]:
        """Everything but the secrets and the user, for a worker process on another machine."""
        hidden = {"gbif_user", "gbif_email"}
        return {
            name: value
            for name in type(self).model_fields
            if name not in hidden and not isinstance(value := getattr(self, name), SecretStr)
        }

    def with_public(self, public: Mapping[str, object]) -> Settings:
        """These settings with what `public` of other settings gives; secrets stay these settings' own."""
        settings = self.model_copy(update=dict(public))
        return settings if settings.sandbox_url is None else settings.model_copy(update=_SANDBOX_LOGIN)

    def for_sandbox(self, url: str) -> Settings:
        """The same settings towards a sandbox at `url`: unhurried by rates, in a home of its own, marked synthetic."""
        changes: dict[str, object] = {"sandbox_url": url, "is_synthetic": True}
        if not self.is_synthetic:  # else the home is that of a sandbox already
            changes |= {"home": self.home / "sandbox", "landing": None}
        changes |= _SANDBOX_LOGIN
        for publisher in get_args(Publisher):
            changes |= {f"{publisher}_url": f"{url}/{publisher}", f"{publisher}_rate": 1000.0}
        return self.model_copy(update=changes)


def load_settings() -> Settings:
    """Read the settings from the environment; with `NESS_SANDBOX_URL`, those towards that sandbox.

    Raises:
        WrongUsage: a variable has a value that makes no sense.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = "NESS_" + "_".join(str(part) for part in first["loc"]).upper()
        message = f"The setting {name} is not usable ({first['msg'].lower()}); correct it in the environment or .env."
        raise WrongUsage(message) from None
    return settings if settings.sandbox_url is None else settings.for_sandbox(settings.sandbox_url)

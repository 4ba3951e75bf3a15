"""Every setting the processes read from their environment; the README lists the same names."""

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

KIB = 1024


class StoreSettings(BaseSettings):
    """Where the journey store is. Without a DATABASE_URL an embedded PostgreSQL is started.

    The gateway signs in a second time, under another role, to read the access log.
    """

    model_config = SettingsConfigDict(extra="ignore")

    database_url: SecretStr | None = None
    database_url_data_protection: SecretStr | None = None
    victim_journey_home: Path | None = None


class RolePasswords(BaseSettings):
    """The password of each database role that signs in, set by the migrations."""

    model_config = SettingsConfigDict(env_prefix="DATABASE_PASSWORD_")

    police: SecretStr
    cps: SecretStr
    probation: SecretStr
    gateway: SecretStr
    retention: SecretStr
    data_protection: SecretStr


class AccessSettings(BaseSettings):
    """Whose tokens are taken; without an issuer and its keys none is, and nobody is let in.

    The keys are a JSON Web Key Set: an address, which must be https unless it is on this machine,
    or a file.
    """

    token_issuer: str | None = None
    token_audience: str = Field(default="victim-journey", min_length=1)
    token_keys: str | None = None

    @field_validator("token_keys")
    @classmethod
    def _cannot_be_swapped_on_the_way(cls, keys: str | None) -> str | None:
        here = ("127.0.0.1", "::1", "localhost")
        plain = keys is not None and keys.lower().startswith("http:")
        if plain and urlsplit(keys).hostname not in here:
            raise ValueError("keys are fetched over https: on the way they could be swapped")
        return keys


class PaceSettings(BaseSettings):
    """How many requests one caller may make in a minute, of each process.

    They may come all at once. A sender's is high: it may post one event at a time, day and night.
    """

    sender_requests_per_minute: int = Field(default=60_000, gt=0)
    reader_requests_per_minute: int = Field(default=6_000, gt=0)


class CorsSettings(BaseSettings):
    """The origins, with a comma between them, whose pages may read the gateway's answers."""

    cors_origins: str = ""

    @property
    def origins(self) -> tuple[str, ...]:
        """The origins, none where nothing is set."""
        return tuple(one.strip() for one in self.cors_origins.split(",") if one.strip())


class LogSettings(BaseSettings):
    """How much the log says: INFO has a line for each request, WARNING only what went wrong."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class DoorSettings(BaseSettings):
    """The size limits of an agency's door: of what is sent, and of all that it holds at once."""

    event_limit_bytes: int = Field(default=256 * KIB, gt=0)
    batch_limit_bytes: int = Field(default=10 * KIB * KIB, gt=0)
    batch_limit_items: int = Field(default=10_000, gt=0)
    file_limit_bytes: int = Field(default=KIB * KIB * KIB, gt=0)
    in_hand_limit_bytes: int = Field(default=64 * KIB * KIB, gt=0)


class FeedSettings(BaseSettings):
    """When a feed's silence raises the alarm: after so many days, or so many events missed.

    The first must be longer than any feed is usually quiet; the second so many that their absence
    is no chance: where ten usually come, none comes once in twenty thousand times (Poisson).
    """

    feed_silence_days: int = Field(default=7, gt=0)
    feed_silence_events: int = Field(default=10, gt=0)


class SilenceSettings(BaseSettings):
    """The local standard of silence, in days, where nothing was agreed with the victim.

    Forces' practice is 28 days until the case ends; the contact scheme promises a letter a year.
    Both are local practice and never part of the Code's figures.
    """

    silence_days: int = Field(default=28, gt=0)
    member_silence_days: int = Field(default=365, gt=0)


class ReviewSettings(BaseSettings):
    """Folders of returns and of thresholds that take the place of the project's own."""

    returns_folder: Path | None = None
    thresholds_folder: Path | None = None


class PublishingSettings(BaseSettings):
    """What is published for partners: a file of series and policy, else this project's own."""

    published_tables: Path | None = None


class DemoSettings(BaseSettings):
    """Where the demo serves each of the four applications on this machine."""

    gateway_port: int = Field(default=8000, gt=0, lt=65536)
    police_port: int = Field(default=8001, gt=0, lt=65536)
    cps_port: int = Field(default=8002, gt=0, lt=65536)
    probation_port: int = Field(default=8003, gt=0, lt=65536)

"""What a setting can be, and what all sections have in common (contract §13)."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from config.trusted_proxies import read_trusted_proxies

_DRIVER_OF_SCHEME = {
    "sqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
_REDIS_SCHEMES = ("redis", "rediss", "unix")


class Section(BaseSettings):
    """Some of the settings, checked and unchangeable. An empty variable counts as absent."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True, extra="ignore")


def _database_url(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    driver = _DRIVER_OF_SCHEME.get(scheme)
    if not separator or driver is None:
        raise ValueError("must start with sqlite:///, postgresql:// or postgres://")
    if driver == "sqlite" and not rest.startswith("/"):
        raise ValueError("must have three slashes before a relative path: sqlite:///var/name.db")
    if driver == "sqlite" and (rest == "/" or rest.startswith("/:memory:")):
        raise ValueError("must name a file, since several processes share it")
    _check_port(url)
    return f"{driver}://{rest}"


def _redis_url(url: str) -> str:
    if url.partition("://")[0] not in _REDIS_SCHEMES or "://" not in url:
        raise ValueError("must start with redis://, rediss:// or unix://")
    _check_port(url)
    return url


def _trusted_proxies(text: str) -> str:
    read_trusted_proxies(text)
    return text


def _check_port(url: str) -> None:
    try:
        _ = urlsplit(url).port
    except ValueError:
        # The standard library's own message repeats a part of the URL.
        raise ValueError("has a host or port that cannot be read") from None


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
RedisUrl = Annotated[str, AfterValidator(_redis_url)]
Proxies = Annotated[str, AfterValidator(_trusted_proxies)]
# A hundred years; what is to stay longer stays for ever.
_LONGEST_DAYS = 36_500
Days = Annotated[int, Field(ge=1, le=_LONGEST_DAYS)] | Literal["forever"]
# Callers are promised a week (contract §4 Retries).
KeyDays = Annotated[int, Field(ge=7, le=_LONGEST_DAYS)] | Literal["forever"]
Seconds = Annotated[float, Field(gt=0, le=3600, allow_inf_nan=False)]
# 0 turns a bucket off.
Rate = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
Burst = Annotated[int, Field(ge=1, le=1_000_000)]
LogLevel = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)]
LogFormat = Literal["auto", "json", "console"]
LogRequests = Literal["failed", "refused", "all"]

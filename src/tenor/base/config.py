"""Settings come from the environment, are read once, and stop the start with a sentence when one is wrong."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec

from tenor.base import addresses, smtp

Meta = msgspec.Meta
Environment = Literal["sandbox", "production"]


class ConfigError(RuntimeError):
    """A setting is wrong. The message names it and says what was expected."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, rename=lambda name: f"TENOR_{name.upper()}"):
    """Every setting, its default and its meaning. `tenor doctor --settings` prints this table."""

    database_url: Annotated[
        str, Meta(description="PostgreSQL 14 or newer; absent: an embedded one under TENOR_HOME")
    ] = ""
    home: Annotated[str, Meta(description="Folder of the embedded database, documents and the local secret")] = ".tenor"
    public_url: Annotated[
        str,
        Meta(description="Where buyers and merchants reach this server; the links in answers begin with it"),
    ] = "http://127.0.0.1:8000"
    secret: Annotated[
        str,
        Meta(
            description="At least 32 characters; seals keys, links and tokens. Sandbox: made under TENOR_HOME if absent"
        ),
    ] = ""
    environment: Annotated[
        Environment, Meta(description="sandbox or production; keys of the other environment are refused")
    ] = "sandbox"
    operator: Annotated[
        str,
        Meta(
            max_length=300,
            description="The company that runs this deployment, with its address, as agreements name it;"
            " absent: whoever runs the host of TENOR_PUBLIC_URL",
        ),
    ] = ""
    smtp_url: Annotated[
        str,
        Meta(
            description="Mail server, such as smtp://user:password@mail.example.com:587 (STARTTLS) or smtps://;"
            " absent: letters are written as files under TENOR_HOME/mail"
        ),
    ] = ""
    mail_from: Annotated[
        str,
        Meta(
            description="Sender of mail, such as Example Pay <pay@example.com>; needed with TENOR_SMTP_URL;"
            " absent: no-reply at the host of TENOR_PUBLIC_URL"
        ),
    ] = ""
    sandbox_mail: Annotated[
        Literal["local", "public"],
        Meta(
            description="Who may read the sandbox's letters at /sandbox/mail, links and codes included: this machine"
            " alone, or everybody who reaches the server"
        ),
    ] = "local"
    webhook_allow: Annotated[
        str,
        Meta(
            description="Networks that webhooks may reach though they are not public, such as 127.0.0.0/8, ::1/128;"
            " for development"
        ),
    ] = ""
    keep_deliveries_days: Annotated[
        int, Meta(ge=7, le=3650, description="Days after which webhooks that have ended are removed, attempts included")
    ] = 90
    keep_letters_days: Annotated[
        int, Meta(ge=7, le=3650, description="Days after which letters that have ended are removed, addresses included")
    ] = 90
    widget_hourly_address: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000_000,
            description="Orders an hour that pages in browsers may ask for at one merchant from one network address",
        ),
    ] = 60
    widget_hourly_merchant: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000_000,
            description="Orders an hour that pages in browsers may ask for at one merchant, from all addresses",
        ),
    ] = 3000
    database_pool: Annotated[int, Meta(ge=1, le=100, description="Database connections a process")] = 4
    worker: Annotated[bool, Meta(description="Whether the web processes run the worker's sweeps as well")] = True
    sweep_seconds: Annotated[int, Meta(ge=1, le=3600, description="Pause between the worker's sweeps")] = 1
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="The least severe line that is logged")
    ] = "info"
    log_format: Annotated[Literal["text", "json"], Meta(description="text for people, json for machines")] = "text"

    @property
    def home_path(self) -> Path:
        """TENOR_HOME as an absolute path."""
        return Path(self.home).expanduser().resolve()

    @property
    def webhook_networks(self) -> list[addresses.Network]:
        """TENOR_WEBHOOK_ALLOW, read."""
        return addresses.networks(self.webhook_allow)

    @property
    def embedded(self) -> bool:
        """Whether Tenor runs its own PostgreSQL."""
        return not self.database_url


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings. Raises `ConfigError`, naming the setting, also for a TENOR_ name that does not exist."""
    environ = os.environ if environ is None else environ
    given = {name: value for name, value in environ.items() if name.startswith("TENOR_") and value != ""}
    known = {field.encode_name for field in msgspec.structs.fields(Settings)}
    for name in sorted(given.keys() - known):
        raise ConfigError(f"{name} is not a setting of Tenor; `tenor doctor --settings` lists them all.")
    try:
        settings = msgspec.convert(given, Settings, strict=False)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$.")
        raise ConfigError(f"{where.rstrip('`') or 'A setting'} is wrong: {what[0].lower()}{what[1:]}.") from None
    return _completed(settings)


def _completed(settings: Settings) -> Settings:
    if not _is_public_url(settings.public_url):
        raise ConfigError("TENOR_PUBLIC_URL is wrong: expected an address such as https://pay.example.com.")
    if settings.database_url and not _is_database_url(settings.database_url):
        raise ConfigError("TENOR_DATABASE_URL is wrong: expected postgresql://user:password@host/database.")
    if settings.environment == "production" and not settings.secret:
        raise ConfigError("TENOR_SECRET is missing: production needs one; `openssl rand -base64 48` makes one.")
    if settings.secret and len(settings.secret) < 32:
        raise ConfigError("TENOR_SECRET is wrong: expected at least 32 characters.")
    _check_mail(settings)
    _check_webhooks(settings)
    secret = settings.secret or _local_secret(settings.home_path)
    return msgspec.structs.replace(settings, secret=secret, public_url=settings.public_url.rstrip("/"))


def _is_database_url(url: str) -> bool:
    """Whether it is a URL of PostgreSQL's (libpq, connection URIs); several hosts may stand in it, with commas."""
    scheme, _, rest = url.partition("://")
    hosts = rest.partition("/")[0].partition("?")[0].rpartition("@")[2]
    ports = [host.rpartition(":")[2] for host in hosts.split(",") if ":" in host.rpartition("]")[2]]
    return scheme in ("postgres", "postgresql") and all(port.isdecimal() or not port for port in ports)


def _check_mail(settings: Settings) -> None:
    if settings.smtp_url:
        try:
            smtp.server_of(settings.smtp_url)
        except ValueError as error:
            raise ConfigError(f"TENOR_SMTP_URL is wrong: {error}.") from None
        if not settings.mail_from:
            raise ConfigError("TENOR_MAIL_FROM is missing: TENOR_SMTP_URL needs a sender, such as pay@example.com.")
    if settings.mail_from:
        try:
            smtp.sender_of(settings.mail_from)
        except ValueError as error:
            raise ConfigError(f"TENOR_MAIL_FROM is wrong: {error}.") from None


def _check_webhooks(settings: Settings) -> None:
    try:
        _ = settings.webhook_networks
    except ValueError:
        raise ConfigError("TENOR_WEBHOOK_ALLOW is wrong: expected networks such as 127.0.0.0/8, ::1/128.") from None


def _is_public_url(text: str) -> bool:
    try:
        url = urlsplit(text)
        # Reading the port is what checks it.
        _ = url.port
    except ValueError:
        return False
    return url.scheme in ("http", "https") and bool(url.hostname) and not url.query and not url.fragment


def _local_secret(home: Path) -> str:
    """The sandbox's own secret, made at the first start. Linking a finished file makes two first starts agree."""
    path = home / "secret"
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            draft = home / f"secret.{os.getpid()}"
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(48))
            try:
                os.link(draft, path)
            except FileExistsError:
                pass  # Another program's first start was quicker: its secret is everybody's.
            finally:
                draft.unlink()
        secret = path.read_text().strip()
    except OSError as error:
        raise ConfigError(f"TENOR_HOME is wrong: {home} can not be used ({error.strerror}).") from None
    if len(secret) < 32:
        raise ConfigError(f"TENOR_HOME is wrong: {path} should hold at least 32 characters, but was damaged.")
    return secret

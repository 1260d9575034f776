"""Settings, read once from the environment at the edge of the program."""

import datetime as dt
import ipaddress
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.config_outside import Outside, load_outside
from engine.errors import InvalidError, mark

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
PRIVATE: tuple[Network, ...] = tuple(
    ipaddress.ip_network(one)
    for one in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7", "fe80::/10")
)
"""This machine, and the networks that nobody can come from across the internet."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What an administrator decides about one installation."""

    home: Path
    """The folder that holds ``bpmn/`` and ``forms/``."""
    data_folder: Path
    """Where the SQLite file, attachments, keys and logs live. Nobody but the server needs to read it."""
    database_url: str
    """An SQLAlchemy URL: ``sqlite:///…`` or ``postgresql+psycopg://…``."""
    secret_key: str
    """Signs sessions. Kept in ``secret.key`` of the data folder unless given."""
    host: str = "127.0.0.1"
    port: int = 8000
    demo: bool = False
    """Demo people with a published password exist: the server then listens on loopback only."""
    secure_cookies: bool = False
    """Send cookies over HTTPS only; switch on behind TLS."""
    upload_limit: int = 50 * 1024 * 1024
    """The largest request, in bytes."""
    worker: bool = True
    """Run due jobs in a thread of the server."""
    intranet: tuple[Network, ...] = PRIVATE
    """From where tasks with ``allowedNetworks`` = ``intranet`` may be done."""
    trusted_proxies: int = 0
    """How many proxies of the company stand before the server, each adding the address of its caller."""
    outside: Outside = field(default_factory=Outside)
    """What processes may reach outside."""

    @property
    def networks(self) -> dict[str, tuple[Network, ...]]:
        """Give the networks that the property ``allowedNetworks`` of a task may name."""
        return {"intranet": self.intranet}

    @property
    def attachments_folder(self) -> Path:
        """Give the folder in which uploaded content is kept by its hash."""
        return self.data_folder / "attachments"

    @property
    def signing_key(self) -> Path:
        """Give the file of the key that signs seals over history."""
        return self.data_folder / "seal.key"


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from ``QUCHENG_…`` variables; every one has a default that works on one machine.

    Raises InvalidError for the first that is ill-formed, the lease of jobs included.
    """
    env = os.environ if environment is None else environment
    load_lease(env)
    home = Path(env.get("QUCHENG_HOME", ".")).resolve()
    data_folder = Path(env.get("QUCHENG_DATA", str(home / "var"))).resolve()
    return Settings(
        home=home,
        data_folder=data_folder,
        database_url=env.get("QUCHENG_DATABASE_URL", f"sqlite:///{data_folder / 'qucheng.db'}"),
        secret_key=env.get("QUCHENG_SECRET_KEY") or _stored_secret(data_folder),
        host=env.get("QUCHENG_HOST", "127.0.0.1"),
        port=_whole_number(env, "QUCHENG_PORT", 8000),
        demo=env.get("QUCHENG_DEMO", "") == "1" or (data_folder / "demo").exists(),
        secure_cookies=env.get("QUCHENG_SECURE_COOKIES", "") == "1",
        upload_limit=_whole_number(env, "QUCHENG_UPLOAD_LIMIT_MB", 50) * 1024 * 1024,
        worker=env.get("QUCHENG_WORKER", "1") == "1",
        intranet=_networks(env, "QUCHENG_INTRANET_NETWORKS"),
        trusted_proxies=_whole_number(env, "QUCHENG_TRUSTED_PROXIES", 0),
        outside=load_outside(env),
    )


LONGEST_LEASE = 24 * 3600
"""Seconds. No call of a connector takes a day, and what a dead worker held would wait as long."""


def load_lease(environment: Mapping[str, str] | None = None) -> dt.timedelta:
    """Read how long a job belongs to the worker that took it: ``QUCHENG_LEASE_SECONDS``, two minutes unless set.

    Longer than any job takes; a worker that died keeps its job from the others for as long.
    """
    env = os.environ if environment is None else environment
    seconds = _whole_number(env, "QUCHENG_LEASE_SECONDS", 120)
    if not 1 <= seconds <= LONGEST_LEASE:
        raise InvalidError(
            mark("环境变量 {name} 应在 1 和 {most} 之间，现在是“{text}”。"),
            where="QUCHENG_LEASE_SECONDS",
            name="QUCHENG_LEASE_SECONDS",
            most=LONGEST_LEASE,
            text=seconds,
        )
    return dt.timedelta(seconds=seconds)


def _whole_number(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, str(default))
    if not text.isdecimal():
        raise InvalidError(mark("环境变量 {name} 应为整数，现在是“{text}”。"), where=name, name=name, text=text)
    return int(text)


def _networks(env: Mapping[str, str], name: str) -> tuple[Network, ...]:
    """Read networks in CIDR notation, separated by spaces or commas; private ones unless set."""
    text = env.get(name)
    if text is None:
        return PRIVATE
    try:
        return tuple(ipaddress.ip_network(one) for one in text.replace(",", " ").split())
    except ValueError as error:
        raise InvalidError(
            mark("环境变量 {name} 应为网段，例如 10.0.0.0/8 192.168.1.0/24：{detail}"),
            where=name,
            name=name,
            detail=str(error),
        ) from error


def _stored_secret(data_folder: Path) -> str:
    data_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = data_folder / "secret.key"
    try:
        # "x": two processes that start together must not each write a key of their own.
        with path.open("x", encoding="ascii") as file:
            path.chmod(0o600)
            file.write(secrets.token_hex(32))
    except FileExistsError:
        return path.read_text(encoding="ascii")
    return path.read_text(encoding="ascii")

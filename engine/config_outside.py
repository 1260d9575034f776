"""What an administrator lets processes reach outside: mail, instant messages, web interfaces, secrets."""

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.errors import InvalidError, mark

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

IM_SCHEMES = frozenset({"dingtalk", "feishu", "wecombot"})
"""The instant messengers that may be used unless the administrator names others."""


@dataclass(frozen=True, kw_only=True)
class Outside:
    """The ways out of one installation; without settings every one of them is closed."""

    smtp_url: str = field(default="", repr=False)
    """``smtp://user:password@host:587`` (TLS where the server offers it) or ``smtps://…`` (TLS from the start)."""
    mail_from: str = ""
    """The sender, such as ``渠成 <qucheng@example.com>``."""
    im_targets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Name that diagrams use → Apprise URL, which holds a token and is never shown."""
    im_schemes: frozenset[str] = IM_SCHEMES
    allowed_hosts: tuple[str, ...] = ()
    """``host``, ``host:port`` or ``*.domain``; without a port the usual one of the scheme."""
    private_networks: tuple[Network, ...] = ()
    """Networks that are not of the public internet and may be called nevertheless."""
    base_url: str = ""
    """The address people open the product at, without a slash at its end: for links in mails."""
    rehearsal: bool = False
    """Nothing goes out: mails and posts count as sent, web interfaces are not called. For scenarios."""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Name → value, for ``{{secrets.NAME}}`` in a diagram."""


def load_outside(environment: Mapping[str, str] | None = None) -> Outside:
    """Read the ways out from ``QUCHENG_…`` variables. Raises InvalidError for one that can't be understood."""
    env = os.environ if environment is None else environment
    prefix = "QUCHENG_SECRET_"
    return Outside(
        smtp_url=env.get("QUCHENG_SMTP_URL", ""),
        mail_from=env.get("QUCHENG_MAIL_FROM", ""),
        im_targets=dict(_target(text) for text in env.get("QUCHENG_IM_TARGETS", "").split()),
        im_schemes=frozenset(env.get("QUCHENG_IM_SCHEMES", "").replace(",", " ").split()) or IM_SCHEMES,
        allowed_hosts=tuple(env.get("QUCHENG_HTTP_ALLOWED_HOSTS", "").lower().replace(",", " ").split()),
        private_networks=tuple(
            _network(text) for text in env.get("QUCHENG_HTTP_PRIVATE_NETWORKS", "").replace(",", " ").split()
        ),
        base_url=env.get("QUCHENG_BASE_URL", "").rstrip("/"),
        secrets={name.removeprefix(prefix): value for name, value in env.items() if name.startswith(prefix) and value},
    )


def _target(text: str) -> tuple[str, str]:
    name, separator, url = text.partition("=")
    if not (name and separator and "://" in url):
        # The text is not repeated: it may hold a token.
        raise InvalidError(
            mark("环境变量 {name} 应写成“名称=地址”，多个用空格隔开，例如 渠道群=dingtalk://令牌。"),
            where="QUCHENG_IM_TARGETS",
            name="QUCHENG_IM_TARGETS",
        )
    return name, url


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise InvalidError(
            mark("环境变量 {name} 里的“{text}”不是网段，应写成 10.0.0.0/8 这样。"),
            where="QUCHENG_HTTP_PRIVATE_NETWORKS",
            name="QUCHENG_HTTP_PRIVATE_NETWORKS",
            text=text,
        ) from error

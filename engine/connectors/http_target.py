"""Where a call may go: the host must be allowed by name, and every address it has must be one we may connect to."""

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from engine.config_outside import Network, Outside
from engine.connectors.call import FailedError, RefusedError
from engine.errors import mark

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_UNICAST = ipaddress.ip_network("2000::/3")
"""All of IPv6 that is public (RFC 4291, 2.4): outside of it lie more ways to write a private IPv4 address."""
_SPECIAL = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20")))
"""What the library takes for public and the registries of special addresses do not (RFC 6890, 7526, 9637)."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """A place to connect to, looked up once: what was checked is what is connected to."""

    secure: bool
    host: str
    """As it stands in the address, for the Host header and the certificate."""
    port: int
    path: str
    """Path and query."""
    addresses: tuple[str, ...]


def target(url: str, outside: Outside) -> Target:
    """Check an address and look its host up. Raises RefusedError where it may not be called, FailedError for no DNS."""
    parsed = _parsed(url)
    host, port = str(parsed.host).strip("[]").lower(), parsed.port or _PORTS[str(parsed.scheme)]
    if not _is_allowed(host, port, str(parsed.scheme), outside.allowed_hosts):
        raise RefusedError(
            mark(
                "不允许调用主机 {host}（端口 {port}）。如确需调用，请系统管理员把它加入环境变量 "
                "QUCHENG_HTTP_ALLOWED_HOSTS 后重试。"
            ),
            where="url",
            host=host,
            port=port,
        )
    addresses = _look_up(host, port)
    for address in addresses:
        _require_open(host, ipaddress.ip_address(address.partition("%")[0]), outside.private_networks)
    return Target(
        secure=parsed.scheme == "https", host=host, port=port, path=parsed.request_uri, addresses=tuple(addresses)
    )


def _parsed(url: str) -> Url:
    try:
        parsed = parse_url(url.strip())
    except LocationParseError as error:
        raise RefusedError(mark("输入 url 不是正确的网址。"), where="url") from error
    if parsed.scheme not in _PORTS or not parsed.host:
        raise RefusedError(mark("输入 url 应以 https:// 或 http:// 开头，并写明主机。"), where="url")
    if parsed.auth is not None:
        raise RefusedError(mark("输入 url 里不能写用户名和密码，请改用 authentication。"), where="url")
    return parsed


def _is_allowed(host: str, port: int, scheme: str, allowed: Sequence[str]) -> bool:
    return any(_matches(host, port, scheme, entry) for entry in allowed)


def _matches(host: str, port: int, scheme: str, entry: str) -> bool:
    name, wanted = _split(entry)
    if port != (wanted if wanted is not None else _PORTS[scheme]):
        return False
    return host.endswith(name[1:]) if name.startswith("*.") else host == name


def _split(entry: str) -> tuple[str, int | None]:
    """Split ``host``, ``host:port``, ``[v6]`` or ``[v6]:port``."""
    name, separator, port = entry.rpartition(":")
    if separator and port.isdecimal() and (":" not in name or name.endswith("]")):
        return name.strip("[]"), int(port)
    return entry.strip("[]"), None


def _look_up(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FailedError(
            mark("找不到主机 {host} 的网络地址。请检查网址和域名服务。"), where="url", host=host
        ) from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _require_open(host: str, address: Address, private: Sequence[Network]) -> None:
    real = _embedded(address)
    if _is_public(real):
        return
    if any(real in network for network in private):
        return
    raise RefusedError(
        mark(
            "主机 {host} 的地址 {address} 不在公网上，不允许调用。如确需调用，请系统管理员把它的网段加入环境变量 "
            "QUCHENG_HTTP_PRIVATE_NETWORKS 后重试。"
        ),
        where="url",
        host=host,
        address=str(address),
    )


def _is_public(address: Address) -> bool:
    if address.version == 6 and address not in _UNICAST:
        return False
    return address.is_global and not address.is_multicast and not any(address in special for special in _SPECIAL)


def _embedded(address: Address) -> Address:
    """Give the IPv4 address that an IPv6 one carries: packets to it end there."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address

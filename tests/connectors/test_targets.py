"""Where a call may go: names, ports, and the addresses a name really has."""

import socket
from collections.abc import Callable

import pytest

from engine.config_outside import Outside, load_outside
from engine.connectors.call import FailedError, RefusedError
from engine.connectors.http_target import Target, target
from engine.errors import InvalidError

PUBLIC = "93.184.215.14"
ANY = "0.0.0.0"  # noqa: S104 - called, not listened on: a connection to it ends on the own machine


def outside(hosts: str = "", networks: str = "") -> Outside:
    return load_outside({"QUCHENG_HTTP_ALLOWED_HOSTS": hosts, "QUCHENG_HTTP_PRIVATE_NETWORKS": networks})


@pytest.fixture
def resolves(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let every name have these addresses; literal addresses stay what they are."""

    def to(*addresses: str) -> None:
        def look_up(_host: str, port: int, **_more: object) -> list[object]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

        monkeypatch.setattr(socket, "getaddrinfo", look_up)

    return to


def test_without_settings_every_host_is_refused_and_the_text_says_whom_to_ask() -> None:
    with pytest.raises(RefusedError, match=r"api.example.com（端口 443）.*系统管理员.*QUCHENG_HTTP_ALLOWED_HOSTS"):
        target("https://api.example.com/x", outside())


@pytest.mark.parametrize(
    ("hosts", "url", "allowed"),
    [
        ("api.example.com", "https://api.example.com/x", True),
        ("api.example.com", "http://API.Example.com/x", True),
        ("api.example.com", "https://api.example.com:8443/x", False),
        ("api.example.com:8443", "https://api.example.com:8443/x", True),
        ("api.example.com:8443", "https://api.example.com/x", False),
        ("*.example.com", "https://a.b.example.com/", True),
        ("*.example.com", "https://example.com/", False),
        ("*.example.com", "https://evilexample.com/", False),
        ("example.com", "https://api.example.com/", False),
        ("example.com", "https://example.com.evil.net/", False),
        ("example.com", "https://evil.net/?x=example.com", False),
        ("example.com", "https://evil.net#@example.com/", False),
        ("example.com", r"https://evil.net\@example.com/", False),
        ("93.184.215.14", "http://93.184.215.14/", True),
        ("[2606:2800:21f::1]:8080", "http://[2606:2800:21f::1]:8080/", True),
    ],
)
def test_a_host_is_allowed_by_its_whole_name_and_port(
    resolves: Callable[..., None], hosts: str, url: str, allowed: bool
) -> None:
    resolves(PUBLIC)
    if allowed:
        assert target(url, outside(hosts)).addresses == (PUBLIC,)
    else:
        with pytest.raises(RefusedError):
            target(url, outside(hosts))


@pytest.mark.parametrize(
    "url",
    [
        "http://user@example.com/", "http://user:password@example.com/", "ftp://example.com/", "file:///etc/passwd",
        "example.com/x", "http:///x", "http://", "", "http://exa mple.com/", "http://example.com:99999/",
    ],
)  # fmt: skip
def test_what_is_no_plain_web_address_is_refused(resolves: Callable[..., None], url: str) -> None:
    resolves(PUBLIC)
    with pytest.raises(RefusedError):
        target(url, outside("example.com localhost"))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        ANY,
    ],
)
def test_every_way_to_write_the_own_machine_is_refused_even_where_the_name_is_allowed(host: str) -> None:
    with pytest.raises((RefusedError, FailedError)) as refused:
        target(f"http://{host}/", outside(f"{host} {host.strip('[]')}"))
    # A writing this machine's resolver doesn't know leads nowhere either.
    assert "不在公网上" in str(refused.value) or "找不到" in str(refused.value)


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.8", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "127.0.0.53", ANY, "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "::ffff:10.0.0.8",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "ff02::1", "::7f00:1", "::ffff:0:a00:8", "64:ff9b:1::a00:8", "fec0::1",
        "2001:0:a00:8::1", "3fff::1", "5f00::1", "192.0.0.8", "192.88.99.1",
    ],
)  # fmt: skip
def test_a_name_with_an_address_inside_is_refused(resolves: Callable[..., None], address: str) -> None:
    resolves(address)
    with pytest.raises(RefusedError, match="QUCHENG_HTTP_PRIVATE_NETWORKS"):
        target("https://api.example.com/", outside("api.example.com"))


def test_one_bad_address_among_good_ones_is_enough(resolves: Callable[..., None]) -> None:
    resolves(PUBLIC, "10.0.0.8")
    with pytest.raises(RefusedError):
        target("https://api.example.com/", outside("api.example.com"))


def test_a_network_inside_can_be_allowed_and_no_other_with_it(resolves: Callable[..., None]) -> None:
    resolves("10.1.2.3")
    assert target("http://erp.local/", outside("erp.local", "10.1.0.0/16")).addresses == ("10.1.2.3",)
    with pytest.raises(RefusedError):
        target("http://erp.local/", outside("erp.local", "10.2.0.0/16"))


def test_a_name_is_looked_up_once_and_what_was_checked_is_what_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([PUBLIC, "127.0.0.1"])

    def look_up(_host: str, port: int, **_more: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    found = target("https://api.example.com:443/a?b=1", outside("api.example.com"))
    assert found == Target(secure=True, host="api.example.com", port=443, path="/a?b=1", addresses=(PUBLIC,))


def test_settings_that_can_t_be_understood_are_refused_at_the_start() -> None:
    with pytest.raises(InvalidError, match="QUCHENG_HTTP_PRIVATE_NETWORKS"):
        outside(networks="10.0.0.0/99")
    with pytest.raises(InvalidError, match="QUCHENG_IM_TARGETS"):
        load_outside({"QUCHENG_IM_TARGETS": "dingtalk://token"})
    shown = repr(load_outside({"QUCHENG_SECRET_A": "value-a", "QUCHENG_IM_TARGETS": "g=dingtalk://value-b"}))
    assert "value" not in shown

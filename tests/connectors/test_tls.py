"""Calls over TLS: the certificate must be trusted, and be that of the name in the address."""

import datetime as dt
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from engine.connectors.call import RefusedError
from engine.connectors.http_exchange import Request, Response, exchange
from engine.connectors.http_target import Target
from tests.connectors.receivers import Receiver, answer, receiver


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Write a certificate for ``localhost`` that signs itself, with its key, into one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


def call(server: Receiver, host: str) -> Response:
    """Call a server at its address by a name."""
    target = Target(secure=True, host=host, port=server.port, path="/x", addresses=("127.0.0.1",))
    return exchange(Request(method="GET", target=target, headers={}, body=None, connect_timeout=5.0, read_timeout=5.0))


def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_trusted_certificate_of_the_right_name_is_taken(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with receiver(answer(200, {"ok": True}), tls=tls(certificate)) as server:
        assert call(server, "localhost").body == b'{"ok": true}'
        (received,) = server.received
    assert received.headers["host"] == f"localhost:{server.port}"


def test_a_certificate_nobody_trusts_is_refused(certificate: Path) -> None:
    with receiver(answer(200), tls=tls(certificate)) as server, pytest.raises(RefusedError, match="证书不可信"):
        call(server, "localhost")


def test_a_certificate_of_another_name_is_refused(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with receiver(answer(200), tls=tls(certificate)) as server, pytest.raises(RefusedError, match="证书不可信"):
        call(server, "api.example.com")

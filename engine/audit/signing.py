"""The key that signs checkpoints, and what it signs."""

import base64
import datetime as dt
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from engine.audit.chain import canonical_time


def load_key(path: Path) -> Ed25519PrivateKey:
    """Load the private key, making it on first use; nobody but the program's user may read the file."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(path)
    with os.fdopen(handle, "wb") as file:
        file.write(
            Ed25519PrivateKey.generate().private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
    return _read(path)


def public_text(key: Ed25519PrivateKey) -> str:
    """Give the public half as base64 of its 32 bytes."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def sealed_text(sealed_at: dt.datetime, previous_root: str, merkle_root: str) -> bytes:
    """Give the bytes a checkpoint's signature covers."""
    return f"qucheng checkpoint 1\n{canonical_time(sealed_at)}\n{previous_root}\n{merkle_root}\n".encode()


def sign(key: Ed25519PrivateKey, text: bytes) -> str:
    """Sign bytes; base64."""
    return base64.b64encode(key.sign(text)).decode()


def is_signed(public_key: str, signature: str, text: bytes) -> bool:
    """Tell whether a signature is one of this key over these bytes."""
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key)).verify(base64.b64decode(signature), text)
    except (InvalidSignature, ValueError):
        return False
    return True


def _read(path: Path) -> Ed25519PrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{path} holds another kind of key than Ed25519")
    return key

"""Passwords: Argon2id, and a check that takes as long for a name that doesn't exist."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Hash a password for storing."""
    return _hasher.hash(password)


def verify_password(password_hash: str | None, password: str) -> bool:
    """Tell whether a password is right. None is checked like a hash, so that time tells nothing about names."""
    # Asked for whether it is needed or not: the first sign-in takes longer, whoever it is.
    nobody = _hash_of_nobody()
    try:
        _hasher.verify(password_hash or nobody, password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


@cache
def _hash_of_nobody() -> str:
    """Give a hash that no password has; made when it is first needed, for it takes time and 64 MB."""
    return _hasher.hash("nobody has this password")

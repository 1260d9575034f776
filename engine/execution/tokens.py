"""Bearer tokens are random and long: a plain hash of them can't be guessed backwards."""

import hashlib


def hash_token(token: str) -> str:
    """Give what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()

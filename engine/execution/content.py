"""Files of deployments: stored once by their hash."""

import hashlib

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine.model import Content


def sha256(content: bytes) -> str:
    """Give the hash that names content."""
    return hashlib.sha256(content).hexdigest()


def store_content(session: Session, content: bytes) -> str:
    """Store bytes unless they are stored, and give their hash."""
    digest = sha256(content)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(dialect.insert(Content).values(sha256=digest, body=content).on_conflict_do_nothing())
    return digest

"""What a DMN file declares: the ids and names of its decisions."""

from engine.dmn import declared


def read_decisions(content: bytes, resource: str) -> dict[str, str]:
    """Give id → name of each decision of a file. Raises UnpublishableError for anything that isn't DMN 1.2 or later."""
    return declared(content, resource).decisions

"""Merkle trees as Certificate Transparency builds them (RFC 6962, 2.1), with SHA-256."""

import hashlib
from collections.abc import Sequence


def leaf_hash(leaf: bytes) -> bytes:
    """Hash one leaf. The prefix keeps a leaf from passing for a node."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees together."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Root:
    """The root over leaves that come one by one; keeps one hash for each bit of their number."""

    def __init__(self) -> None:
        self._full: list[tuple[int, bytes]] = []
        """Complete subtrees from left to right, with their sizes."""

    def add(self, leaf: bytes) -> None:
        """Add the next leaf."""
        size, whole = 1, leaf_hash(leaf)
        while self._full and self._full[-1][0] == size:
            size, whole = size * 2, node_hash(self._full.pop()[1], whole)
        self._full.append((size, whole))

    def digest(self) -> bytes:
        """Give the root of the leaves so far."""
        if not self._full:
            return hashlib.sha256(b"").digest()
        *rest, (_size, whole) = self._full
        for _size, left in reversed(rest):
            whole = node_hash(left, whole)
        return whole


def path(leaves: Sequence[bytes], index: int) -> list[tuple[str, bytes]]:
    """Give the way from a leaf to the root: which side each neighbour stands on, and its hash (RFC 6962, 2.1.1)."""
    if len(leaves) <= 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if index < split:
        return [*path(leaves[:split], index), ("right", _root(leaves[split:]))]
    return [*path(leaves[split:], index - split), ("left", _root(leaves[:split]))]


def _root(leaves: Sequence[bytes]) -> bytes:
    tree = Root()
    for leaf in leaves:
        tree.add(leaf)
    return tree.digest()

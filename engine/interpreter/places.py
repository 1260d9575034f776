"""Where the tokens of a case stand: what was known before a step and what has moved, without a copy of thousands."""

from collections.abc import Iterator, Mapping

_MANY = 64
"""Moves after which everything is written down anew: so long, it costs less to look through them."""


class Places(Mapping[int, str]):
    """The element that each token waits at. It does not change; the next step makes another one of it."""

    def __init__(self, known: Mapping[int, str], left: Mapping[int, None], came: Mapping[int, str]) -> None:
        self._known = known
        self._left = left
        self._came = came

    @classmethod
    def after(cls, before: Mapping[int, str], left: list[int], came: Mapping[int, str]) -> Mapping[int, str]:
        """Give the places after tokens have left and come. Few are copied sooner than looked through."""
        # Not ``isinstance``, which asks the register of all mappings first.
        if type(before) is not cls and len(before) <= _MANY:
            after = dict(before)
            for token in left:
                after.pop(token, None)
            after.update(came)
            return after
        if not isinstance(before, Places):
            return cls(before, dict.fromkeys(left), dict(came))
        gone = {**before._left, **dict.fromkeys(token for token in left if token in before._known)}
        new = {token: place for token, place in before._came.items() if token not in left} | dict(came)
        if len(gone) + len(new) > _MANY:
            known = dict(before._known)
            for token in (*gone, *new):
                known.pop(token, None)
            known.update(new)
            return cls(known, {}, {})
        return cls(before._known, gone, new)

    def __getitem__(self, token: int) -> str:
        """Give the element that a token waits at."""
        if token in self._came:
            return self._came[token]
        if token in self._left:
            raise KeyError(token)
        return self._known[token]

    def __iter__(self) -> Iterator[int]:
        """Give the tokens: those that were there first, then those that have come."""
        yield from (token for token in self._known if token not in self._left and token not in self._came)
        yield from self._came

    def __len__(self) -> int:
        """Give how many wait."""
        again = sum(1 for token in self._came if token in self._known and token not in self._left)
        return len(self._known) - len(self._left) + len(self._came) - again

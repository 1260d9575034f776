"""Random well-formed processes: blocks inside blocks; ``drawing`` writes them as diagrams."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

THROWN = ["error", "escalation"]
"""Events that come out of the case itself."""
TOLD = ["timer", "message", "signal"]
"""Events that come from outside."""


@dataclass
class Block:
    """``name`` is its element or its gateways' stem.

    ``kind``: task, many, seq, par, inc, exc, loop; sub or case, with event sub-processes after its sequence; event, one
    of those; each, a sub-process that is repeated; timed, an activity with a border and what follows from there; throw.
    """

    kind: str
    name: str
    inner: list["Block"] = field(default_factory=list)
    flag: bool = False
    """Of ``many`` and ``each``: one after the other; of ``timed`` and ``event``: it interrupts."""
    count: int = 0
    """Of ``many``: how many do it; of ``each``: how many times its sub-process is done."""
    rounds: str = ""
    """Of ``many`` and ``each``: the mark of a standard loop, where it is no list that it is repeated over."""
    by: str = ""
    """Of ``timed`` and ``event``: what it waits for; of ``throw``: what it throws."""

    def all(self) -> Iterator["Block"]:
        """Give the block and all inside it."""
        yield self
        for one in self.inner:
            yield from one.all()


class Maker:
    """Makes blocks by chance, with names that are given once."""

    def __init__(self, chance: random.Random, tasks: int) -> None:
        self._chance = chance
        self._left = tasks
        self._number = 0
        self._several = 0
        """In how many blocks we are of which several may be open; there two events of one name could not be told apart."""
        self._caught: list[str] = []
        """The events that are caught around here, whatever happens."""
        self._makers: dict[str, Callable[[int], Block]] = {
            "par": lambda depth: self._branches("par", depth),
            "inc": lambda depth: self._branches("inc", depth),
            "exc": lambda depth: self._branches("exc", depth),
            "sub": lambda depth: self._holding(Block("sub", self._name("s")), depth - 1),
            "loop": lambda depth: Block("loop", self._name("l"), [self.sequence(depth - 1)]),
            "timed": self._timed,
            "many": lambda _depth: self._many(),
            "each": self._each,
            "throw": lambda _depth: self._throw(),
        }

    def process(self, depth: int = 3) -> Block:
        """Make a whole process."""
        return self._holding(Block("case", "case"), depth)

    def sequence(self, depth: int, most: int = 3) -> Block:
        inner = [self._block(depth) for _ in range(self._chance.randint(1, most))]
        return Block("seq", self._name("q"), inner)

    def _block(self, depth: int) -> Block:
        self._left -= 1
        if depth <= 0 or self._left <= 0 or self._chance.random() < 0.35:
            return self._task()
        kinds = [kind for kind in self._makers if kind != "throw"] + ["throw"] * 3 * bool(self._caught)
        return self._makers[self._chance.choice(kinds)](depth)

    def _task(self) -> Block:
        return Block("task", self._name("t"))

    def _branches(self, kind: str, depth: int) -> Block:
        name = self._name({"par": "p", "inc": "i", "exc": "e"}[kind])
        return Block(kind, name, [self.sequence(depth - 1, 2) for _ in range(self._chance.randint(2, 3))])

    def _throw(self) -> Block:
        """Throw what is caught around here, after a task: a loop must not go round by itself."""
        thrown = Block("throw", self._name("x"), by=self._chance.choice(self._caught))
        return Block("seq", self._name("q"), [self._task(), thrown])

    def _many(self) -> Block:
        return self._repeats(Block("many", self._name("m"), count=self._chance.randint(1, 3)))

    def _each(self, depth: int) -> Block:
        block = self._repeats(Block("each", self._name("r"), count=self._chance.randint(1, 2)))
        self._several += not block.flag
        self._holding(block, depth - 1, 2)
        self._several -= not block.flag
        return block

    def _repeats(self, block: Block) -> Block:
        """Decide how a block is repeated: at once, one after the other, or in rounds that a loop counts."""
        how = self._chance.choice(["at once", "in turn", "maximum", "condition"])
        block.flag = how != "at once"
        before = str(self._chance.random() < 0.5).lower()
        if how == "maximum":
            block.rounds = f'<bpmn:standardLoopCharacteristics testBefore="{before}" loopMaximum="{block.count}"/>'
        elif how == "condition":
            block.rounds = (
                f'<bpmn:standardLoopCharacteristics testBefore="{before}"><bpmn:loopCondition>'
                f"=loopCounter &lt; {block.count}</bpmn:loopCondition></bpmn:standardLoopCharacteristics>"
            )
        return block

    # -- events -----------------------------------------------------------------------------------------

    def _holding(self, block: Block, depth: int, most: int = 3) -> Block:
        """Fill a process or sub-process: its sequence, and event sub-processes beside it."""
        wanted = self._chance.choice([[], [], [self._event()], [self._event(), self._event()]])
        events = list({one.by: one for one in wanted if self._may_wait(one.by)}.values())
        block.inner = [self._catching([one.by for one in events], depth, most), *events]
        for one in events:
            several = not one.flag and one.by != "timer"
            self._several += several
            # Whoever has interrupted is alone, so nothing of this scope catches what is thrown there.
            one.inner = [self.sequence(min(depth - 1, 1), 2)]
            one.inner[0].inner.insert(0, self._task())
            self._several -= several
        return block

    def _event(self) -> Block:
        by = self._chance.choice([*TOLD, *THROWN])
        return Block("event", self._name("v"), flag=by == "error" or self._chance.random() < 0.5, by=by)

    def _may_wait(self, by: str) -> bool:
        return by in THROWN or not self._several

    def _catching(self, kinds: list[str], depth: int, most: int) -> Block:
        caught = [kind for kind in kinds if kind in THROWN]
        self._caught += caught
        sequence = self.sequence(depth, most)
        del self._caught[len(self._caught) - len(caught) :]
        return sequence

    def _timed(self, depth: int) -> Block:
        """Draw an event on the border of a task, a repeated one, or a sub-process."""
        name = self._name("b")
        host = self._chance.choice(["task", "task", "many", "sub", "each"])
        kinds = [kind for kind in (TOLD if host in {"task", "many"} else TOLD + THROWN) if self._may_wait(kind)]
        if not kinds:
            return self._task()
        by = self._chance.choice(kinds)
        caught = [by] if by in THROWN else []
        self._caught += caught
        main = self._task() if host == "task" else self._makers[host](depth - 1)
        del self._caught[len(self._caught) - len(caught) :]
        handler = self.sequence(min(depth - 1, 1), 2)
        # What a border lets begin beside the way is in no scope of its own: twice of it could not be told apart.
        return Block("timed", name, [main, handler], flag=by in THROWN or self._chance.random() < 0.5, by=by)

    def _name(self, stem: str) -> str:
        self._number += 1
        return f"{stem}{self._number}"

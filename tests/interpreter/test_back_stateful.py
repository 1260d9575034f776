"""The same comparison driven by Hypothesis: what goes wrong is shrunk to the smallest diagram and the fewest steps.

Here each case also has its twin that forgets nothing.
"""

import random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from engine.interpreter import specification
from tests.interpreter.blocks import Maker
from tests.interpreter.drawing import Drawing
from tests.interpreter.pairs import Direct, Pair


class Operations(RuleBasedStateMachine):
    """Anything legal that people can do to a case of a random diagram."""

    pair: Pair
    run: Direct

    @initialize(chance=st.randoms(use_true_random=False))
    def begin(self, chance: random.Random) -> None:
        """Draw a diagram and start a case of it."""
        self.chance = chance
        self.block = Maker(chance, chance.randint(1, 9)).process()
        specification.cache_clear()
        self.start()

    def start(self) -> None:
        """Start a case of the diagram."""
        content = Drawing(self.block).content

        def direct(**variables: object) -> Direct:
            self.run = Direct(content, **variables)
            return self.run

        self.pair = Pair(self.block, self.chance, direct)

    def is_open(self) -> bool:
        """Tell whether there is anything left to do."""
        return not self.run.ended

    @precondition(lambda self: not self.is_open())
    @rule()
    def start_another(self) -> None:
        """Start another case where one is over."""
        self.teardown()
        self.start()

    @precondition(is_open)
    @rule()
    def complete(self) -> None:
        """Complete a task, a detour, or one of several instances."""
        self.pair.act(self.pair.complete)

    @precondition(is_open)
    @rule()
    def go_back(self) -> None:
        """Return a task and go on from there."""
        self.pair.act(self.pair.back)

    @precondition(is_open)
    @rule()
    def come_straight_back(self) -> None:
        """Return a task that comes straight back."""
        self.pair.act(self.pair.detour)

    @precondition(is_open)
    @rule()
    def take_back(self) -> None:
        """Take a completed task back."""
        self.pair.act(self.pair.undo)

    @precondition(is_open)
    @rule()
    def redo(self) -> None:
        """Run something again."""
        self.pair.act(self.pair.redo)

    @precondition(is_open)
    @rule()
    def fire(self) -> None:
        """Let an event happen."""
        self.pair.act(self.pair.fire)

    @precondition(is_open)
    @rule()
    def add_signer(self) -> None:
        """Let one more do a repeated task."""
        self.pair.act(self.pair.add)

    @precondition(is_open)
    @rule()
    def remove_signer(self) -> None:
        """Let one less do a repeated task."""
        self.pair.act(self.pair.remove)

    @precondition(is_open)
    @rule()
    def move(self) -> None:
        """Put a token somewhere else."""
        self.pair.act(self.pair.move)

    @precondition(is_open)
    @rule()
    def renew(self) -> None:
        """Go on under another version that draws the same."""
        self.pair.act(self.pair.renew)

    @invariant()
    def never_stuck(self) -> None:
        """Wait for somebody, or be over; that it is for the right ones is seen after each rule."""
        assert self.run.ended or self.run.tokens

    def teardown(self) -> None:
        """Do all of it again, by what its events would say."""
        if hasattr(self, "run"):
            assert self.run.again() == self.run.body


class TestOperations(Operations.TestCase):  # type: ignore[misc, valid-type] # made by Hypothesis
    """Run the machine."""

    settings = settings(max_examples=60, stateful_step_count=14, deadline=None)

"""Read the cells of decision tables (DMN 1.5 section 10.3.1.2, rules 13 to 17)."""

from collections.abc import Iterable

from engine.feel.parser import STANDARD_NAMES, Parser
from engine.feel.syntax import Node, Tests


class TestsParser(Parser):
    """Reads unary tests from their beginning."""

    def unary_tests(self) -> Tests:
        """Read the cell of a decision table."""
        where = self.place
        if self.text == "-" and self.peek().kind == "end":
            self.take()
            return Tests((), place=where)
        if self.text == "not" and self.peek().text == "(" and self.closes_at_end():
            self.take()
            self.take()
            found = self.tests()
            self.expect(")")
            return Tests(found, negated=True, place=where)
        return Tests(self.tests(), place=where)

    def tests(self) -> tuple[Node, ...]:
        """Read tests with commas between them."""
        found = [self.test()]
        while self.accept(","):
            found.append(self.test())
        return tuple(found)

    def closes_at_end(self) -> bool:
        """Tell whether the parenthesis after ``not`` closes with the last token."""
        level = 0
        for token in self.tokens[self.index + 1 :]:
            if token.text in {"(", ")"} and token.kind == "op":
                level += 1 if token.text == "(" else -1
                if level == 0:
                    return token is self.tokens[-2]
        return False


def parse_unary_tests(source: str, known: Iterable[str] = ()) -> Tests:
    """Read unary tests; raise FeelSyntaxError or FeelLimitError."""
    parser = TestsParser(source, STANDARD_NAMES.plus(known))
    found = parser.unary_tests()
    parser.finish()
    return found

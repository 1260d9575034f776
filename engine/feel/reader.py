"""Walk over tokens, and say well what is missing."""

from typing import NoReturn

from engine.feel import limits, messages
from engine.feel.errors import FeelLimitError, FeelSyntaxError
from engine.feel.lexer import Token, half_width, line_starts, place, tokens
from engine.feel.messages import Text
from engine.feel.naming import MAX_NAME_TOKENS, RESERVED, KnownNames, joined_end, normalize, run_end
from engine.feel.state import Place

END = Text("表达式的结尾", "the end of the expression")
NAME = Text("名称", "a name")


def sign(text: str) -> Text:
    """Give the description of a sign or keyword that belongs at a place."""
    return Text(f"“{text}”", f'"{text}"')


class Reader:
    """A position in the tokens of one source, the names known there, and the depth so far."""

    def __init__(self, source: str, known: KnownNames) -> None:
        self.source = source
        self.tokens = tokens(source)
        self.lines = line_starts(source)
        self.index = 0
        self.depth = 0
        self.known = known

    @property
    def token(self) -> Token:
        """Give the next token without taking it."""
        return self.tokens[self.index]

    @property
    def text(self) -> str:
        """Give the text of the next token when it is a sign or word, else an empty one."""
        token = self.tokens[self.index]
        return token.text if token.kind in {"op", "name"} else ""

    @property
    def place(self) -> Place:
        """Give line and column of the next token."""
        return place(self.lines, self.token.start)

    def peek(self, ahead: int = 1) -> Token:
        """Give a later token; the last one stays the end."""
        return self.tokens[min(self.index + ahead, len(self.tokens) - 1)]

    def take(self) -> Token:
        """Take the next token."""
        token = self.tokens[self.index]
        if token.kind != "end":
            self.index += 1
        return token

    def accept(self, *texts: str) -> bool:
        """Take the next token when it is one of these signs or words."""
        if self.text not in texts:
            return False
        self.index += 1
        return True

    def expect(self, text: str) -> None:
        """Take this sign or word, or raise FeelSyntaxError."""
        if not self.accept(text):
            self.fail(sign(text))

    def finish(self) -> None:
        """Demand that nothing is left."""
        if self.token.kind != "end":
            self.fail(END)

    def fail(self, expected: Text) -> NoReturn:
        """Raise FeelSyntaxError at the next token."""
        token = self.token
        line, column = self.place
        if token.kind == "mark":
            raise FeelSyntaxError(
                messages.FULL_WIDTH, line=line, column=column, expected=sign(half_width(token.text)), found=token.text
            )
        found = token.text[:40] or END
        raise FeelSyntaxError(messages.UNEXPECTED, line=line, column=column, expected=expected, found=found)

    def deepen(self, levels: int = 1) -> None:
        """Go down; raise FeelLimitError when that is too deep."""
        self.depth += levels
        if self.depth > limits.MAX_DEPTH:
            raise FeelLimitError(messages.TOO_DEEP, limit=limits.MAX_DEPTH)

    def name(self) -> str:
        """Take a name: the longest one known, else all plain words side by side."""
        token = self.token
        if token.kind == "quoted":
            self.index += 1
            return token.text[1:-1]
        if token.kind != "name":
            self.fail(NAME)
        known = self.known.match(self.source, self.tokens, self.index)
        if known is not None:
            name, self.index = known
            return name
        start = self.index
        self.index = start + 1 if token.text == "?" else joined_end(self.tokens, start)
        return self.slice(start)

    def declared(self, *stops: str) -> str:
        """Take a name where one is being given, so any sign may be in it, up to one of the stops."""
        if self.token.kind in {"quoted", "string"} or self.token.kind != "name":
            return self.name()
        start = self.index
        end = run_end(self.tokens, start, MAX_NAME_TOKENS)
        for index in range(start + 1, end + 1):
            if self.tokens[index].text in stops:
                self.index = index
                return self.slice(start)
        self.index = end
        return self.fail(sign(stops[0]))

    def slice(self, start: int) -> str:
        """Give the name that the tokens from ``start`` up to here spell."""
        if self.index == start + 1:
            return self.tokens[start].text
        return normalize(self.source[self.tokens[start].start : self.tokens[self.index - 1].end])

    def at_operand(self, ahead: int) -> bool:
        """Tell whether a later token can begin an operand."""
        token = self.peek(ahead)
        if token.kind == "op":
            return token.text in {"(", "[", "{", "-", "@"}
        return token.kind in {"number", "string", "quoted"} or (token.kind == "name" and token.text not in RESERVED)

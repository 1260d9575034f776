"""README.md lists what there is."""

from pathlib import Path

from engine.feel import limits, reference
from engine.feel.functions import BUILTINS

README = Path(reference.__file__).with_name("README.md")


def test_the_table_of_functions_is_the_one_generated_from_the_code() -> None:
    text = README.read_text(encoding="utf-8")
    assert text == reference.refreshed(text), "write reference.refreshed(text) to README.md"


def test_every_function_has_a_summary_for_process_owners() -> None:
    assert [function.name for function in BUILTINS.values() if not function.summary] == []


def test_the_limits_are_those_of_the_code() -> None:
    text = README.read_text(encoding="utf-8").replace(" ", "")
    numbers = (
        limits.MAX_SOURCE,
        limits.MAX_DEPTH,
        limits.MAX_STEPS,
        limits.MAX_TEXT,
        limits.MAX_TEXTS,
        limits.MAX_PATTERN,
    )
    assert [number for number in numbers if str(number) not in text] == []

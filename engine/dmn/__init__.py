r"""Decision tables and requirement graphs of DMN 1.2 to 1.5, on FEEL: XML -> model -> value and why.

    >>> model = load(xml)  # doctest: +SKIP
    >>> model.evaluate("rebate_share", {"kind": "常规"}).value  # doctest: +SKIP
    Decimal('0.5')

``load`` once and keep the model; ``lint`` before publication. See README.md beside this file.
"""

from engine.dmn.graph import Evaluated
from engine.dmn.lint import lint
from engine.dmn.model import Declared, Model, Result, declared, load
from engine.dmn.running import Match, Notice, TableTrace

__all__ = ["Declared", "Evaluated", "Match", "Model", "Notice", "Result", "TableTrace", "declared", "lint", "load"]

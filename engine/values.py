"""Values: dataclasses that nobody changes once they are made."""

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

Kind = TypeVar("Kind")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def value(kind: type[Kind]) -> type[Kind]:
    """Make a class of values of which every step makes some: mypy refuses whoever changes one.

    ``dataclass(frozen=True)`` would refuse it at run time, too; to make one then takes several times longer.
    """
    return dataclass(kw_only=True)(kind)

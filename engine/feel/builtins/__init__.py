"""The built-in functions, by subject; importing this registers them."""

from engine.feel.builtins import booleans, contexts, conversions, dates, lists, numeric, strings

SUBJECTS = (booleans, contexts, conversions, dates, lists, numeric, strings)

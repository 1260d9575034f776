"""How much one evaluation may use. Counted, never timed, so that a replay ends where the first run did."""

MAX_SOURCE = 20_000
"""Characters of one expression."""
MAX_DEPTH = 100
"""Levels of nesting in one expression, and of nested values taken in from outside."""
MAX_FRAMES = 600
"""Levels of nesting that are being evaluated at once, function calls included."""
MAX_STEPS = 200_000
"""Parts evaluated or items touched in one evaluation."""
MAX_TEXT = 200_000
"""Characters of one string."""
MAX_TEXTS = 4_000_000
"""Characters of all strings made in one evaluation."""
MAX_WARNINGS = 20
"""Warnings kept; the first ones say most."""
MAX_PATTERN = 1_000
"""Characters of one regular expression."""

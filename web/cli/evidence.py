"""``qucheng verify``: proving that nothing was altered."""

from collections.abc import Sequence

import click

COMMANDS: Sequence[click.Command] = ()

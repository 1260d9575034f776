"""Which module has which command: only the one that somebody runs is loaded, for loading all takes longer than any."""

import gc
import importlib
from collections.abc import Mapping

import click

_GARBAGE = (20_000, 0, 0)
"""Objects that may come before anybody looks for cycles among them: a step of a case makes some hundreds. Among older
ones it is looked for at every second time, and among all at every fourth: a case that was awake for long and is let go
is such garbage, and a thousand of them would take 30 MB."""


class Rooms(click.Group):
    """A group whose commands stand in modules that are loaded when one is asked for."""

    rooms: Mapping[str, str] = {}
    """The name of a command → the module whose ``COMMANDS`` has it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name all commands, loaded or not."""
        return sorted({*super().list_commands(ctx), *self.rooms})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Give a command, and load its module where it was not asked for before."""
        if cmd_name not in self.commands and cmd_name in self.rooms:
            for command in _load(self.rooms[cmd_name]):
                self.add_command(command)
        return super().get_command(ctx, cmd_name)


def _load(module: str) -> tuple[click.Command, ...]:
    # Nothing of what loading makes is garbage: to look for some again and again took a fifth of the time. What is
    # frozen is not looked at later either, and stays shared between the processes of the server.
    gc.disable()
    try:
        commands: tuple[click.Command, ...] = importlib.import_module(module).COMMANDS
    finally:
        gc.freeze()
        gc.set_threshold(*_GARBAGE)
        gc.enable()
    return commands

"""Registers (台账): writing their entries, each version kept for ever."""

from engine.registers.writing import (
    Writer,
    Written,
    add_entry,
    draw_numbers,
    listed,
    require_register,
    require_status,
    revise_entry,
)

__all__ = [
    "Writer",
    "Written",
    "add_entry",
    "draw_numbers",
    "listed",
    "require_register",
    "require_status",
    "revise_entry",
]

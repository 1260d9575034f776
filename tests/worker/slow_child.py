"""``qucheng worker`` in a process of its own, whose job tells when it is under way and ends when it is told to."""

import os
import sys
from collections.abc import Mapping

from engine.connectors import CONNECTORS, Call
from web.cli import qucheng

really = CONNECTORS["register.save"]


def slowly(call: Call) -> Mapping[str, object]:
    """Tell that the job is under way, wait for a byte, then do it."""
    # Not print, which writes the end of the line by itself: two jobs at once would say "busybusy" and hang the test.
    os.write(sys.stdout.fileno(), b"busy\n")
    os.read(0, 1)
    return really(call)


CONNECTORS["register.save"] = slowly  # type: ignore[index] # in this process only
qucheng(["worker", "--name", "slow", *sys.argv[1:]])

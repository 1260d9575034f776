"""The server's threads take their memory from one heap."""

import re
import subprocess
import sys

import pytest

PROGRAM = """
import ctypes, threading
{before}
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
allocated = [threading.Thread(target=lambda: [libc.malloc(100_000) for _ in range(10)]) for _ in range(4)]
for thread in allocated:
    thread.start()
for thread in allocated:
    thread.join()
libc.fdopen.restype = ctypes.c_void_p
libc.malloc_info(0, ctypes.c_void_p(libc.fdopen(1, b"w")))
libc.fflush(None)
"""


def heaps(before: str) -> int:
    """Count the heaps of a program whose threads have asked for memory."""
    program = [sys.executable, "-c", PROGRAM.format(before=before)]
    told = subprocess.run(program, check=True, capture_output=True, text=True).stdout
    return len(re.findall("<heap ", told))


@pytest.mark.skipif(sys.platform != "linux", reason="malloc_info is glibc's")
def test_threads_share_one_heap() -> None:
    assert heaps("from web.cli.heap import share_one_heap; share_one_heap()") == 1
    assert heaps("") > 1

"""The server's threads take their memory from one heap, and what is free goes back to the system."""

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


LEAVING = """
import ctypes, gc, resource
{before}
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.free.argtypes = [ctypes.c_void_p]
libc.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
taken = [libc.malloc(20_000) for _ in range(2_000)]
for one in taken:
    libc.memset(one, 1, 20_000)
last = libc.malloc(20_000)
for one in taken:
    libc.free(one)
gc.collect()
pages = int(open("/proc/self/statm").read().split()[1])
print(pages * resource.getpagesize())
"""


def resident(before: str) -> int:
    """Give the bytes that a program keeps after it has freed 40 MB before something that stays."""
    program = [sys.executable, "-c", LEAVING.format(before=before)]
    return int(subprocess.run(program, check=True, capture_output=True, text=True).stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="malloc_trim is glibc's")
def test_what_is_free_goes_back_to_the_system() -> None:
    given_back = resident("from web.cli.heap import give_back_what_is_free; give_back_what_is_free()")
    assert resident("") - given_back > 30_000_000

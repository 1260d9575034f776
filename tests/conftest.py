"""What every test may ask for. Each kind of real component has its file in tests/support."""

import importlib
import os
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import HealthCheck, settings

from engine.execution.passwords import hash_password

# A file comes after the ones it imports: pytest must be first to import each, to explain failed assertions in it.
pytest_plugins = (
    "tests.support.browser",
    "tests.support.clock",
    "tests.support.postgresql",
    "tests.support.databases",
    "tests.support.company",
    "tests.support.server",
    "tests.support.people",
)

# No deadline: a busy machine is not a bug. CI tries more examples, and the same ones in each run.
settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile(
    "ci", max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


@pytest.fixture(scope="session", autouse=True)
def hashed_once() -> Iterator[None]:
    """Hash the password of the demo company once: it takes as long as half of all else that a test begins with."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            importlib.import_module("engine.commands.save_organisation"), "hash_password", cache(hash_password)
        )
        yield

"""What every test may ask for. Each kind of real component has its file in tests/support."""

import os

from hypothesis import HealthCheck, settings

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

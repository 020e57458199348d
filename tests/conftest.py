"""What all tests share: hypothesis profiles, real brokers, and the markers of the tests that need them."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from tests.kafka.fixtures import kafka1, kafka3
from tests.kafka.topics import fresh_topics

__all__ = ["fresh_topics", "kafka1", "kafka3"]

# Starting brokers, and at the first time fetching them, counts towards the first test's time.
KAFKA_SECONDS = 600

# Deadlines tell of the machine, not of the code: the machine is shared.
_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("dev", deadline=None, max_examples=60, suppress_health_check=_SLOW)
settings.register_profile("ci", parent=settings.get_profile("dev"), derandomize=True, print_blob=True)
settings.register_profile("thorough", parent=settings.get_profile("dev"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that asks for a broker as one that needs it, and give it time; `-m "not kafka"` leaves all out."""
    for item in items:
        names = getattr(item, "fixturenames", ())
        if "kafka3" in names:
            item.add_marker("kafka3")
        if "kafka1" in names or "kafka3" in names:
            item.add_marker("kafka")
        if item.get_closest_marker("kafka") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(KAFKA_SECONDS))

"""What all tests share: hypothesis profiles, and which brokers the Kafka tests get."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# Fixtures for every folder: the contract suites run against a real broker, too.
from tests.kafka.fixtures import *  # noqa: F403

# Deadlines tell of the machine, not of the code: the machine is shared.
_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("dev", deadline=None, max_examples=60, suppress_health_check=_SLOW)
settings.register_profile("ci", parent=settings.get_profile("dev"), derandomize=True, print_blob=True)
settings.register_profile("thorough", parent=settings.get_profile("dev"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))

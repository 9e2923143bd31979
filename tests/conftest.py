"""For all tests: properties are judged by what holds, never by how long an example took on a busy machine."""

from hypothesis import HealthCheck, settings

settings.register_profile("syncengine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("syncengine")

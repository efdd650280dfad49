"""The command line is tried on the same deployments as the journeys."""

from __future__ import annotations

from tests.journeys.conftest import (
    deployment,
    empty_database_url,
    migrated,
    served,
    shared_database_url,
)

__all__ = ["deployment", "empty_database_url", "migrated", "served", "shared_database_url"]

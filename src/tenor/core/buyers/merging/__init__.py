"""Merging: buyers that are one company share one limit, while orders and exposures stay on their own rows."""

from tenor.core.buyers.merging.service import check, merge, unite, unmerge
from tenor.core.buyers.merging.store import group

__all__ = ["check", "group", "merge", "unite", "unmerge"]

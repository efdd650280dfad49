"""Programmes as tests need them."""

from __future__ import annotations

import msgspec

from tenor.core.merchants.model import Merchant


def decided_by_limits(merchant: Merchant) -> Merchant:
    """A merchant whose programme asks nothing of its buyers but to stay within the limits."""
    return msgspec.structs.replace(merchant, programme=msgspec.structs.replace(merchant.programme, policy="limits"))

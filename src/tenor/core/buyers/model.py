"""The buyer."""

from __future__ import annotations

from uuid import UUID

import msgspec

from tenor.core.buyers.identity import Business


class Buyer(msgspec.Struct, frozen=True):
    """A company that buys. Until more is known of it, its e-mail address (lower case) says who it is.

    `profile` is the business as it was when terms were last accepted for it; None before that.
    """

    id: UUID
    company_name: str
    email: str
    profile: Business | None = None

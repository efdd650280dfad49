"""The buyer."""

from __future__ import annotations

from uuid import UUID

import msgspec


class Buyer(msgspec.Struct, frozen=True):
    """A company that buys. Until more is known of it, its e-mail address (lower case) says who it is."""

    id: UUID
    company_name: str
    email: str

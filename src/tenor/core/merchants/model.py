"""The merchant, the programme that was agreed, and the credentials."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec

from tenor.base.config import Environment
from tenor.core.terms.model import OfferRule

CredentialKind = Literal["api_key", "oauth_client"]


class Programme(msgspec.Struct, frozen=True, kw_only=True):
    """What a merchant and Tenor agreed.

    Limits are minor units of the merchant's currency: `order_limit` for one order, `exposure_limit` for all
    that one buyer may owe. `time_zone` is where due dates are counted. With `confirms_itself` an order that
    credit approves is placed and confirmed without another call. A buyer has `order_valid` to choose terms; from
    then on the approval holds for `approval_valid`. `policy` names the credit policy; None: that of the flow's name.
    """

    offers: tuple[OfferRule, ...]
    order_limit: int
    exposure_limit: int
    time_zone: str
    order_valid: timedelta = timedelta(days=7)
    approval_valid: timedelta = timedelta(days=30)
    confirms_itself: bool = False
    policy: str | None = None

    def offer(self, code: str) -> OfferRule | None:
        """The offer rule of that code, if the programme has it."""
        return next((rule for rule in self.offers if rule.code == code), None)


class LogoMark(msgspec.Struct, frozen=True):
    """What a page has to know of a logo: the SHA-256 that names it, its kind, and its size in pixels."""

    sha256: bytes
    media_type: Literal["image/png", "image/jpeg"]
    width: int
    height: int


class Logo(msgspec.Struct, frozen=True, kw_only=True):
    """A logo with its bytes, as it is served."""

    content: bytes
    media_type: Literal["image/png", "image/jpeg"]
    width: int
    height: int


class Merchant(msgspec.Struct, frozen=True, kw_only=True):
    """A merchant with its current programme. `origins` are its shops' origins, such as `https://shop.example.com`.

    `email` is where it hears of what went wrong with what is its own, such as a webhook address.
    `accent` (`#rrggbb`) and `logo` are how its pages look, where it has chosen that.
    """

    id: UUID
    name: str
    country: str
    currency: str
    flow: str
    origins: tuple[str, ...]
    clock_offset: timedelta
    created_at: datetime
    programme: Programme
    email: str | None = None
    accent: str | None = None
    logo: LogoMark | None = None


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """A key as it is kept: its public half, and a keyed hash of the secret one."""

    merchant_id: UUID
    id: str
    kind: CredentialKind
    environment: Environment
    secret_hash: bytes
    expires_at: datetime | None
    revoked_at: datetime | None

    def usable(self, environment: Environment, now: datetime) -> bool:
        """Whether it opens anything here and now: a key works only in its own environment (`spec/backd.md`)."""
        in_time = self.expires_at is None or now < self.expires_at
        return self.revoked_at is None and in_time and self.environment == environment


class IssuedCredential(msgspec.Struct, frozen=True, kw_only=True):
    """A new key with its secret in the clear, to be shown this once."""

    id: str
    secret: str

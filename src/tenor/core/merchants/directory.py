"""Who is calling: credentials checked against a small cache that forgets within half a second.

A secret that is right is answered from the cache. Every refusal, whatever its cause, costs exactly one look-up
in the database, so that its time tells nothing; and a key that was just rotated works at once.
"""

from __future__ import annotations

import asyncio
import hmac
import time
from uuid import UUID

from tenor.base import clock
from tenor.base.config import Environment
from tenor.base.database import Database
from tenor.base.errors import Unauthenticated
from tenor.base.logs import logger
from tenor.base.seal import Seal
from tenor.core.merchants import rules, store
from tenor.core.merchants.model import Credential, CredentialKind, Merchant
from tenor.core.merchants.service import hash_secret

# Revocation takes effect within a second; half of it leaves room for the look-up itself.
_TRUSTED_FOR = 0.5
# A key in use is looked up again before that, once for all callers and beside them. Were it looked up only when its
# time is over, every call in hand would ask at once and wait.
_RENEWED_AFTER = 0.25
_MOST_KEPT = 50_000
_NOBODY = UUID(int=0)


class Directory:
    """Names the merchant of a credential. One for a process."""

    def __init__(self, database: Database, seal: Seal, environment: Environment) -> None:
        self._database = database
        self._seal = seal
        self._environment = environment
        self._known: dict[str, tuple[float, Credential, Merchant]] = {}
        self._renewals: dict[str, asyncio.Task[None]] = {}

    async def authenticate(self, kind: CredentialKind, credential_id: str, secret: str) -> Merchant:
        """The merchant that holds this secret. Raises `Unauthenticated`, the same for every reason."""
        offered = hash_secret(self._seal, credential_id, secret)
        known = self._remembered(credential_id)
        if known is not None and self._opens(known[0], kind, offered):
            self._renew_in_time(kind, credential_id)
            return known[1]
        known = await self._look_up(kind, credential_id)
        if known is None or not self._opens(known[0], kind, offered):
            raise Unauthenticated("The credentials are not valid.")
        return known[1]

    async def merchant_of_client(self, kind: CredentialKind, credential_id: str) -> Merchant:
        """The merchant of a credential that something else (a signed token) vouches for, while it is usable."""
        known = self._remembered(credential_id)
        if known is not None:
            self._renew_in_time(kind, credential_id)
        else:
            known = await self._look_up(kind, credential_id)
        if known is None or known[0].kind != kind or not known[0].usable(self._environment, clock.now()):
            raise Unauthenticated("The credentials are not valid.")
        return known[1]

    async def merchant_of_public_key(self, public_key: str) -> Merchant:
        """The merchant of an API key's public half, while the key is usable. Raises `Unauthenticated`.

        It proves nothing: everybody may read a public key in a shop's page. It only says whose rules hold.
        """
        return await self.merchant_of_client("api_key", public_key)

    def _opens(self, credential: Credential, kind: CredentialKind, offered: bytes) -> bool:
        same = hmac.compare_digest(credential.secret_hash, offered)
        return same and credential.kind == kind and credential.usable(self._environment, clock.now())

    def _remembered(self, credential_id: str) -> tuple[Credential, Merchant] | None:
        entry = self._known.get(credential_id)
        if entry is None or time.monotonic() - entry[0] > _TRUSTED_FOR:
            return None
        return entry[1], entry[2]

    def _renew_in_time(self, kind: CredentialKind, credential_id: str) -> None:
        age = time.monotonic() - self._known[credential_id][0]
        if age > _RENEWED_AFTER and credential_id not in self._renewals:
            self._renewals[credential_id] = asyncio.create_task(self._renew(kind, credential_id))

    async def _renew(self, kind: CredentialKind, credential_id: str) -> None:
        try:
            await self._look_up(kind, credential_id)
        except Exception as error:
            # It is said once and not tried again: whoever calls when the key's time is over asks for himself.
            logger().warning("key not looked up", error=type(error).__name__)

    async def _look_up(self, kind: CredentialKind, credential_id: str) -> tuple[Credential, Merchant] | None:
        merchant_id = rules.merchant_of(credential_id)
        asked_at = time.monotonic()
        async with self._database.single_statement() as tx:
            # An id that we never issued may hold what a database refuses, so nobody's is asked for instead.
            holder = await store.find_holder(tx, merchant_id or _NOBODY, credential_id if merchant_id else "", kind)
        self._renewals.pop(credential_id, None)
        if holder is None:
            return None
        if len(self._known) >= _MOST_KEPT:
            self._known.clear()
        self._known[credential_id] = (asked_at, *holder)
        return holder

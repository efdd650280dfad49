"""Passwords as they are kept: argon2id, computed off the event loop."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from tenor.core.staff.rules import LONGEST_PASSWORD, normal_password

# RFC 9106, section 4: the second recommended choice, for where 2 GiB a try is too much.
TIME_COST = 3
MEMORY_KIB = 64 * 1024
LANES = 4

# Each takes 64 MiB for as long as it lasts; strangers can ask for as many as they like.
_AT_ONCE = 2


class Passwords:
    """Makes and compares hashes. One for a process."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=LANES, type=Type.ID)
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._nobodys: str | None = None

    async def hash(self, password: str) -> str:
        """The hash of a password that has passed the rules."""
        async with self._room:
            return await asyncio.to_thread(self._hasher.hash, normal_password(password))

    async def matches(self, kept: str | None, typed: str) -> bool:
        """Whether a password is the one. Without a hash it is compared all the same, with one that nobody has."""
        if self._nobodys is None:
            self._nobodys = await self.hash("of nobody")
        async with self._room:
            right = await asyncio.to_thread(self._verify, kept or self._nobodys, typed[: LONGEST_PASSWORD + 1])
        return right and kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether a hash was made with other parameters than those of today."""
        return self._hasher.check_needs_rehash(kept)

    def _verify(self, kept: str, typed: str) -> bool:
        try:
            return self._hasher.verify(kept, normal_password(typed))
        except (VerificationError, InvalidHashError):
            return False

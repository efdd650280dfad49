"""Whom the demo plays with: buyers whose answers decide what credit says, and two people at the desk."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import pyotp

from tenor.base import clock
from tenor.base.seal import Seal
from tenor.core.credit import sandbox
from tenor.core.staff import rules, service, store
from tenor.core.staff.model import OPERATOR, Role, Staff
from tenor.core.staff.passwords import Passwords
from tenor.faces.face import Platform

# What the demo calls the sandbox bureau's magic values by.
OUTCOMES: Mapping[sandbox.Magic, str] = {
    "approve": "approved at once",
    "decline": "declined",
    "review": "waits for the desk",
}
# Above the policy's threshold two people have to agree.
_OFFICERS = (("Noura Haddad", "noura@desk.example.com"), ("Omar Saleh", "omar@desk.example.com"))


def number(country: str, magic: sandbox.Magic) -> str:
    """The registration number by which a company of a country is judged so."""
    return next(given for given, said in sandbox.NUMBERS[country].items() if said == magic)


def email(magic: sandbox.Magic) -> str:
    """The address by which any company is judged so."""
    return next(given for given, said in sandbox.EMAILS.items() if said == magic)


@dataclass(frozen=True)
class Officer:
    """Somebody at the desk who decides about credit: how to sign in, and the secret behind the six-digit codes."""

    email: str
    password: str
    totp_secret: str


async def officers(on: Platform) -> list[Officer]:
    """The two, made at the first start only. Their passwords follow from the deployment's secret."""
    return [await _officer(on, name, address) for name, address in _OFFICERS]


async def _officer(on: Platform, name: str, address: str) -> Officer:
    password = _password(on.seal, address)
    async with on.database.transaction() as tx:
        member = await store.by_email(tx, address, lock=True)
    if member is None:
        member = await _made(on, name, address, password)
    return Officer(address, password, rules.totp_secret(on.seal, member.id, member.totp_generation))


async def _made(on: Platform, name: str, address: str, password: str) -> Staff:
    hashed = await Passwords().hash(password)
    now = clock.now()
    async with on.database.transaction() as tx:
        member, secret = await service.create(
            tx, on.seal, OPERATOR, name=name, email=address, role=Role.CREDIT_OFFICER, now=now
        )
        # The code of a step ago is good as well, and using it up leaves the present one for the first sign-in.
        totp = pyotp.TOTP(rules.totp_secret(on.seal, member.id, member.totp_generation))
        code = totp.at(now - timedelta(seconds=rules.STEP_SECONDS))
        return await service.set_up(
            tx, on.seal, secret, password_hash=hashed, code=code, origin=OPERATOR.origin, now=now
        )


def _password(seal: Seal, address: str) -> str:
    stamp = seal.stamp("demo-officer", address.encode())
    return base64.b32encode(stamp[:15]).decode().lower()

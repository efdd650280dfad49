"""An agreement: its content in the words that the buyer read, and the row that keeps it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

Fact = tuple[str, str]


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """One of those who agree: what it is here ("The buyer"), its name, and what identifies it, each with a label."""

    role: str
    name: str
    facts: tuple[Fact, ...] = ()


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the order: its name, how many at what price, and what they come to."""

    name: str
    count: str
    amount: str


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A payment for programs: the day it is due, and minor units."""

    due_on: date
    amount: int


class Numbers(msgspec.Struct, frozen=True, kw_only=True):
    """The agreement's amounts for programs, in minor units of the currency. The merchant's fee is none of them."""

    currency: str
    total: int
    fee: int
    payments: tuple[Due, ...]


class Headings(msgspec.Struct, frozen=True, kw_only=True):
    """The words around the content, kept with it so that a later release can't reword an old agreement.

    `page` holds `{page}` and `{pages}`. `draft` stands where nothing is signed; `checksum` labels the content's SHA-256
    and `checking` says how it is checked.
    """

    title: str
    parties: str
    order: str
    clauses: str
    payments: str
    signature: str
    checksum: str
    checking: str
    page: str
    draft: str


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """All that an agreement says, in one language (`en` or `ar`), in the order in which it is read.

    `id` is unset on a draft. `note` says that a sandbox moves no money and is empty elsewhere. `clauses` are the
    sentences that were accepted; `payments` are every due date and its amount. `numbers` says the same for programs.
    """

    format: Literal[1] = 1
    id: UUID | None
    language: str
    headings: Headings
    note: str
    parties: tuple[Party, ...]
    facts: tuple[Fact, ...]
    lines: tuple[Line, ...]
    sums: tuple[Fact, ...]
    clauses: tuple[str, ...]
    payments: tuple[Fact, ...]
    owed: tuple[Fact, ...]
    signature: tuple[Fact, ...]
    numbers: Numbers


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """An accepted agreement as its row keeps it: the content's very bytes, and their SHA-256."""

    merchant_id: UUID
    order_id: UUID
    id: UUID
    content: bytes
    sha256: bytes
    accepted_at: datetime

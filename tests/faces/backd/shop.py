"""A merchant that speaks Backd's dialect over HTTP, and the buyer and the clock that its orders need."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import msgspec

from tenor import worker
from tenor.core.events.model import EventType
from tenor.core.merchants import service as merchants
from tenor.core.merchants import store as merchant_store
from tenor.core.merchants.model import Merchant
from tenor.core.orders import service as orders
from tenor.core.orders.model import Order, State
from tenor.faces.backd.mapping import STATUS, order_number
from tenor.faces.face import Platform
from tests.faces.backd.bodies import Body, an_order
from tests.programmes import decided_by_limits

PREFIX = "/v1/backd/bnpl/api"

_encode = msgspec.json.Encoder(decimal_format="number").encode

# Every row that an order, or an attempt at one, may leave behind.
_TRACES = (
    "orders", "events", "deliveries", "documents", "refunds", "instalments", "journal_entries", "idempotency_keys",
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """An answer as it came."""

    code: int
    text: str
    headers: Mapping[str, str]

    @property
    def body(self) -> Any:
        """The JSON, its numbers read digit by digit."""
        return json.loads(self.text, parse_float=Decimal)

    @property
    def data(self) -> Any:
        """What a successful call answered with."""
        body = self.body
        assert self.code == 200, self.text
        assert list(body) == ["data", "message", "status", "error"], self.text
        assert body["status"] == {"type": "success", "code": 200}, self.text
        assert body["error"] is False, self.text
        return body["data"]

    @property
    def refusal(self) -> str:
        """The message of a call that was refused, in exactly the seed's shape."""
        body = self.body
        assert self.code == 400, self.text
        assert self.headers["content-type"] == "application/json", self.headers
        assert list(body) == ["message", "status", "error"], self.text
        assert body["status"] == {"type": "fail", "code": 400}, self.text
        assert body["error"] is True, self.text
        message: str = body["message"]
        assert isinstance(message, str), self.text
        assert message, self.text
        return message


@dataclass(frozen=True)
class Shop:
    """One merchant with its keys; every call goes through `http` and carries them."""

    platform: Platform
    http: httpx.AsyncClient
    merchant_id: UUID
    public_key: str
    secret_key: str

    async def call(self, method: str, path: str, body: Any = None, **options: Any) -> Answer:
        """One call. A body that is not bytes is sent as JSON; decimals and raw JSON in it are written as they are."""
        headers = {"content-type": "application/json", **options.pop("headers", {})}
        content = body if body is None or isinstance(body, bytes) else _encode(body)
        auth = options.pop("auth", httpx.BasicAuth(self.public_key, self.secret_key))
        response = await self.http.request(
            method, PREFIX + path, content=content, headers=headers, auth=auth, **options
        )
        return Answer(response.status_code, response.text, response.headers)

    async def post(self, call: str, body: Any, **options: Any) -> Answer:
        """A POST to one of the calls."""
        return await self.call("POST", f"/{call}", body, **options)

    async def create(self, **changes: Any) -> Answer:
        """create_order with the least of an order, and changes to it."""
        return await self.post("create_order", an_order(**changes))

    async def find(self, order_id: str) -> Answer:
        """find_order."""
        return await self.call("GET", f"/find_order/{order_id}")

    async def refund(self, order: Body, amount: Any, **options: Any) -> Answer:
        """POST /refund."""
        return await self.post("refund", both_ids(order) | {"refund_amount": amount}, **options)

    async def take_refund_back(self, order: Body) -> Answer:
        """DELETE /refund."""
        return await self.call("DELETE", "/refund", both_ids(order))

    async def order_in(self, state: State, **changes: Any) -> Body:
        """The answer data of an order that was brought to a state by the way that leads there."""
        order: Body = (await self.create(**(_TOO_MUCH if state == State.DECLINED else {}), **changes)).data
        for step in _WAYS[state]:
            await step(self, order)
        data: Body = (await self.find(order["backd_order_id"])).data
        assert data["status"] == STATUS[state], data
        return data

    @property
    def buyer(self) -> str:
        """The address of a buyer who buys from this merchant alone."""
        return f"accounts@{self.merchant_id}.example.com"

    async def choose_terms(self, order: Body, code: str = "net30") -> Order:
        """The buyer picks an offer and credit decides by the limits alone."""
        merchant = decided_by_limits(await self.merchant())
        async with self.platform.database.transaction() as tx:
            now = await merchants.now(tx, merchant.id)
            found = await orders.by_number(tx, merchant.id, order_number(order["backd_order_id"]))
            return await orders.select_terms(
                tx, merchant, found.id, code=code, company_name="Harbor Builders LLC", email=self.buyer, now=now
            )

    async def merchant(self) -> Merchant:
        """The merchant as it stands."""
        async with self.platform.database.single_statement() as tx:
            found = await merchant_store.find(tx, self.merchant_id)
        assert found is not None
        return found

    async def advance(self, by: timedelta) -> None:
        """Move the merchant's clock and let the worker do what fell due."""
        await self.advance_clock(by)
        await worker.sweep_once(self.platform)

    async def advance_clock(self, by: timedelta) -> None:
        """Move the merchant's clock."""
        async with self.platform.database.transaction() as tx:
            await merchants.advance_clock(tx, self.merchant_id, by, "sandbox")

    async def pass_lock(self, locked_at: str) -> None:
        """Move the merchant's clock one second past the moment at which a refund request locks."""
        async with self.platform.database.single_statement() as tx:
            now = await merchants.now(tx, self.merchant_id)
        lock = datetime.strptime(locked_at, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
        await self.advance_clock(lock - now + timedelta(seconds=1))

    async def count(self, table: str) -> int:
        """How many rows of this merchant's a table has."""
        query = f"SELECT count(*) FROM {table} WHERE merchant_id = $1"  # noqa: S608 - the name of a table
        async with self.platform.database.single_statement() as tx:
            rows: int = await tx.fetchval(query, self.merchant_id)
        return rows

    async def traces(self) -> dict[str, int]:
        """All that this merchant's orders have left in the database and on disk: rows a table, and files."""
        found = {table: await self.count(table) for table in _TRACES}
        return found | {"files": len(self.files())}

    def files(self) -> list[bytes]:
        """The bytes of every file in this merchant's folder of documents."""
        folder = self.platform.settings.home_path / "documents" / str(self.merchant_id)
        return [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]

    def over(self, http: httpx.AsyncClient) -> Shop:
        """The same merchant over another connection."""
        return replace(self, http=http)

    async def on_order(self, order: Body, command: Callable[[Any, Order, datetime], Awaitable[Any]]) -> None:
        """A command of the core on the locked order."""
        async with self.platform.database.transaction() as tx:
            found = await orders.by_number(tx, self.merchant_id, order_number(order["backd_order_id"]), lock=True)
            await command(tx, found, await merchants.now(tx, self.merchant_id))


def as_decimals(value: Any) -> Any:
    """A body's value as it is read from an answer: amounts as decimals of their own text."""
    return json.loads(_encode(value), parse_float=Decimal)


def both_ids(order: Body) -> Body:
    """The two identifiers that most calls want."""
    return {name: order[name] for name in ("backd_order_id", "merchant_order_id")}


Step = Callable[[Shop, Body], Awaitable[None]]


async def _choose(shop: Shop, order: Body) -> None:
    await shop.choose_terms(order)


async def _review(shop: Shop, order: Body) -> None:
    # Nothing sends an order to review yet, so this takes the step that every command takes.
    async def step(tx: Any, found: Order, now: datetime) -> Order:
        reviewed = msgspec.structs.replace(found, state=State.UNDER_REVIEW)
        return await orders.tell(tx, reviewed, EventType.ORDER_UNDER_REVIEW, now)

    await shop.on_order(order, step)


async def _place(shop: Shop, order: Body) -> None:
    assert (await shop.post("order_placed", both_ids(order))).code == 200


async def _confirm(shop: Shop, order: Body) -> None:
    assert (await shop.post("confirm_order", both_ids(order))).code == 200


async def _cancel(shop: Shop, order: Body) -> None:
    assert (await shop.post("cancel_order", both_ids(order))).code == 200


async def _refund_all(shop: Shop, order: Body) -> None:
    requested = (await shop.refund(order, float(order["order_total"]))).data
    await shop.pass_lock(requested["refunds"][-1]["locked_at"])
    await worker.sweep_once(shop.platform)


async def _wait_too_long(shop: Shop, _: Body) -> None:
    await shop.advance((await shop.merchant()).programme.order_valid)


# An order of this size is above the programme's limit, so that credit declines whoever wants to buy it.
_TOO_MUCH: Body = {
    "order_total": 200_000,
    "cart_amount": 200_000,
    "items": [{"display_name": "Excavator", "sku": "EXC-1", "unit_price": 200_000, "qty": 1}],
}

_WAYS: dict[State, tuple[Step, ...]] = {
    State.NEW: (),
    State.UNDER_REVIEW: (_review,),
    State.TERMS_SELECTED: (_choose,),
    State.ORDER_PLACED: (_choose, _place),
    State.ORDER_CONFIRMED: (_choose, _place, _confirm),
    State.REFUNDED: (_choose, _place, _confirm, _refund_all),
    State.DECLINED: (_choose,),
    State.CANCELED: (_choose, _place, _cancel),
    State.EXPIRED: (_wait_too_long,),
}

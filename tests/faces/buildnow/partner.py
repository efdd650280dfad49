"""A partner that speaks BuildNow's dialect over HTTP, and the body that it sends."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import httpx

from tenor.base import clock
from tenor.core.merchants import store as merchant_store
from tenor.core.merchants.model import Merchant
from tenor.core.orders import service as orders
from tenor.core.orders.model import Order
from tenor.faces.buildnow import auth, examples
from tenor.faces.face import Platform
from tests.programmes import decided_by_limits

PATH = "/v2/bnpl/purchase-orders/"
TOKEN = "/v2/o/token/"
SHOP = "https://supplier.example.com"
BUYER = "accounts@contractor.example.com"

Body = dict[str, Any]

# Every row that a purchase order, or an attempt at one, may leave behind.
_TRACES = ("orders", "events", "deliveries", "idempotency_keys")


def a_body(**changes: Any) -> Body:
    """A body that is accepted, two lines and 115,000.00 in all, with changes to it."""
    return copy.deepcopy(examples.PURCHASE_ORDER) | changes


@dataclass(frozen=True)
class Partner:
    """One merchant with its client; every call goes through `http` and carries a token."""

    platform: Platform
    http: httpx.AsyncClient
    merchant_id: UUID
    client_id: str
    client_secret: str

    @property
    def token(self) -> str:
        """A token as the token call gives it."""
        return auth.issue(self.platform.seal, self.client_id, clock.now())

    async def call(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        """One call. A body that is not bytes is sent as JSON."""
        headers = {"content-type": "application/json", "authorization": f"Bearer {self.token}"}
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        return await self.http.request(
            method, path, content=content, headers=headers | options.pop("headers", {}), **options
        )

    async def create(self, body: Any, **headers: str) -> httpx.Response:
        """POST a purchase order."""
        return await self.call("POST", PATH, body, headers=headers)

    async def created(self, **changes: Any) -> Body:
        """A purchase order that was created."""
        answer = await self.create(a_body(**changes))
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def find(self, order_id: str) -> httpx.Response:
        """GET one purchase order."""
        return await self.call("GET", f"{PATH}{order_id}/")

    async def page(self, **parameters: str) -> Body:
        """GET a page of them."""
        answer = await self.call("GET", PATH, params=parameters)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def ask_token(self, **form: str) -> httpx.Response:
        """POST to the token call, with what is given and nothing else."""
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return await self.http.post(TOKEN, content=urlencode(form), headers=headers)

    async def merchant(self) -> Merchant:
        """The merchant as it stands."""
        async with self.platform.database.single_statement() as tx:
            found = await merchant_store.find(tx, self.merchant_id)
        assert found is not None
        return found

    async def choose_terms(self, order_id: str, code: str = "net30") -> Order:
        """The buyer picks an offer and credit decides by the limits alone."""
        merchant = decided_by_limits(await self.merchant())
        async with self.platform.database.transaction() as tx:
            return await orders.select_terms(
                tx, merchant, UUID(order_id), code=code, company_name="Contractor Ltd", email=BUYER,
                now=clock.now(merchant.clock_offset),
            )  # fmt: skip

    async def end_client(self, *, revoked: bool, after: timedelta = timedelta(0)) -> None:
        """Revoke the client, or let it expire."""
        end = clock.now() + after
        async with self.platform.database.transaction() as tx:
            assert await merchant_store.end_credential(
                tx, self.merchant_id, self.client_id, end if revoked else None, None if revoked else end
            )

    async def count(self, table: str) -> int:
        """How many rows of a table are this merchant's."""
        async with self.platform.database.single_statement() as tx:
            rows: int = await tx.fetchval(
                f"SELECT count(*) FROM {table} WHERE merchant_id = $1",  # noqa: S608 - a table of these tests
                self.merchant_id,
            )
        return rows

    async def left_nothing(self) -> bool:
        """Whether the database holds no trace of any purchase order of this merchant's."""
        return not any([await self.count(table) for table in _TRACES])

    def over(self, http: httpx.AsyncClient) -> Partner:
        """The same merchant over another connection."""
        return replace(self, http=http)

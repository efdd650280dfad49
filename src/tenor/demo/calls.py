"""How a merchant's own system calls Tenor over HTTP. It knows the vendors' documents and nothing of Tenor inside."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import msgspec

# A Decimal is written as a number, digit by digit: a float on the way could change an amount.
_json = msgspec.json.Encoder(decimal_format="number")
_answers = msgspec.json.Decoder(float_hook=Decimal)

_PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class Reply:
    """What a server answered: header names in lower case, the body as it came."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON, fractions as Decimal. Raises `Refused` for anything else."""
        try:
            return _answers.decode(self.body)
        except msgspec.DecodeError:
            raise Refused(self.status, "the answer is not JSON") from None


class Refused(Exception):
    """The server said no; the message is the server's own."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status
        self.message = message


def _nobody_watches(method: str, path: str, reply: Reply) -> None:
    """For calls that nobody wants to see."""


@dataclass(frozen=True)
class Server:
    """A server by its address, such as `http://127.0.0.1:8000`. `watch` is shown every call and its reply."""

    address: str
    watch: Callable[[str, str, Reply], None] = field(default=_nobody_watches)

    def call(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None) -> Reply:
        """One request on a connection of its own; a redirect is a reply too. Raises OSError or HTTPException."""
        at = urlsplit(self.address)
        connection = HTTPConnection(at.hostname or "", at.port, timeout=_PATIENCE_SECONDS)
        try:
            connection.request(method, path, body=body, headers=dict(headers))
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            reply = Reply(response.status, names, response.read())
        finally:
            connection.close()
        self.watch(method, path, reply)
        return reply

    def page(self, path: str) -> Reply:
        """A page as a browser asks for it."""
        return self.call("GET", path, {"Accept": "text/html"})

    def submit(self, path: str, fields: list[tuple[str, str]]) -> Reply:
        """A form as a browser sends it."""
        headers = {"Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded"}
        return self.call("POST", path, headers, urlencode(fields).encode())


class Backd:
    """The calls that a shop makes in Backd's dialect (`spec/backd.md`). Each gives the data or raises `Refused`."""

    def __init__(self, server: Server, public_key: str, secret_key: str) -> None:
        self._server = server
        credentials = base64.b64encode(f"{public_key}:{secret_key}".encode()).decode()
        self._headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}

    def create_order(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """A new order; `customer_url` in the answer is where the buyer goes."""
        return self._call("POST", "create_order", order)

    def find_order(self, order_id: str) -> dict[str, Any]:
        """The order as it stands, and its refunds."""
        return self._call("GET", f"find_order/{quote(order_id, safe='')}")

    def order_placed(self, order_id: str, reference: str) -> dict[str, Any]:
        """Acknowledge an order whose buyer has chosen terms."""
        return self._call("POST", "order_placed", {"backd_order_id": order_id, "merchant_order_id": reference})

    def confirm_order(self, order_id: str) -> dict[str, Any]:
        """The goods are on their way: the sale."""
        return self._call("POST", "confirm_order", {"backd_order_id": order_id})

    def cancel_order(self, order_id: str) -> dict[str, Any]:
        """Call a placed order off."""
        return self._call("POST", "cancel_order", {"backd_order_id": order_id})

    def refund(self, order_id: str, reference: str, amount: Any) -> dict[str, Any]:
        """Ask for a refund in major units."""
        body = {"backd_order_id": order_id, "merchant_order_id": reference, "refund_amount": amount}
        return self._call("POST", "refund", body)

    def _call(self, method: str, call: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        content = None if body is None else _json.encode(body)
        reply = self._server.call(method, f"/v1/backd/bnpl/api/{call}", self._headers, content)
        answer = reply.json()
        if answer["error"]:
            raise Refused(reply.status, answer["message"])
        data: dict[str, Any] = answer["data"]
        return data


class BuildNow:
    """The calls that a partner makes in BuildNow's dialect (`spec/buildnow.md`). Each raises `Refused`."""

    def __init__(self, server: Server, client_id: str, client_secret: str) -> None:
        self._server = server
        self._client = [
            ("grant_type", "client_credentials"),
            ("client_id", client_id),
            ("client_secret", client_secret),
        ]

    def token(self) -> str:
        """A bearer token for the other calls."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = _accepted(self._server.call("POST", "/v2/o/token/", headers, urlencode(self._client).encode()))
        return str(answer["access_token"])

    def create(self, token: str, purchase: Mapping[str, Any]) -> dict[str, Any]:
        """A new purchase order; `checkout_url` in the answer is where the buyer goes."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return _accepted(self._server.call("POST", "/v2/bnpl/purchase-orders/", headers, _json.encode(purchase)))

    def find(self, token: str, purchase_id: str) -> dict[str, Any]:
        """The purchase order as it stands."""
        headers = {"Authorization": f"Bearer {token}"}
        return _accepted(self._server.call("GET", f"/v2/bnpl/purchase-orders/{quote(purchase_id, safe='')}/", headers))


def compact(value: Any) -> str:
    """A value as JSON on one line, Decimals digit by digit."""
    return msgspec.json.format(_json.encode(value), indent=0).decode()


def pretty(answer: Any) -> str:
    """An answer as JSON that people can read."""
    return msgspec.json.format(_json.encode(answer), indent=2).decode()


def _accepted(reply: Reply) -> dict[str, Any]:
    if reply.status not in (200, 201):
        raise Refused(reply.status, reply.body.decode(errors="replace"))
    answer: dict[str, Any] = reply.json()
    return answer

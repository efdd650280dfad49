"""The load: wrk sends create_order, each time with a reference of its own, over a number of open connections."""

from __future__ import annotations

import base64
import secrets
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import msgspec

from bench.subject import BenchError, Keys

_PATH = "/v1/backd/bnpl/api/create_order"
_SCRIPT = Path(__file__).with_name("create_order.lua")
# The script writes a reference of the same length over it.
_PLACEHOLDER = "@" * 24

# One thread of wrk sends far more than two cores can answer, and a second one would only take turns with the
# server and PostgreSQL on the cores that it shares with them.
_THREADS = 1

_GOODS = (
    ("Portland cement CEM II/B-M 42.5 N, paper bag of 25 kg", "CEM-2BM-425-25", "7.85", 120),
    ("Reinforcing steel bar B500B, ribbed, 12 mm, length 6 m", "REB-B500B-12-6000", "9.40", 200),
    ("Hollow concrete block, 390 x 190 x 190 mm, grey", "BLK-390-190-GR", "2.15", 600),
    ("Plasterboard, tapered edge, 12.5 mm, 1200 x 2400 mm", "PLB-TE-125-2400", "11.60", 75),
    ("Timber stud, kiln dried, graded C24, 38 x 89 mm, 3 m", "TIM-C24-3889-3", "6.75", 160),
    ("Roofing membrane, bitumen, mineral finish, 10 m roll", "ROF-BIT-MF-10", "54.90", 18),
    ("Mineral wool insulation, 100 mm, pack of 5.76 m2", "INS-MW-100-576", "38.20", 40),
    ("Copper pipe, half hard, 15 mm, length 3 m", "PIP-CU-15-3000", "17.45", 60),
    ("Electrical cable, 3 x 2.5 mm2, white, reel of 100 m", "CAB-325-W-100", "89.99", 12),
    ("Galvanised round wire nails, 75 x 3.35 mm, box of 5 kg", "NAI-GAL-75-5", "24.30", 15),
)


class Load(msgspec.Struct, frozen=True):
    """What one run of wrk saw. All answers were 200."""

    connections: int
    rps: float
    p50_ms: float
    p99_ms: float
    longest_ms: float
    answers: int


class _Done(msgspec.Struct, frozen=True):
    """The line that the script's `done` prints."""

    microseconds: int
    answers: int
    refused: int
    broken: int
    p50_us: int
    p99_us: int
    longest_us: int


def order_body(reference: str) -> bytes:
    """A create_order of 10 items with two addresses, about 2.3 KB, whose numbers add up."""
    cart = sum(Decimal(price) * quantity for _, _, price, quantity in _GOODS)
    tax, shipping, discount = Decimal("741.35"), Decimal("185.00"), Decimal("150.00")
    body = {
        "order_total": cart + tax + shipping - discount,
        "cart_amount": cart,
        "tax_amount": tax,
        "shipping_amount": shipping,
        "discount_amount": discount,
        "merchant_order_id": reference,
        "merchant_order_status": "pending",
        "billing": _contact("Dana", "Reyes", "12 Quay Street", "Austin", "78701"),
        "shipping": _contact("Miguel", "Okafor", "4400 Industrial Parkway", "Round Rock", "78664"),
        "items": [
            {"display_name": name, "sku": sku, "unit_price": Decimal(price), "qty": quantity}
            for name, sku, price, quantity in _GOODS
        ],
        "mode": {
            "type": "redirect",
            "order_success_url": "https://shop.example.com/checkout/thanks?cart=8f14e45f",
            "order_close_url": "https://shop.example.com/cart?cart=8f14e45f",
        },
        "customer_email": "dana.reyes@harbor.example.com",
        "notify_customer": False,
    }
    return msgspec.json.Encoder(decimal_format="number").encode(body)


def _contact(first: str, last: str, line1: str, city: str, zipcode: str) -> dict[str, Any]:
    return {
        "name": {"first": first, "last": last},
        "company_name": "Harbor Builders LLC",
        "address": {
            "line1": line1,
            "line2": "Building C, Dock 4",
            "city": city,
            "state": "TX",
            "zipcode": zipcode,
            "country": "US",
        },
        "phone_number": "+15125550100",
        "email": f"{first}.{last}@harbor.example.com".lower(),
    }


def create_one(url: str, merchant: Keys) -> None:
    """Create one order and look at the answer. Raises `BenchError` with what came instead of an order."""
    request = Request(url + _PATH, order_body(secrets.token_hex(12)), _headers(merchant))  # noqa: S310 - our server
    try:
        with urlopen(request, timeout=30) as response:  # noqa: S310 - as above
            answer = msgspec.json.decode(response.read())
    except HTTPError as refusal:
        raise BenchError(f"create_order answered {refusal.code}: {refusal.read().decode()}") from None
    if answer["data"]["status"] != "new":
        raise BenchError(f"create_order did not make an order: {answer}")


def _headers(merchant: Keys) -> dict[str, str]:
    basic = base64.b64encode(f"{merchant.public_key}:{merchant.secret_key}".encode()).decode()
    return {"Authorization": f"Basic {basic}", "Content-Type": "application/json"}


def write_request(file: Path, url: str, merchant: Keys) -> None:
    """Write the request that wrk sends, byte for byte. The file holds a secret, so nobody else may read it."""
    body = order_body(_PLACEHOLDER)
    headers = {"Host": urlsplit(url).netloc, **_headers(merchant), "Content-Length": str(len(body))}
    head = f"POST {_PATH} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    file.touch(mode=0o600)
    file.write_bytes(head.encode() + b"\r\n" + body)


def run(url: str, request_file: Path, connections: int, seconds: int) -> Load:
    """Keep that many connections busy for that long. Raises `BenchError` unless every answer was a 200."""
    wrk = shutil.which("wrk")
    if wrk is None:
        raise BenchError("wrk is missing: install it (on Debian: apt-get install wrk).")
    words = [wrk, "--threads", str(_THREADS), "--connections", str(connections), "--duration", f"{seconds}s"]
    words += ["--timeout", "20s", "--script", str(_SCRIPT), url, "--", str(request_file), secrets.token_hex(4)]
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        raise BenchError(f"wrk failed: {done.stderr.strip()}")
    return load_of(connections, done.stdout)


def load_of(connections: int, output: str) -> Load:
    """Read what wrk and the script's `done` printed. Raises `BenchError` for answers other than 200, or none."""
    last = output.strip().rpartition("\n")[2]
    try:
        seen = msgspec.json.decode(last, type=_Done)
    except msgspec.DecodeError:
        raise BenchError(f"wrk ended without its figures:\n{output}") from None
    if seen.refused or seen.broken or not seen.answers:
        raise BenchError(
            f"of {seen.answers} answers at {connections} connections, {seen.refused} were refusals;"
            f" {seen.broken} times a connection broke or timed out."
        )
    return Load(
        connections=connections,
        rps=seen.answers / seen.microseconds * 1e6,
        p50_ms=seen.p50_us / 1000,
        p99_ms=seen.p99_us / 1000,
        longest_ms=seen.longest_us / 1000,
        answers=seen.answers,
    )

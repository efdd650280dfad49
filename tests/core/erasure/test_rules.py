"""What tells of persons goes from an order, and nothing else does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.base.ids import new_id
from tenor.core.buyers.identity import Business
from tenor.core.buyers.rules import ERASED
from tenor.core.erasure import rules
from tenor.core.orders.model import Address, Amounts, Contact, Detail, Item, Order, State, Terms
from tenor.core.orders.rules import snapshot
from tenor.core.terms import rules as terms
from tenor.core.terms.model import OfferRule

NOW = datetime(2026, 4, 15, tzinfo=UTC)
EMAIL, PHONE, ANA, BO = "ana@northwind.example.com", "+13125550100", "Ana Lopez", "Bo Nilsen"


def _contact(first: str, last: str, **changes: Any) -> Contact:
    address = Address(line1="12 Dock Street", city="Chicago", extra={"note": f"ask for {first} {last}", "gate": 4})
    return Contact(
        address=address, first_name=first, last_name=last, company_name="Northwind LLC", phone=PHONE, email=EMAIL
    )


def _order(metadata: Any = None, state: State = State.REFUNDED, exposure: int = 0) -> Order:
    offer = terms.price(OfferRule(code="net30", kind="net", days=30), 1_000_00, NOW.date())
    return Order(
        merchant_id=new_id(),
        id=new_id(),
        number="20260415-7K3M9QWZ2TXA",
        face="backd",
        reference="PO-1",
        reference_status=None,
        state=state,
        version=3,
        currency="USD",
        amounts=Amounts(total=1_000_00, subtotal=1_000_00),
        detail=Detail(
            items=(Item(sku="B", name="Bolts", unit_price=1_000_00, quantity=1, metadata=metadata),),
            billing=_contact("Ana", "Lopez"),
            shipping=_contact("Bo", "Nilsen"),
            customer_email=EMAIL.title(),
            success_url="https://shop.example.com/thanks?mail=ana%40northwind.example.com",
            metadata=metadata,
        ),
        fingerprint=b"f",
        buyer_id=new_id(),
        terms=Terms(
            offer=offer,
            company_name="Northwind LLC",
            email=EMAIL,
            accepted_at=NOW,
            business=Business(legal_name="Northwind LLC", registration_number="12-3456789", phone=PHONE, signatory=ANA),
            signed_by=ANA.lower(),
        ),
        exposure=exposure,
        created_at=NOW,
        updated_at=NOW,
        expires_at=NOW + timedelta(days=7),
    )


def test_no_person_is_left_in_an_order_and_the_company_and_the_terms_are() -> None:
    order = _order({"call": f"{ANA}, {PHONE}", "mails": [EMAIL, {EMAIL.upper(): 1}], "site": 12})
    clean = rules.cleaned(order)
    left = msgspec.json.encode(clean).decode().casefold()
    assert not [word for word in (EMAIL, "ana%40", PHONE, ANA, BO, "nilsen") if word.casefold() in left]
    assert clean.detail.metadata == {
        "call": f"{ERASED}, {ERASED}", "mails": [ERASED, {ERASED: 1}], "site": 12,
    }  # fmt: skip
    assert clean.detail.billing is not None
    assert clean.detail.billing.company_name == "Northwind LLC"
    assert clean.detail.billing.address.line1 == "12 Dock Street"
    assert clean.terms is not None
    assert order.terms is not None
    assert clean.terms.offer == order.terms.offer
    assert clean.terms.business is not None
    assert clean.terms.business.registration_number == "12-3456789"
    assert snapshot(clean) == snapshot(order), "what events tell holds no person"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from([EMAIL, f"x {ANA} y", PHONE]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(json_values)
def test_cleaning_again_changes_nothing_and_whatever_the_merchant_wrote_keeps_its_shape(metadata: Any) -> None:
    clean = rules.cleaned(_order(metadata))
    assert rules.cleaned(clean) == clean
    assert type(clean.detail.metadata) is type(metadata)
    assert EMAIL not in msgspec.json.encode(clean).decode()


def test_an_order_without_persons_stays_as_it_is() -> None:
    order = msgspec.structs.replace(_order(), detail=Detail(items=()), terms=None)
    assert rules.cleaned(order) == order


@pytest.mark.parametrize(
    ("state", "document_type", "kept"),
    [
        (State.ORDER_CONFIRMED, "Invoice", True),
        (State.REFUNDED, "tax_invoice_2026", True),
        (State.REFUNDED, "credit-note", True),
        (State.ORDER_CONFIRMED, "signed agreement", True),
        (State.ORDER_CONFIRMED, "فاتورة ضريبية", True),
        (State.ORDER_CONFIRMED, "passport", False),
        (State.ORDER_CONFIRMED, "quote", False),
        (State.DECLINED, "invoice", False),
        (State.EXPIRED, "agreement", False),
    ],
)
def test_vouchers_of_what_was_sold_are_kept_and_nothing_else(state: State, document_type: str, *, kept: bool) -> None:
    assert rules.is_voucher(state, document_type) is kept


@pytest.mark.parametrize(
    ("state", "exposure", "words"),
    [
        (State.NEW, 0, "is new and ends by itself on 2026-04-22. Erase again"),
        (State.UNDER_REVIEW, 0, "is under_review and ends by itself"),
        (State.ORDER_PLACED, 5_00, "the merchant may cancel it before"),
        (State.ORDER_CONFIRMED, 120_50, "120.50 USD are owed; have them paid or refunded"),
    ],
)
def test_what_is_unsettled_is_told_with_what_to_do_next(state: State, exposure: int, words: str) -> None:
    said = rules.unsettled([_order(state=state, exposure=exposure)])
    assert said is not None
    assert words in said
    assert "20260415-7K3M9QWZ2TXA" in said


def test_settled_orders_stand_in_no_ones_way_and_long_lists_are_cut() -> None:
    settled = [_order(state=state) for state in (State.REFUNDED, State.ORDER_CONFIRMED, State.DECLINED, State.EXPIRED)]
    assert rules.unsettled(settled) is None
    assert rules.unsettled([]) is None
    said = rules.unsettled([_order(state=State.NEW)] * 9)
    assert said is not None
    assert "And 4 more." in said

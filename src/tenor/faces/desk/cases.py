"""Orders that wait for a person: the queue, one case with all that is known of it, and what people decide on it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from starlette.responses import Response

from tenor.base import clock, money
from tenor.base.database import Tx
from tenor.base.errors import Forbidden, Invalid, TenorError
from tenor.core.buyers import merging
from tenor.core.buyers import service as buyers
from tenor.core.documents import store as documents
from tenor.core.documents.model import Evidence
from tenor.core.merchants import service as merchants
from tenor.core.orders import evidence, review
from tenor.core.orders.model import Order, State
from tenor.core.orders.review import CaseFile, Reviewer
from tenor.core.search import store as search
from tenor.core.staff import rules
from tenor.core.staff import store as staff
from tenor.core.staff.model import Done
from tenor.faces import forms
from tenor.faces.desk.doors import id_in
from tenor.faces.desk.guard import Call, Floor
from tenor.faces.desk.pages import status_of
from tenor.faces.desk.presentation import facts, fired, reason

MOST = 200
_HISTORY = 20
_LONGEST_NOTE = 2000

Work = Callable[[Tx, CaseFile], Awaitable[str]]

# Why an order is declined, and what the buyer hears of it.
DECLINES: Mapping[str, str] = {
    "company_unverified": "The company could not be verified",
    "amount_too_large": "The order is too large",
    "too_much_owed": "Too much is owed already",
    "documents_missing": "Documents are missing",
    "other": "Another reason: the buyer hears none, the note says it to staff",
}
EVIDENCE: Mapping[Evidence, str] = {
    Evidence.REGISTRATION: "Registration certificate",
    Evidence.VAT_CERTIFICATE: "VAT certificate",
    Evidence.BANK_STATEMENTS: "Bank statements of three months",
    Evidence.FINANCIAL_STATEMENTS: "Financial statements of the last year",
    Evidence.SIGNING_AUTHORITY: "Authority to sign",
}


class CaseViews:
    """The handlers."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    async def queue(self, call: Call) -> Response:
        """GET: what waits, by the day since when, and within a day the largest first."""
        async with self._floor.on.database.single_statement() as tx:
            waiting = await review.waiting(tx, MOST)
        return self._floor.pages.render("cases", waiting=waiting, most=MOST, **call.common)

    async def case(self, call: Call) -> Response:
        """GET: one case."""
        return await self._page(call)

    async def approve(self, call: Call) -> Response:
        """POST: agree to the order, and to what its buyer may owe in all."""

        async def work(tx: Tx, found: CaseFile) -> str:
            order = found.order
            _check_not_own(call, found)
            limit, note = _amount(forms.line(call.form, "limit", 40), order.currency), _note(call)
            now = await merchants.now(tx, order.merchant_id)
            after = await review.approve(tx, found.merchant, order.id, _reviewer(call), limit=limit, note=note, now=now)
            said = f"{money.to_text(limit, order.currency)} {order.currency}"
            await _audit(tx, call, after, "case_approved", limit=said, note=note, state=after.state)
            return "seconded" if after.state == State.UNDER_REVIEW else "approved"

        return await self._do(call, work)

    async def decline(self, call: Call) -> Response:
        """POST: decline the order. The buyer hears a reason of the list; another one is for staff."""

        async def work(tx: Tx, found: CaseFile) -> str:
            _check_not_own(call, found)
            reason, note = forms.line(call.form, "reason", 60), _note(call)
            if reason not in DECLINES:
                raise Invalid.field(("reason",), "must be one of the list")
            if reason == "other":
                reason, note = note, ""
            now = await merchants.now(tx, found.order.merchant_id)
            after = await review.decline(
                tx, found.merchant, found.order.id, _reviewer(call), reason=reason, note=note, now=now
            )
            await _audit(tx, call, after, "case_declined", reason=reason, note=note)
            return "declined"

        return await self._do(call, work)

    async def ask(self, call: Call) -> Response:
        """POST: ask the buyer for a document, by a letter with a link."""

        async def work(tx: Tx, found: CaseFile) -> str:
            wanted = forms.line(call.form, "wanted", 60)
            if wanted not in [one.value for one in Evidence]:
                raise Invalid.field(("wanted",), "must be one of the list")
            order = found.order
            now = await merchants.now(tx, order.merchant_id)
            request = await evidence.ask(tx, order.merchant_id, order.id, Evidence(wanted), call.visitor.staff.id, now)
            await _audit(tx, call, order, "document_asked_for", wanted=wanted, request=str(request.id))
            return "asked"

        return await self._do(call, work)

    async def _do(self, call: Call, work: Work) -> Response:
        """Do it and say so; or show the case again with what stood in the way."""
        merchant_id, order_id = _ids(call)
        try:
            async with self._floor.on.database.transaction() as tx:
                said = await work(tx, await review.case(tx, merchant_id, order_id))
        except TenorError as refusal:
            return await self._page(call, refusal)
        return self._floor.pages.see(f"/cases/{merchant_id}/{order_id}?said={said}")

    async def _page(self, call: Call, refusal: TenorError | None = None) -> Response:
        merchant_id, order_id = _ids(call)
        async with self._floor.on.database.single_statement() as tx:
            found = await review.case(tx, merchant_id, order_id)
            assert found.order.buyer_id is not None, "a case has a buyer"
            suspects = await buyers.suspects(tx, await merging.group(tx, found.order.buyer_id))
            history = await search.of_buyer(tx, found.order.buyer_id, _HISTORY)
            kept = await documents.of_order(tx, merchant_id, order_id)
            requests = await documents.requests_of(tx, merchant_id, order_id)
        own = _is_own(call, found)
        return self._floor.pages.render(
            "case",
            status_of(refusal),
            problems=(refusal.message,) if refusal else (),
            it=found,
            documents=kept,
            requests=requests,
            suspects=suspects,
            history=[one for one in history if one.id != order_id],
            waits=found.order.state == State.UNDER_REVIEW,
            own=own,
            voted=any(vote.reviewer.id == call.visitor.staff.id for vote in found.votes),
            suggested=money.to_text(found.suggested_limit, found.order.currency),
            declines=DECLINES,
            wanted=EVIDENCE,
            facts=facts,
            fired=fired,
            reason=reason,
            typed=call.form,
            **call.common,
        )


def _ids(call: Call) -> tuple[UUID, UUID]:
    return id_in(call.request.path_params["merchant"]), id_in(call.request.path_params["order"])


def _reviewer(call: Call) -> Reviewer:
    return Reviewer(call.visitor.staff.id, call.visitor.staff.name)


def _note(call: Call) -> str:
    return call.form.get("note", "").strip()[: _LONGEST_NOTE + 1]


def _amount(typed: str, currency: str) -> int:
    """An amount of major units as it was typed. Raises `Invalid`."""
    try:
        return money.from_typed(typed, currency)
    except money.MoneyError:
        raise Invalid.field(("limit",), f"must be an amount of {currency} such as 250000.00") from None


def _is_own(call: Call, found: CaseFile) -> bool:
    terms = found.order.terms
    return rules.is_own(call.visitor.staff, (terms.email if terms else None, found.order.detail.customer_email))


def _check_not_own(call: Call, found: CaseFile) -> None:
    """Raises `Forbidden` where the buyer's address is the one of whoever decides."""
    if _is_own(call, found):
        raise Forbidden("This case is your own: the buyer's address is yours. Somebody else has to decide.")


async def _audit(tx: Tx, call: Call, order: Order, act: str, **detail: str) -> None:
    done = Done(act=act, merchant_id=order.merchant_id, order_id=order.id, buyer_id=order.buyer_id, detail=detail)
    await staff.note(tx, call.visitor.who, done, clock.now())

"""Buyers that may be one company: the queue, a pair side by side, and what staff makes of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

from starlette.responses import Response

from tenor.base import clock
from tenor.base.database import Tx
from tenor.base.errors import Forbidden, Invalid, TenorError
from tenor.core.buyers import merging
from tenor.core.buyers import service as buyers
from tenor.core.search import service, store
from tenor.core.search.pairs import rules as pair_rules
from tenor.core.search.pairs import service as pairs
from tenor.core.search.pairs.model import Pair
from tenor.core.staff import rules
from tenor.core.staff import store as staff
from tenor.core.staff.model import Done
from tenor.faces import forms
from tenor.faces.desk.doors import id_in
from tenor.faces.desk.guard import Call, Floor
from tenor.faces.desk.pages import status_of

MOST = 50
_HISTORY = 10
_LONGEST_REASON = 500

Work = Callable[[Tx, Pair], Awaitable[str]]

WHY: dict[str, str] = {
    "registration_typo": "The registration numbers are one typo apart, and the names are similar.",
    "vat_number": "The VAT number is the same.",
}


class LookalikeViews:
    """The handlers."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    async def queue(self, call: Call) -> Response:
        """GET: the pairs that wait, the newest first."""
        async with self._floor.on.database.single_statement() as tx:
            waiting = await pairs.waiting(tx, MOST)
        return self._render("lookalikes", call, waiting=waiting, most=MOST)

    async def pair(self, call: Call) -> Response:
        """GET: two buyers side by side."""
        return await self._page(call)

    async def compare(self, call: Call) -> Response:
        """GET: on to a buyer beside the one that a typed text names; or what else may be typed."""
        one, typed = id_in(call.request.path_params["id"]), forms.line(call.request.query_params, "with")
        async with self._floor.on.database.single_statement() as tx:
            found = [other for other in (await service.search(tx, typed)).buyers if other.id != one]
        if len(found) == 1:
            return self._floor.pages.see(f"/lookalikes/{one}/{found[0].id}")
        return self._render("compare", call, one=one, typed=typed, found=found)

    async def look(self, call: Call) -> Response:
        """POST: what the merge that was asked for would come to. Nothing is done yet."""
        reason = forms.line(call.form, "reason", _LONGEST_REASON + 1)
        try:
            into, from_ = _direction(call)
            async with self._floor.on.database.single_statement() as tx:
                found = await pairs.pair(tx, *_ids(call))
                _check_not_own(call, found)
                await merging.check(tx, into=into, from_=from_, reason=reason)
                seen = await pairs.look(tx, into=into, from_=from_)
        except TenorError as refusal:
            return await self._page(call, refusal)
        return self._render("merge", call, it=seen, reason=reason, at=_at(call))

    async def merge(self, call: Call) -> Response:
        """POST: merge the one into the other."""

        async def work(tx: Tx, found: Pair) -> str:
            into, from_ = _direction(call)
            reason, now = forms.line(call.form, "reason", _LONGEST_REASON + 1), clock.now()
            made = await merging.merge(tx, into=into, from_=from_, by=call.visitor.staff.name, reason=reason, now=now)
            # Somebody who was quicker has merged them: then there is nothing of this member's to tell.
            if made.merged_at == now:
                await _audit(tx, call, "buyers_merged", from_, into, reason=reason)
            return f"/buyers/{into}?said=merged"

        return await self._do(call, work)

    async def dismiss(self, call: Call) -> Response:
        """POST: they are two companies."""

        async def work(tx: Tx, found: Pair) -> str:
            reason, (one, other) = forms.line(call.form, "note", _LONGEST_REASON), _ids(call)
            await buyers.dismiss(tx, one, other, by=call.visitor.staff.name, now=clock.now())
            await _audit(tx, call, "lookalikes_dismissed", one, other, reason=reason)
            return "/lookalikes?said=dismissed"

        return await self._do(call, work)

    async def show_unmerge(self, call: Call) -> Response:
        """GET: what undoing a buyer's merge would come to."""
        return await self._parting(call)

    async def unmerge(self, call: Call) -> Response:
        """POST: undo the merge."""
        from_ = id_in(call.request.path_params["id"])
        reason = forms.line(call.form, "reason", _LONGEST_REASON)
        try:
            async with self._floor.on.database.transaction() as tx:
                merge = (await pairs.parting(tx, from_)).merge
                assert merge is not None, "a parting is of a merge"
                _check_not_own(call, await pairs.pair(tx, from_, merge.into_buyer))
                if not reason:
                    raise Invalid.field(("reason",), "must say why they are two companies")
                undone = await merging.unmerge(tx, from_=from_, by=call.visitor.staff.name, now=clock.now())
                await _audit(tx, call, "buyers_parted", from_, undone.into_buyer, reason=reason)
        except (Forbidden, Invalid) as refusal:
            return await self._parting(call, refusal)
        return self._floor.pages.see(f"/buyers/{from_}?said=unmerged")

    async def _parting(self, call: Call, refusal: TenorError | None = None) -> Response:
        async with self._floor.on.database.single_statement() as tx:
            seen = await pairs.parting(tx, id_in(call.request.path_params["id"]))
        problems = (refusal.message,) if refusal else ()
        return self._render("unmerge", call, status_of(refusal), it=seen, problems=problems)

    async def _do(self, call: Call, work: Work) -> Response:
        """Do it and go on; or show the pair again with what stood in the way."""
        try:
            async with self._floor.on.database.transaction() as tx:
                found = await pairs.pair(tx, *_ids(call))
                _check_not_own(call, found)
                to = await work(tx, found)
        except TenorError as refusal:
            return await self._page(call, refusal)
        return self._floor.pages.see(to)

    async def _page(self, call: Call, refusal: TenorError | None = None) -> Response:
        async with self._floor.on.database.single_statement() as tx:
            found = await pairs.pair(tx, *_ids(call))
            histories = [await store.of_buyer(tx, side.id, _HISTORY) for side in (found.one, found.other)]
        return self._render(
            "lookalike",
            call,
            status_of(refusal),
            problems=(refusal.message,) if refusal else (),
            it=found,
            histories=histories,
            own=_is_own(call, found),
            typed=call.form,
            at=_at(call),
        )

    def _render(self, name: str, call: Call, status: int = 200, **values: object) -> Response:
        compared = {"compare": pair_rules.compare, "marked": pair_rules.marked, "why": WHY}
        return self._floor.pages.render(name, status, **compared, **values, **call.common)


def _ids(call: Call) -> tuple[UUID, UUID]:
    return id_in(call.request.path_params["one"]), id_in(call.request.path_params["other"])


def _at(call: Call) -> str:
    """The path of the pair's page below /desk."""
    one, other = _ids(call)
    return f"/lookalikes/{one}/{other}"


def _direction(call: Call) -> tuple[UUID, UUID]:
    """Which of the two stays, and which is merged into it. Raises `Invalid`."""
    one, other = _ids(call)
    stays = forms.line(call.form, "into")
    if stays not in (str(one), str(other)):
        raise Invalid.field(("into",), "must be one of the two")
    return (one, other) if stays == str(one) else (other, one)


def _is_own(call: Call, found: Pair) -> bool:
    people = (*found.one.people, *found.other.people)
    return rules.is_own(call.visitor.staff, [person.email for person in people])


def _check_not_own(call: Call, found: Pair) -> None:
    """Raises `Forbidden` where whoever decides acts for one of the two."""
    if _is_own(call, found):
        raise Forbidden("One of these companies is your own: you are among its people. Somebody else has to decide.")


async def _audit(tx: Tx, call: Call, act: str, one: UUID, other: UUID, *, reason: str) -> None:
    done = Done(act=act, buyer_id=one, subject=str(other), detail={"reason": reason} if reason else {})
    await staff.note(tx, call.visitor.who, done, clock.now())

"""The home page, the search, and the pages of merchants and buyers."""

from __future__ import annotations

from starlette.responses import Response

from tenor.base.errors import NotFound
from tenor.core.buyers import service as buyers
from tenor.core.buyers.merging import store as merges
from tenor.core.deliveries import store as deliveries
from tenor.core.mail import store as mail
from tenor.core.merchants import store as merchants
from tenor.core.merchants.signin import store as signin
from tenor.core.orders import review
from tenor.core.search import rules, service, store
from tenor.core.search.pairs import rules as pair_rules
from tenor.core.search.pairs import store as pairs
from tenor.core.staff.model import Act
from tenor.core.webhooks import store as endpoints
from tenor.faces import forms
from tenor.faces.desk import lookalikes
from tenor.faces.desk.cases import MOST
from tenor.faces.desk.doors import id_in
from tenor.faces.desk.guard import Call, Floor

_SHOWN = 20


class Views:
    """The handlers."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    async def home(self, call: Call) -> Response:
        """GET: what went wrong and waits for somebody."""
        async with self._floor.on.database.single_statement() as tx:
            return self._floor.pages.render(
                "home",
                waiting=len(await review.waiting(tx, MOST)) if call.visitor.may(Act.SEE_CASE) else 0,
                most=MOST,
                lookalikes=len(await buyers.suspected(tx, lookalikes.MOST))
                if call.visitor.may(Act.SEE_LOOKALIKES)
                else 0,
                most_lookalikes=lookalikes.MOST,
                failed=await mail.latest(tx, _SHOWN, failed=True),
                failed_count=await mail.count_failed(tx),
                off=await endpoints.switched_off(tx, _SHOWN),
                names={one.id: one.name for one in await merchants.find_all(tx)},
                **call.common,
            )

    async def search(self, call: Call) -> Response:
        """GET: whatever the text may name."""
        typed = forms.line(call.request.query_params, "q", rules.LONGEST)
        async with self._floor.on.database.single_statement() as tx:
            found = await service.search(tx, typed)
        return self._floor.pages.render("search", typed=typed, found=found, most=service.MOST, **call.common)

    async def merchant(self, call: Call) -> Response:
        """GET: a merchant, its endpoints and its latest orders."""
        merchant_id = id_in(call.request.path_params["id"])
        async with self._floor.on.database.single_statement() as tx:
            merchant = await merchants.find(tx, merchant_id)
            if merchant is None:
                raise NotFound("There is no such merchant.")
            ends = [
                (one, await deliveries.waiting(tx, one.lane)) for one in await endpoints.of_merchant(tx, merchant_id)
            ]
            orders = await store.of_merchant(tx, merchant_id, _SHOWN)
            acts = await signin.acts(tx, merchant_id, _SHOWN)
        return self._floor.pages.render(
            "merchant", merchant=merchant, ends=ends, orders=orders, acts=acts, **call.common
        )

    async def buyer(self, call: Call) -> Response:
        """GET: a buyer, what is owed and reserved, who it is merged with or looks like, and the latest orders."""
        buyer_id = id_in(call.request.path_params["id"])
        async with self._floor.on.database.single_statement() as tx:
            buyer = (await pairs.profiles(tx, {buyer_id})).get(buyer_id)
            if buyer is None:
                raise NotFound("There is no such buyer.")
            related = await pairs.profiles(tx, buyer.group)
            made = await merges.of_buyers(tx, [buyer_id])
            names = await store.names(tx, {side for one in made for side in (one.from_buyer, one.into_buyer)})
            suspects = await buyers.suspects(tx, list(buyer.members)) if call.visitor.may(Act.SEE_LOOKALIKES) else []
            latest = await store.buyer(tx, buyer_id)
            orders = await store.of_buyer(tx, buyer_id, service.MOST)
        return self._floor.pages.render(
            "buyer",
            buyer=buyer,
            email=latest.email if latest else None,
            together=pair_rules.together((buyer, *related.values())),
            merges=made,
            names=names,
            suspects=suspects,
            why=lookalikes.WHY,
            orders=orders,
            **call.common,
        )

"""Asking the credit bureau for the buyer's company: between the steps, so that no transaction waits for it."""

from __future__ import annotations

from tenor.core.credit import bureau, rules, store
from tenor.core.credit import service as credit
from tenor.core.credit.bureau import Company
from tenor.faces.checkout.visits import Stay
from tenor.faces.face import Platform


async def ask_bureau(on: Platform, stay: Stay, *, again: bool) -> None:
    """Have the bureau's word on the company as it will sign. Takes a few seconds at most and never raises what it does.

    A word that is good still is not asked for anew; with `again` it has to be one that was asked for this very order.
    Where there is no bureau, nothing is kept, and the policy misses its facts.
    """
    merchant, order = stay.visit.merchant, stay.visit.order
    number = stay.agreed_business.registration_number
    if on.bureau is None or not number:
        return
    async with on.database.single_statement() as tx:
        known = await store.latest_report(tx, merchant.id, order.id, merchant.country, number)
    of_this_order = known is not None and known.order_id == order.id
    if rules.is_fresh(known, stay.visit.now) and (of_this_order or not again):
        return
    company = Company(merchant.country, number, stay.progress.email)
    answer = await bureau.ask(on.bureau, company, bureau.PATIENCE)
    async with on.database.single_statement() as tx:
        await credit.keep_report(tx, merchant.id, order.id, company, answer, stay.visit.now)

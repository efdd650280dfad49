"""The credit policy: facts in, decision out. Pure. Underwriting will grow here."""

from __future__ import annotations

from tenor.core.credit.model import Decision


def decide(*, total: int, to_pay: int, exposure: int, order_limit: int, exposure_limit: int) -> Decision:
    """Approve while the order and the buyer's exposure stay within the programme's limits, else decline.

    All in minor units of one currency. `exposure` is what the buyer owes or has reserved before this order.
    """
    if total > order_limit:
        return Decision("decline", "order_limit")
    if exposure + to_pay > exposure_limit:
        return Decision("decline", "exposure_limit")
    return Decision("approve", "within_limits")

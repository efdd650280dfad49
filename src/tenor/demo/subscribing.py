"""Where the shop hears of its orders, registered with Tenor as an operator does it for a merchant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from tenor.base import clock
from tenor.base.database import Tx
from tenor.core.deliveries import service as deliveries
from tenor.core.merchants.model import Merchant
from tenor.core.webhooks import service as webhooks
from tenor.core.webhooks import store
from tenor.core.webhooks.model import Endpoint
from tenor.demo.catalogue import Dialect
from tenor.demo.running import HOST
from tenor.demo.seeding import Seeded
from tenor.faces.face import Platform

# Below the shop's address, by dialect.
PATH: Mapping[Dialect, str] = {"backd": "/backd/webhooks", "buildnow": "/buildnow/webhooks"}

# Whether nobody listens on a port of this machine.
Silent = Callable[[int], bool]


async def subscribe(
    on: Platform, seeded: Mapping[str, Seeded], shop_address: str, silent: Silent
) -> dict[Dialect, str]:
    """The secrets that sign for the shop, by dialect.

    Harbor Supply gets an endpoint at the shop's address; those of the demo's earlier shops are switched off where
    nobody listens any more. Najd's purchases bring their address along.
    """
    async with on.database.transaction() as tx:
        endpoint = await _endpoint(tx, seeded["backd"].merchant, shop_address + PATH["backd"], silent)
        order_urls = await webhooks.order_urls(tx, seeded["buildnow"].merchant.id)
    return {
        "backd": webhooks.secret_text(on.seal, endpoint),
        "buildnow": webhooks.secret_text(on.seal, order_urls),
    }


async def _endpoint(tx: Tx, merchant: Merchant, url: str, silent: Silent) -> Endpoint:
    found = None
    for one in await store.of_merchant(tx, merchant.id):
        if one.url == url:
            found = one
        elif _is_earlier_shops(one) and _is_silent(one, silent):
            await deliveries.switch_off(tx, one.lane, clock.now())
    if found is None:
        return await webhooks.add(tx, merchant.id, url, [], clock.now())
    await webhooks.switch_on(tx, found.lane)
    return found


def _is_earlier_shops(endpoint: Endpoint) -> bool:
    url = endpoint.url or ""
    return endpoint.off_reason is None and url.startswith(f"http://{HOST}:") and url.endswith(PATH["backd"])


def _is_silent(endpoint: Endpoint, silent: Silent) -> bool:
    return silent(urlsplit(endpoint.url or "").port or 80)

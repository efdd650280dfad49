"""The demo's shop, in both languages, both sizes and both colour schemes: seen by axe, by a ruler and by a camera."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.browser.looking import faults
from tests.browser.visitor import Visits
from tests.demo.test_pages import PAGES, TENOR, opened


@pytest.fixture(scope="module")
def shop() -> Iterator[httpx.Client]:
    """The shop on a port of its own."""
    with opened() as visitor:
        yield visitor


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_every_page_of_the_demos_shop_can_be_used_by_everybody(
    visits: Visits, shop: httpx.Client, language: str
) -> None:
    visitor = await visits.by(language)
    # The widget is Tenor's, and no Tenor stands behind this shop.
    await visitor.context.route(f"{TENOR}/**", lambda route: route.abort())
    found: list[str] = []
    origin = str(shop.base_url).rstrip("/")
    for address in PAGES:
        await visitor.opens(f"{origin}{address}{'&' if '?' in address else '?'}lang={language}")
        name = re.sub(r"\W+", "-", address).strip("-") or "doors"
        # Names of products and what machines send each other are in Latin letters; tests/demo holds the catalogue.
        found += [one for one in await faults(visitor.page, f"30-shop-{name}-{language}") if "not Arabic" not in one]
    assert not found, "\n".join(found)

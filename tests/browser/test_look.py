"""A merchant's colour and logo on the pages: legible whatever was chosen, in both languages, sizes and schemes."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image, ImageDraw

from tenor.core.merchants import service as merchants
from tenor.core.orders.model import Order
from tests.browser.looking import faults, picture
from tests.browser.places import NAMES, Places
from tests.browser.visitor import SIZES, Visitor, Visits


def _logo() -> bytes:
    """A wide logo with a transparent ground, as shops have them."""
    image = Image.new("RGBA", (600, 160))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 20, 120, 140), fill="#b3005e")
    pen.rectangle((150, 60, 600, 100), fill="#222222")
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


async def _dressed(places: Places, language: str, accent: str) -> Order:
    # A policy that there is not leaves every order to people.
    shop = await places.shop(NAMES[language], policy="no such policy")
    async with places.on.database.transaction() as tx:
        await merchants.set_look(tx, shop.id, accent=accent, logo=_logo())
    return await places.order(shop)


async def _looked_at(visitor: Visitor, name: str) -> list[str]:
    await visitor.page.reload()
    found = await faults(visitor.page, name)
    await visitor.page.set_viewport_size(SIZES["desk"])
    await visitor.page.emulate_media(color_scheme="dark")
    await picture(visitor.page, f"{name}-desk-dark")
    await visitor.page.emulate_media(color_scheme="light")
    return found


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("accent", ["#b3005e", "#ffdd00"])
async def test_pages_in_a_merchants_look_can_be_used_by_everybody(
    visits: Visits, places: Places, language: str, accent: str
) -> None:
    visitor = await visits.by(language)
    order = await _dressed(places, language, accent)
    mark = f"{accent[1:]}-{language}"
    await visitor.opens(places.link(order))
    logo = await visitor.page.evaluate("(() => { const i = document.querySelector('.logo'); return i.naturalWidth })()")
    assert logo == 480
    found = await _looked_at(visitor, f"22-look-order-{mark}")
    await visitor.arrives_at_the_agreement(places, places.link(order))
    found += await _looked_at(visitor, f"23-look-agreement-{mark}")
    await visitor.signs()
    await visitor.goes_on()
    assert visitor.step == "review"
    found += await _looked_at(visitor, f"24-look-review-{mark}")
    assert not found, "\n".join(found)
    assert not visitor.strangers

"""How a page is looked at: by axe, by a ruler, and by a camera whose pictures a person looks at."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import axe_playwright_python
from playwright.async_api import Page

from tests.browser.visitor import SIZES

PICTURES = Path(__file__).parents[2] / "build" / "screenshots"

# Everything axe knows, best practices too.
_RUN = """async (rules) => {
  const found = await axe.run(document, {resultTypes: ["violations"], ...(rules && {runOnly: rules})});
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(" | ")}`);
}"""

# WCAG 2.2, 2.5.5: an action is 44 by 44 CSS pixels. A link within a sentence is not held to it.
_SMALL = """() => [...document.querySelectorAll(
  "button, a.button, a.plain, a.switch, summary, .steps a, .errors a, .field input, .offer, .tick label"
)].map((one) => [one, one.getBoundingClientRect()])
  .filter(([one, box]) => box.width && (box.width < 44 || box.height < 44))
  .map(([one, box]) => `${one.outerHTML.slice(0, 120)} ${box.width}x${box.height}`)"""

_WIDER = """() => {
  const width = document.documentElement.clientWidth;
  const wide = [...document.body.querySelectorAll("*")].filter((one) => {
    const box = one.getBoundingClientRect();
    return box.width > 1 && (box.right > width + 0.5 || box.left < -0.5);
  }).map((one) => one.outerHTML.slice(0, 120));
  if (document.documentElement.scrollWidth > width) wide.push("the page scrolls sideways");
  return wide;
}"""


# What others wrote (names, references, addresses) stands in <bdi> or between isolates; on an Arabic page every other
# word is ours.
_ENGLISH = """() => {
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (words.nextNode()) {
    const within = words.currentNode.parentElement.closest("bdi, script, [lang=en]:not(html)");
    const ours = words.currentNode.data.replace(/\u2068[^\u2069]*\u2069/g, "");
    if (!within && /[A-Za-z]{2}/.test(ours)) found.push(ours.trim());
  }
  if (/^[^\u0600-\u06ff]*$/.test(document.title)) found.push(document.title);
  return document.documentElement.lang === "ar" ? found : [];
}"""


@cache
def _axe() -> str:
    return (Path(axe_playwright_python.__file__ or "").parent / "axe.min.js").read_text()


async def violations(page: Page, rules: list[str] | None = None) -> list[str]:
    """What axe finds wrong with the page as it is now, by all its rules or by some."""
    await page.evaluate(f"if (!window.axe) {{ {_axe()} }}")
    found: list[str] = await page.evaluate(_RUN, rules)
    return found


async def too_small(page: Page) -> list[str]:
    """Actions that a finger would miss."""
    found: list[str] = await page.evaluate(_SMALL)
    return found


async def too_wide(page: Page) -> list[str]:
    """What sticks out of the page at its sides."""
    found: list[str] = await page.evaluate(_WIDER)
    return found


async def untranslated(page: Page) -> list[str]:
    """Words of an Arabic page that are in Latin letters."""
    found: list[str] = await page.evaluate(_ENGLISH)
    return found


async def picture(page: Page, name: str) -> None:
    """Keep a picture of the whole page."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


async def faults(page: Page, name: str) -> list[str]:
    """Look at a page in both sizes and both colour schemes, and take its pictures. What is wrong with it."""
    found = [f"axe, {one}" for one in await violations(page)]
    found += [f"not Arabic: {one}" for one in await untranslated(page)]
    for size in SIZES:
        await page.set_viewport_size(SIZES[size])
        found += [f"{size}, too wide: {one}" for one in await too_wide(page)]
        found += [f"{size}, too small: {one}" for one in await too_small(page)]
        await picture(page, f"{name}-{size}-light")
    await page.set_viewport_size(SIZES["phone"])
    # Nothing differs in the dark but the colours.
    await page.emulate_media(color_scheme="dark")
    found += [f"dark, axe, {one}" for one in await violations(page, ["color-contrast"])]
    await picture(page, f"{name}-phone-dark")
    await page.emulate_media(color_scheme="light")
    return [f"{name}: {one}" for one in found]

"""Every letter, in both languages, both sizes and both colour schemes: seen by axe, by a ruler and by a camera."""

from __future__ import annotations

import pytest

from tenor.core.mail.model import Kind
from tests.browser.looking import picture, too_wide, untranslated, violations
from tests.browser.visitor import SIZES, Visits
from tests.post.test_letters import EVERY, written

# Landmarks are for pages: a letter stands within one of the mail program's.
_RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]


@pytest.mark.parametrize(("kind", "language"), EVERY)
async def test_a_letter_can_be_read_by_everybody(visits: Visits, kind: Kind, language: str) -> None:
    visitor = await visits.by(language)
    await visitor.page.set_content(written(kind, language).html)
    found = [f"not Arabic: {one}" for one in await untranslated(visitor.page)]
    for scheme in ("light", "dark"):
        await visitor.page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}, axe, {one}" for one in await violations(visitor.page, _RULES)]
        for size in SIZES:
            await visitor.page.set_viewport_size(SIZES[size])
            found += [f"{size}, too wide: {one}" for one in await too_wide(visitor.page)]
            await picture(visitor.page, f"40-letter-{kind.value}-{language}-{size}-{scheme}")
    assert not found, "\n".join(found)

"""`make lighthouse`: Lighthouse on a phone's settings, on the first page and the terms, in both languages.

It runs Debian's Chromium against a deployment of its own, writes build/lighthouse.json, prints the scores, and fails
where one is below the least that we accept.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.async_api import async_playwright

from tenor import app
from tenor.base import config
from tests.browser import chromium
from tests.browser.places import NAMES, Places
from tests.browser.visitor import Visits
from tests.journeys.deployment import Deployment, Served

LEAST = 95
CATEGORIES = ("performance", "accessibility", "best-practices")
BUILD = Path(__file__).parents[2] / "build"
PROGRAM = BUILD / "lighthouse" / "node_modules" / ".bin" / "lighthouse"

Scores = Mapping[str, int]


async def addresses(served: Served) -> dict[str, str]:
    """The pages to judge by their names: a session stands in the address, so any browser can open them."""
    settings = config.load({**served.deployment.environ, "TENOR_PUBLIC_URL": served.server.address})
    found: dict[str, str] = {}
    with app.database_url(settings) as url:
        async with app.platform(settings, url) as on, async_playwright() as playwright:
            path = chromium.executable(playwright.chromium.executable_path)
            browser = await playwright.chromium.launch(executable_path=path, args=chromium.ARGUMENTS)
            places, visits = Places(on, served.deployment.home / "mail"), Visits(browser, served.server.address)
            for language, name in NAMES.items():
                link = places.link(await places.order(await places.shop(name)))
                visitor = await visits.by(language)
                await visitor.opens(link)
                await visitor.signs_in(places)
                await visitor.tells_business()
                found |= {f"order {language}": f"{link}?lang={language}", f"terms {language}": visitor.page.url}
            await visits.close()
            await browser.close()
    return found


def judged(address: str, executable: str) -> dict[str, Any]:
    """Lighthouse's report. Its own settings are those of a phone on a slow network."""
    flags = " ".join(["--headless=new", *(one for one in chromium.ARGUMENTS if " " not in one)])
    words = [str(PROGRAM), address, "--output=json", "--quiet", "--no-enable-error-reporting"]
    words += [f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={flags}"]
    done = subprocess.run(
        words, env={**os.environ, "CHROME_PATH": executable}, capture_output=True, text=True, timeout=180
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def scores(report: Mapping[str, Any]) -> Scores:
    """Each category's score out of 100."""
    return {name: round(report["categories"][name]["score"] * 100) for name in CATEGORIES}


def shortcomings(report: Mapping[str, Any]) -> list[str]:
    """The audits that cost points."""
    counted = {one["id"] for name in CATEGORIES for one in report["categories"][name]["auditRefs"] if one["weight"]}
    audits = [report["audits"][name] for name in sorted(counted)]
    return [f"{one['title']} ({one['score']})" for one in audits if one["score"] is not None and one["score"] < 0.9]


def main() -> int:
    """Judge every page; the number of pages that fall short."""
    if not PROGRAM.exists():
        raise SystemExit("Lighthouse is not here: `make lighthouse` installs it by npm.")
    executable, found, short = chromium.executable(), {}, 0
    with tempfile.TemporaryDirectory() as home, Deployment(Path(home)).serving("--migrate") as served:
        for name, address in asyncio.run(addresses(served)).items():
            report = judged(address, executable)
            found[name] = {"scores": scores(report), "shortcomings": shortcomings(report)}
            short += min(scores(report).values()) < LEAST
            print(f"{name:10}", *(f"{category} {score}" for category, score in scores(report).items()), sep="  ")
            for one in found[name]["shortcomings"]:
                print(f"            {one}")
    (BUILD / "lighthouse.json").write_text(json.dumps(found, indent=2) + "\n")
    return short


if __name__ == "__main__":
    sys.exit(main())

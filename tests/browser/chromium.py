"""The Chromium that the tests drive. `tools/browser.sh` looks in the same places."""

from __future__ import annotations

import shutil
from pathlib import Path

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    # Whatever a page might ask for elsewhere, no test sends it off this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE *.localhost",
]


def executable(own: str = "") -> str:
    """Where it is: on the path, else `own`, where Playwright's would be. Raises `FileNotFoundError` in words."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    if own and Path(own).is_file():
        return own
    raise FileNotFoundError("No Chromium is here. `make browser` installs one, or says how.")

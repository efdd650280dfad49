#!/usr/bin/env bash
# Finds a Chromium for the tests, or installs one: Debian's as root, else Playwright's own. `make browser` runs it.
set -euo pipefail
python=${PYTHON:-.venv/bin/python}

found() {
    for name in chromium chromium-browser google-chrome; do
        if command -v "$name" >/dev/null; then return 0; fi
    done
    "$python" - <<'END'
import sys
from pathlib import Path
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    sys.exit(not Path(playwright.chromium.executable_path).is_file())
END
}

if found; then exit 0; fi
echo "No Chromium is here; installing one for the tests."
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    if apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; then
        if found; then exit 0; fi
    fi
fi
"$python" -m playwright install chromium || true
if found; then exit 0; fi
cat >&2 <<'END'
The tests need a Chromium and none could be installed. Install Debian's (apt-get install chromium), or Google Chrome,
or let Playwright install its own (.venv/bin/python -m playwright install --with-deps chromium), and run this again.
END
exit 1

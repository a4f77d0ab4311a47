"""The machine's Chromium, without anything that it would ask of the world."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
REASON = "no Chromium on this machine: install Debian's packages chromium and fonts-noto-cjk"
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--no-proxy-server",
]


def find_chromium() -> str:
    """Return the path of a Chromium; skip where there is none, or fail where one must be."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None and os.environ.get("REQUIRE_CHROMIUM"):
        pytest.fail(REASON)
    if found is None:
        pytest.skip(REASON)
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run it, with a profile of its own that goes with it."""
    path = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()

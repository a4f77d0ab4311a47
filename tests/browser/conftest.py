"""The page beside a real worker that lets a code be sent again after a few seconds."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from simulator.client import SimulatorClient
from tests.browser.chromium import chromium
from tests.browser.screen import Screen, open_screen
from tests.examples.conftest import Site
from tests.integration.conftest import backend_on
from worker.demo.redis_server import redis_server
from worker.demo.web import web_backend


# Not for the session: while Playwright runs, no other test may run an event loop in this thread.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium for the tests of a file."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def shared_site(
    browser: Browser,
    simulator_server: tuple[str, SimulatorClient],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """One backend and one worker; the first resend waits four seconds, the second half a minute."""
    directory = tmp_path_factory.mktemp("browser")
    with (
        redis_server() as redis,
        backend_on(
            f"sqlite:///{directory}/test.db",
            redis,
            simulator_server,
            directory,
            changes={"RESEND_WAITS_SECONDS": "4,30"},
        ) as worker,
        web_backend(worker.environment, directory / "backend.log") as address,
    ):
        yield Site(address, worker, "")


@pytest.fixture
def open_page(browser: Browser, shared_site: Site) -> Iterator[Callable[..., Screen]]:
    """Open the page on a phone; afterwards nothing broke, and nothing was asked of anybody else."""
    shared_site.phone.reset()
    opened: list[Screen] = []

    def open_one(**how: Any) -> Screen:
        opened.append(open_screen(browser, shared_site.url, **how))
        return opened[-1]

    yield open_one
    for screen in opened:
        screen.context.close()
        assert screen.broken == []
        assert all(url.startswith(f"{screen.url}/") for url in screen.asked)

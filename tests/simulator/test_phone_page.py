"""The inbox as a person sees it, in a browser."""

import re
import shutil
from collections.abc import Iterator
from typing import Any, TypeAlias

import pytest

from simulator.client import SimulatorClient
from tests.simulator.asking import NUMBER, OTHER, Asking

# Only the browser tests need playwright, and it is imported only where it is.
Page: TypeAlias = Any
PATIENCE_MILLISECONDS = 10_000

sync_api = pytest.importorskip("playwright.sync_api")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """The system's Chromium."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium on PATH: install the package chromium")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def phone(browser: Any, twilio: Asking) -> Iterator[Page]:
    """The page on a small phone's screen; a script's error fails the test."""
    errors: list[str] = []
    context = browser.new_context(viewport={"width": 320, "height": 640}, permissions=["clipboard-write"])
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MILLISECONDS)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{twilio.url}/__sim__/phone")
    yield page
    context.close()
    assert errors == []


def see(page: Page, words: str) -> None:
    """Wait until the page shows that."""
    sync_api.expect(page.locator("main")).to_contain_text(words, timeout=PATIENCE_MILLISECONDS)


def test_new_texts_come_by_themselves_newest_first(phone: Page, twilio: Asking) -> None:
    """With number, service and time; Korean as it was written, markup as text."""
    see(phone, "No text yet")
    twilio.start()
    twilio.text(to=OTHER, Body="인증번호는 <b>483920</b> 입니다")

    see(phone, "2 texts")

    newest, oldest = phone.locator("#texts > li").all()
    assert newest.locator("h2").text_content() == OTHER
    assert newest.locator(".text").text_content() == "인증번호는 <b>483920</b> 입니다"
    assert newest.locator(".text").get_attribute("lang") == "ko"
    assert newest.locator(".text b").text_content() == "483920"
    assert newest.locator(".quiet").text_content().startswith("messaging, sms, ")
    assert re.match(r"\d{4}-\d\d-\d\dT", newest.locator("time").get_attribute("datetime"))
    assert oldest.locator(".quiet").text_content().startswith("verify, sms, ")


def test_news_are_spoken(phone: Page, twilio: Asking) -> None:
    """A screen reader hears a text that comes, not the ones that were there."""
    see(phone, "No text yet")
    assert phone.locator("#heard").text_content() == ""

    twilio.text(Body="1234")

    sync_api.expect(phone.locator("#heard")).to_have_text(f"New text to {NUMBER}: 1234")


def test_page_is_used_without_a_mouse(phone: Page, twilio: Asking) -> None:
    """A code is copied by keyboard, and the focus stays though another text comes."""
    twilio.text(Body="1234")
    see(phone, "1 text")

    phone.keyboard.press("Tab")
    phone.keyboard.press("Tab")
    phone.keyboard.press("Enter")
    see(phone, "Copied 1234")
    twilio.text(Body="5678")
    see(phone, "2 texts")

    assert phone.evaluate("document.activeElement.textContent") == "Copy 1234"


def test_one_number_can_be_chosen(phone: Page, twilio: Asking) -> None:
    """And a link to the page keeps the choice."""
    twilio.text(Body="mine")
    twilio.text(to=OTHER, Body="theirs")
    see(phone, "2 texts")

    phone.get_by_label("Number").select_option(OTHER)
    see(phone, "1 text")
    phone.reload()
    see(phone, "1 text")

    assert phone.locator("#texts .text").all_text_contents() == ["theirs"]


def test_nothing_is_wider_than_the_screen(phone: Page, twilio: Asking) -> None:
    """However long a word is."""
    twilio.text(Body="https://example.com/" + "a" * 200)
    see(phone, "1 text")

    assert phone.evaluate("document.documentElement.scrollWidth") <= 320


def test_page_outlives_a_simulator_that_forgets(phone: Page, twilio: Asking, sim: SimulatorClient) -> None:
    """What a reset took from the simulator goes from the page."""
    twilio.text(Body="1234")
    see(phone, "1 text")

    sim.reset()

    see(phone, "No text yet")
    assert phone.locator("#texts > li").count() == 0


def test_outage_is_told_and_overcome(phone: Page, sim: SimulatorClient) -> None:
    """The main port refuses, then answers again."""
    see(phone, "No text yet")

    sim.outage("refuse")
    see(phone, "does not answer")
    sim.outage("off")

    see(phone, "No text yet")

"""A person verifies a number on the page."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from tests.browser.screen import KOREAN, Screen
from tests.examples.conftest import Site

OpenPage = Callable[..., Screen]


@pytest.fixture
def site(shared_site: Site, request: pytest.FixtureRequest) -> Site:
    """The site, with a number for this test alone."""
    tests = sorted(item.name for item in request.session.items if item.path == request.path)
    place = tests.index(request.node.name)
    return replace(shared_site, number=f"010-1234-{5678 + place:04d}")


def test_a_person_mistypes_once_resends_and_succeeds(site: Site, open_page: OpenPage) -> None:
    """Number, wrong code, a wait, another text, the right code."""
    screen = open_page()
    screen.fits()
    screen.page.fill("#number", site.number)
    screen.keep("page-number")

    screen.page.click("#number-form button")
    screen.shows("code")
    screen.says("휴대폰 인증번호가 발급되었습니다.")
    screen.fill_code(site.wrong_codes(1)[0])
    screen.says(re.compile(r"잘못된 인증 코드입니다. 입력한 코드를 확인해주세요. \(남은 입력 횟수 4회\)"))
    assert screen.focused() == "code"

    resend = screen.page.locator("#resend")
    expect(resend).to_have_attribute("aria-disabled", "false", timeout=10_000)
    resend.click()
    screen.says("휴대폰 인증번호가 발급되었습니다.")
    expect(resend).to_have_text(re.compile(r"다시 받기 0:(30|2\d)"))
    assert site.phone.sent(site.e164) == 2
    resend.click(force=True)
    screen.says(re.compile(r"0:\d\d 후에 다시 받을 수 있습니다."))

    screen.fill_code(site.wrong_codes(2)[1])
    screen.says(re.compile("잘못된 인증 코드"))
    screen.fits()
    screen.keep("page-code")
    screen.fill_code(site.code())
    screen.shows("done")
    screen.says("휴대폰 인증이 성공하였습니다.")
    assert site.number in screen.text()
    screen.fits()
    screen.keep("page-done")


def test_the_keyboard_alone_is_enough(site: Site, open_page: OpenPage) -> None:
    """Tab, type and Enter, from the first press to the last; a mistake keeps the focus on its field."""
    screen = open_page(is_touched=False)
    press, write = screen.page.keyboard.press, screen.page.keyboard.type
    goes_by_tab(screen, "language", "number")
    press("Enter")
    screen.says("휴대폰 번호를 입력해주세요.")
    write("010-1234-567")
    press("Enter")
    screen.says(re.compile("잘못된 전화번호 형식입니다"))
    assert is_marked(screen, "number")
    press("Control+A")
    write(site.number)
    press("Enter")

    screen.says("휴대폰 인증번호가 발급되었습니다.")
    write(site.wrong_codes(1)[0])
    press("Enter")
    screen.says(re.compile("잘못된 인증 코드"))
    assert is_marked(screen, "code")
    goes_by_tab(screen, "BUTTON", "resend")
    expect(screen.page.locator("#resend")).to_have_attribute("aria-disabled", "false", timeout=10_000)
    press("Enter")
    screen.says("휴대폰 인증번호가 발급되었습니다.")
    write(site.code())
    press("Enter")

    screen.shows("done")
    assert screen.focused() == "H1"
    goes_by_tab(screen, "again")
    press("Enter")
    screen.shows("number")
    assert screen.focused() == "number"


def goes_by_tab(screen: Screen, *names: str) -> None:
    """See that the focus goes there in this order, and that one sees where it is."""
    for name in names:
        screen.page.keyboard.press("Tab")
        assert screen.focused() == name
        assert screen.has_visible_focus()


def is_marked(screen: Screen, name: str) -> bool:
    """Whether a field is told to be wrong, and has the focus."""
    return (
        screen.focused() == name and screen.page.locator(f"#{name}").get_attribute("aria-invalid") == "true"
    )


def test_the_page_speaks_english(site: Site, open_page: OpenPage) -> None:
    """At every step not a word of Korean is left, and what was said already is said again."""
    screen = open_page(scheme="dark")
    screen.page.click("#language")
    assert screen.page.locator("html").get_attribute("lang") == "en"
    assert not KOREAN.search(screen.text() + screen.page.title())
    screen.fits()

    screen.fill_number(site.number)
    screen.shows("code")
    screen.says("A verification code has been sent to your phone.")
    screen.page.click("#language")
    screen.says("휴대폰 인증번호가 발급되었습니다.")
    screen.page.click("#language")
    screen.says("A verification code has been sent to your phone.")
    screen.fill_code(site.wrong_codes(1)[0])
    screen.says("That code is not right. Please check it and try again. (4 tries left)")
    assert not KOREAN.search(screen.text())
    screen.fits()
    screen.keep("page-english-dark")

    screen.fill_code(site.code())
    screen.shows("done")
    screen.says("Your phone number has been verified.")
    assert not KOREAN.search(screen.text())
    screen.page.reload()
    assert screen.page.locator("html").get_attribute("lang") == "en"


def test_an_outage_is_watched_on_the_page(site: Site, open_page: OpenPage) -> None:
    """While Twilio is away the page says that it is tried again; then the code comes."""
    screen = open_page()
    site.phone.outage("refuse")

    screen.fill_number(site.number)
    screen.says(re.compile("다시 시도하고 있습니다"))
    expect(screen.page.locator("#track .is-now")).to_have_text("다시 시도 중")
    screen.fits()
    screen.keep("page-retrying")
    site.phone.outage("off")

    screen.shows("code", seconds=30)
    assert site.phone.sent(site.e164) == 1


def test_five_wrong_codes_are_told_on_the_page(site: Site, open_page: OpenPage) -> None:
    """The person is told that it is over, and for how long."""
    screen = open_page()
    screen.fill_number(site.number)
    screen.shows("code")
    *five, sixth = site.wrong_codes(6)

    for left, code in zip("43210", five, strict=True):
        screen.fill_code(code)
        screen.says(re.compile(rf"{left}회\)|^잘못된 인증 코드입니다. 입력한 코드를 확인해주세요.$"))
    screen.fill_code(sixth)

    screen.says(
        re.compile(r"최대 인증 시도 횟수\(5회\)에 도달했습니다.* \d+:\d\d 후에 다시 시도할 수 있습니다.")
    )


def test_a_phone_is_told_what_to_type(open_page: OpenPage, site: Site) -> None:
    """The number pad opens, and a code that arrives is offered."""
    screen = open_page()
    code, number = screen.page.locator("#code"), screen.page.locator("#number")

    assert (code.get_attribute("autocomplete"), code.get_attribute("inputmode")) == (
        "one-time-code",
        "numeric",
    )
    assert (number.get_attribute("type"), number.get_attribute("inputmode")) == ("tel", "tel")
    assert screen.page.locator("#status").get_attribute("role") == "status"


def test_a_server_that_is_away_is_told(open_page: OpenPage, site: Site) -> None:
    """The page says so, and works again when the server does."""
    screen = open_page()
    screen.context.set_offline(offline=True)
    screen.fill_number(site.number)
    screen.says("서버에 연결할 수 없습니다. 잠시 후 다시 시도해주세요.")
    screen.context.set_offline(offline=False)

    screen.fill_number(site.number)

    screen.shows("code")

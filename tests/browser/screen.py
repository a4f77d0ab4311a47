"""A phone's screen with the page on it: what a person does, sees and hears."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, Page, expect

IMAGES = Path(__file__).parents[2] / "docs" / "images"
WIDTH, HEIGHT = 360, 640
KOREAN = re.compile("[가-힣]")
# The lowest contrast of any text with what is behind it: https://www.w3.org/TR/WCAG22/#contrast-minimum
LOWEST_CONTRAST = """() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => [r, g, b]
    .map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = numbers(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const ratios = [...document.querySelectorAll("body *")]
    .filter((element) => element.checkVisibility() && element.tagName !== "SCRIPT")
    .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .map((element) => {
      const [a, b] = [numbers(getComputedStyle(element).color), ground(element)].map(luminance);
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    });
  return Math.min(...ratios);
}"""


@dataclass(slots=True)
class Screen:
    """The page in a browser context of its own."""

    context: BrowserContext
    page: Page
    url: str
    asked: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def fill_number(self, number: str) -> None:
        """Type a number and press the button."""
        self.page.fill("#number", number)
        self.page.click("#number-form button")

    def fill_code(self, code: str) -> None:
        """Type a code and press the button."""
        self.page.fill("#code", code)
        self.page.click("#code-form button")

    def says(self, sentence: str | re.Pattern[str], *, seconds: float = 15) -> None:
        """Wait until the status, which a screen reader reads out, says this."""
        expect(self.page.locator("#status")).to_have_text(sentence, timeout=1000 * seconds)

    def shows(self, step: Literal["number", "code", "done"], *, seconds: float = 15) -> None:
        """Wait for a step, and see the others gone."""
        expect(self.page.locator(f"#{step}-step")).to_be_visible(timeout=1000 * seconds)
        assert self.page.locator("section:visible").count() == 1

    def fits(self) -> None:
        """See that nothing runs out of the screen, and that everything can be read."""
        assert self.page.evaluate("document.documentElement.scrollWidth") <= WIDTH
        assert self.page.evaluate(LOWEST_CONTRAST) >= 4.5

    def text(self) -> str:
        """Everything that can be read, without the switch to the other language."""
        return str(self.page.locator("main").inner_text())

    def focused(self) -> str:
        """Where the focus is."""
        return str(self.page.evaluate("document.activeElement.id || document.activeElement.tagName"))

    def has_visible_focus(self) -> bool:
        """Whether a ring is drawn around what has the focus."""
        style: dict[str, Any] = self.page.evaluate(
            "(({outlineStyle: kind, outlineWidth: width}) => ({kind, width}))"
            "(getComputedStyle(document.activeElement))"
        )
        return style["kind"] == "solid" and style["width"] == "3px"

    def keep(self, name: str) -> None:
        """Write docs/images/ anew, when asked to by WRITE_IMAGES=1; a test run leaves the tree as it was."""
        if os.environ.get("WRITE_IMAGES"):
            IMAGES.mkdir(exist_ok=True)
            self.page.screenshot(path=IMAGES / f"{name}.png", caret="hide", animations="disabled")


def open_screen(
    browser: Browser, url: str, *, scheme: Literal["light", "dark"] = "light", is_touched: bool = True
) -> Screen:
    """Open the page on a phone, and listen to what it asks for and what breaks."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT},
        device_scale_factor=2,
        is_mobile=is_touched,
        has_touch=is_touched,
        locale="ko-KR",
        color_scheme=scheme,
    )
    screen = Screen(context, context.new_page(), url)
    screen.page.on("request", lambda request: screen.asked.append(request.url))
    screen.page.on("pageerror", lambda error: screen.broken.append(str(error)))
    screen.page.on(
        "console",
        # A 403 is an answer here; Chromium writes every one of them down as an error.
        lambda line: (
            screen.broken.append(line.text)
            if line.type in ("error", "warning") and "Failed to load resource" not in line.text
            else None
        ),
    )
    screen.page.goto(url)
    return screen

"""What the backend says of itself: its OpenAPI description, its start, its page."""

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.examples import test_story as story
from tests.examples.conftest import Site
from tests.leftovers import bare_environment
from worker.demo.worker_process import stop

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "examples" / "web_backend" / "page"
OF_BOTH = {story.MALFORMED, story.UNEXPECTED, story.FIVE_WRONG}
ROWS = {
    "/phone": {story.SENT} | OF_BOTH,
    "/phone-verification": {story.APPROVED, story.WRONG, story.NO_RECORD, story.ALREADY} | OF_BOTH,
}


def read(url: str) -> str:
    """Fetch a page."""
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - loopback
        return str(answer.read().decode())


def until(words: str, lines: Iterable[str]) -> Iterator[str]:
    """Read lines up to the one with these words."""
    for line in lines:
        yield line
        if words in line:
            return


@pytest.mark.parametrize("path", ROWS)
def test_each_row_of_the_story_is_an_example(site: Site, path: str) -> None:
    """OpenAPI shows under each status what is answered, and knows nothing of a 422 wall."""
    description: dict[str, Any] = json.loads(read(f"{site.url}/openapi.json"))
    responses = description["paths"][path]["post"]["responses"]
    examples = {
        (int(status), example["value"].get("error"), example["value"]["message"])
        for status, response in responses.items()
        if status != "default"
        for example in response["content"]["application/json"]["examples"].values()
    }

    assert ROWS[path] <= examples
    assert "202" in responses
    assert "HTTPValidationError" not in json.dumps(description)


def test_the_readme_tells_the_same_rows() -> None:
    """Its table is the story's, word for word."""
    page = (ROOT / "examples" / "web_backend" / "README.md").read_text()
    told = re.findall(r"^\|[^|]+\| (\d{3}) \| ?([^|]*?) ?\| ([^|]+) \|$", page, re.MULTILINE)

    assert {(int(status), error or None, words) for status, error, words in told} == set().union(
        *ROWS.values()
    )


def test_a_start_without_settings_names_them_all(tmp_path: Path) -> None:
    """One message, no traceback, and nothing is served."""
    refused = subprocess.run(
        [sys.executable, "-m", "uvicorn", "--factory", "examples.web_backend.app:make_app"],
        cwd=ROOT,
        env=bare_environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert refused.returncode != 0
    for name in ("DATABASE_URL", "CELERY_BROKER_URL", "HMAC_KEYS", "SEAL_KEYS"):
        assert name in refused.stderr
    assert "Traceback" not in refused.stderr


def test_no_warning_is_given_at_start(site: Site, tmp_path: Path) -> None:
    """The versions that are locked have nothing against how they are used."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-W", "error", "-m", "uvicorn", "--port", "0"),
            *("--factory", "examples.web_backend.app:make_app"),
        ],
        cwd=ROOT,
        env={**bare_environment(tmp_path), **site.worker.environment},
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stderr is not None
        said = "".join(until("running on", process.stderr))
        stop(process)

    assert "running on" in said
    assert "Warning" not in said


def test_the_page_is_complete_in_both_languages() -> None:
    """Each word that the page uses is there in Korean and in English."""
    text = (PAGE / "words.js").read_text()
    korean, english = (set(re.findall(r"^    (\w+):", part, re.MULTILINE)) for part in text.split("  en: {"))
    used = set(re.findall(r'data-word="(\w+)"', (PAGE / "index.html").read_text()))
    used |= set(re.findall(r"words\(\)\.(\w+)", (PAGE / "page.js").read_text()))

    assert korean == english
    assert used <= korean


def test_the_page_needs_nothing_from_elsewhere() -> None:
    """No address of another host is in any of its files, but the name of SVG."""
    for path in PAGE.iterdir():
        assert set(re.findall(r"(?:https?:)?//[\w.]+", path.read_text())) <= {"http://www.w3.org"}, path.name

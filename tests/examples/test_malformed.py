"""What is no request of ours is answered in the story's words, never by a list of validation errors."""

import pytest

from tests.examples.conftest import Site
from tests.examples.person import Person
from tests.examples.test_story import MALFORMED

BODIES = {
    "no body": b"",
    "no JSON": b'{"phone_number": ',
    "no text": b"\xff\xfe\x00",
    "no object": [],
    "null": None,
    "no number": {"code": "123456"},
    "a number that is one": {"phone_number": 1012345678, "code": "123456"},
    "a list": {"phone_number": ["010-1234-5678"], "code": "123456"},
    "half a character": b'{"phone_number": "\\ud800", "code": "123456"}',
    "far too long": {"phone_number": "0" * 5000, "code": "123456"},
    "nested without end": b"[" * 100_000,
}


@pytest.mark.parametrize("path", ["/phone", "/phone-verification"])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_without_a_number_is_a_malformed_number(
    site: Site, person: Person, path: str, body: object
) -> None:
    """400 in the table's words, and nothing that was typed comes back."""
    assert person.post(path, body).row == MALFORMED


@pytest.mark.parametrize("code", [None, 123456, ["123456"], "0" * 5000])
def test_a_code_that_is_no_text_is_a_malformed_request(site: Site, person: Person, code: object) -> None:
    """A program's mistake; what a person typed wrong is a wrong code."""
    wish = {"phone_number": person.number, "code": code}

    assert person.post("/phone-verification", wish).row == MALFORMED


def test_a_missing_code_is_a_malformed_request(site: Site, person: Person) -> None:
    """Like any other missing field."""
    assert person.post("/phone-verification", {"phone_number": person.number}).row == MALFORMED


def test_a_form_of_another_site_is_no_request(site: Site, person: Person) -> None:
    """Only JSON is read, which no plain form of another site can send."""
    wish = {"phone_number": person.number}

    assert person.post("/phone", wish, Content_Type="text/plain").row == MALFORMED
    assert site.phone.sent() == 0


@pytest.mark.parametrize("task_id", ["010-1234-5678", "%00", "a" * 300])
def test_what_is_no_task_id_is_not_found(site: Site, person: Person, task_id: str) -> None:
    """A poll for anything else is a poll for nothing."""
    person.send()

    assert person.look(task_id).status == 404


def test_another_path_is_not_found_in_the_same_form(site: Site, person: Person) -> None:
    """Every error has the same shape."""
    assert person.post("/phones", {}).row == (404, "Not Found", "요청하신 내용을 찾을 수 없습니다.")

"""Every answer of the two endpoints, word for word."""

from pathlib import Path

import pytest

from tests.examples.conftest import SENDS_ALLOWED, Site
from tests.examples.person import Person
from worker.demo.web import web_backend

SENT = (200, None, "휴대폰 인증번호가 발급되었습니다.")
APPROVED = (200, None, "휴대폰 인증이 성공하였습니다.")
MALFORMED = (
    400,
    "Invalid PhoneNumber Request Type",
    "잘못된 전화번호 형식입니다. 전화번호는 01012345678과 같은 11자리 숫자로 이루어져야 합니다.",
)
WRONG = (403, "Invalid Verification Code", "잘못된 인증 코드입니다. 입력한 코드를 확인해주세요.")
NO_RECORD = (
    400,
    "No Verification Record",
    "해당 전화번호에 대한 인증 내역이 없습니다. 인증이 없거나 유효 기간이 지났습니다.",
)
ALREADY = (409, "Already Verified", "이미 인증이 완료된 전화번호입니다. 추가 인증이 필요하지 않습니다.")
FIVE_WRONG = (
    429,
    "Max Check Attempts Reached",
    "최대 인증 시도 횟수(5회)에 도달했습니다. 인증을 처음부터 다시 시도해주세요.",
)
UNEXPECTED = (500, "Internal Server Error", "서버에서 오류가 발생했습니다.")


@pytest.mark.parametrize("typed", ["010-{}-5678", "010{}5678", "+8210{}5678"])
def test_a_code_is_sent_however_the_number_is_written(site: Site, person: Person, typed: str) -> None:
    """The story's two spellings, and the one that Twilio is told."""
    middle = site.number.split("-")[1]

    assert person.send(typed.format(middle)).row == SENT
    assert site.phone.sent(site.e164) == 1


def test_the_right_code_is_right(site: Site, person: Person) -> None:
    """Whoever types what came is verified."""
    person.send()

    assert person.check(site.code()).row == APPROVED


@pytest.mark.parametrize("typed", ["010-1234-567", "hello", "", "  ", "010-1234-56789"])
def test_a_malformed_number_is_told(site: Site, person: Person, typed: str) -> None:
    """What is no number reaches nobody."""
    malformed = person.post("/phone", {"phone_number": typed})

    assert malformed.row == MALFORMED
    assert site.phone.requests() == []


def test_a_wrong_code_is_told_with_the_tries_left(site: Site, person: Person) -> None:
    """A wrong code is no success, though Twilio answers 200; nor are letters."""
    person.send()

    wrong, letters = person.check(site.wrong_codes(1)[0]), person.check("abcdef")

    assert wrong.row == letters.row == WRONG
    assert wrong.body["checks_left"] == 4


def test_nothing_to_check_is_told(site: Site, person: Person) -> None:
    """Nobody was sent a code yet."""
    assert person.check("123456").row == NO_RECORD


def test_an_expired_code_is_told(site: Site, person: Person) -> None:
    """After ten minutes there is nothing to check any more."""
    person.send()
    code = site.code()
    site.worker.let_codes_expire()

    assert person.check(code).row == NO_RECORD


def test_another_code_after_success_is_already_verified(site: Site, person: Person) -> None:
    """The same code again is right again; another one is not needed."""
    person.send()
    code, other = site.code(), site.wrong_codes(1)[0]
    person.check(code)

    assert person.check(code).row == APPROVED
    assert person.check(other).row == ALREADY


def test_five_wrong_codes_are_the_most(site: Site, person: Person) -> None:
    """The sixth is told so, and how long it lasts."""
    person.send()
    *five, sixth = site.wrong_codes(6)

    rows = [person.check(code).row for code in five]
    locked = person.check(sixth)

    assert rows == [WRONG] * 5
    assert locked.row == FIVE_WRONG
    assert 0 < int(locked.headers["Retry-After"]) == locked.body["retry_after"] <= 600


def test_a_mistake_of_ours_is_an_unexpected_one(site: Site, person: Person) -> None:
    """What Twilio refuses because of our account's settings is not the person's business."""
    site.phone.fault("status", site.worker.start, status=400, code=20151, message="authentication failed")

    assert person.send().row == UNEXPECTED


def test_a_database_that_is_away_is_unexpected(site: Site, person: Person, tmp_path: Path) -> None:
    """One answer in the table's words, not a page of Python; the log has that, without the number."""
    log, nowhere = tmp_path / "backend.log", f"sqlite:///{tmp_path}/no/such.db"
    with web_backend({**site.worker.environment, "DATABASE_URL": nowhere}, log) as url:
        person.url = url

        assert person.send().row == UNEXPECTED
    assert "NotAcceptedError" in log.read_text()
    assert site.number not in log.read_text()


def test_what_the_table_does_not_list_is_the_contracts(site: Site, person: Person) -> None:
    """Too many sends: the contract's status and words, and when it may be tried again."""
    for _ in range(SENDS_ALLOWED):
        assert person.send().row == SENT

    limited = person.send()

    assert limited.row == (429, "Too Many Requests", "요청이 너무 많습니다. 잠시 후 다시 시도해주세요.")
    assert limited.body["kind"] == "rate_limited"
    assert 0 < int(limited.headers["Retry-After"]) == limited.body["retry_after"] <= 600
    assert limited.body["next_send_in"] in (limited.body["retry_after"], limited.body["retry_after"] - 1)


@pytest.mark.parametrize(
    ("preferred", "language"),
    [("en", "en"), ("en-US,en;q=0.9,ko;q=0.8", "en"), ("ko-KR,en", "ko"), ("fr", "ko"), ("fr, EN", "en")],
)
def test_who_prefers_english_is_answered_in_english(
    site: Site, person: Person, preferred: str, language: str
) -> None:
    """The words change with the language, and nothing else does."""
    answer = person.check("123456", Accept_Language=preferred)

    english = "There is nothing to verify for this number: no code was sent, or it has expired."
    assert answer.row[:2] == NO_RECORD[:2]
    assert answer.body["message"] == (english if language == "en" else NO_RECORD[2])
    assert answer.headers["Content-Language"] == language


def test_every_answer_has_an_english_variant(site: Site, person: Person) -> None:
    """A whole verification in English, the text included."""
    english = {"Accept_Language": "en"}

    sent = person.send(**english)
    said = [
        sent.body["message"],
        person.check(site.wrong_codes(1)[0], **english).body["message"],
        person.check(site.code(), **english).body["message"],
    ]

    assert said == [
        "A verification code has been sent to your phone.",
        "That code is not right. Please check it and try again.",
        "Your phone number has been verified.",
    ]
    assert all(text.isascii() for text in [*said, site.phone.inbox(site.e164)[0]["text"]])

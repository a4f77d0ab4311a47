"""Whose task it is, and what an approval is good for."""

from concurrent.futures import ThreadPoolExecutor
from itertools import repeat

from examples.web_backend.sessions import Session, Sessions
from tests.examples.conftest import SENDS_ALLOWED, Site
from tests.examples.person import Person


def test_the_cookie_is_for_the_server_alone(site: Site, person: Person) -> None:
    """No script reads it, and no other site sends it."""
    cookie = person.send().headers["Set-Cookie"]

    assert cookie.startswith("session=")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; ")[1:])
    assert "Set-Cookie" not in person.send().headers


def test_nobody_chooses_their_own_session(site: Site, person: Person) -> None:
    """A key that the backend did not make opens nothing, and is not taken over."""
    cookie = person.send(Cookie="session=chosen-by-somebody").headers["Set-Cookie"]

    assert cookie.startswith("session=")
    assert "chosen-by-somebody" not in cookie


def test_a_session_sees_its_own_tasks_alone(site: Site, person: Person) -> None:
    """Somebody else's task, and one that never was, look the same."""
    task_id, stranger = person.send().body["task_id"], site.person()
    stranger.send()

    mine, theirs = person.look(task_id), stranger.look(task_id)
    nobodys = person.look("9a99eb90-0b0f-4c0e-9d5a-3f7c5d0f4e11")

    assert mine.status == 200
    assert theirs.row == nobodys.row == (404, "Not Found", "요청하신 내용을 찾을 수 없습니다.")
    assert site.person().look(task_id).status == 404


def test_nobody_verifies_with_another_sessions_send(site: Site, person: Person) -> None:
    """Who read the code over a shoulder has no send of their own to check it against."""
    person.send()

    stolen = site.person().check(site.code())

    assert (stolen.status, stolen.body["error"]) == (400, "No Verification Record")
    assert person.check(site.code()).status == 200


def test_a_session_of_another_number_cannot_use_the_code(site: Site, person: Person) -> None:
    """A send of one's own, to another number, does not help either."""
    person.send()
    stranger = site.person()
    stranger.send("010-9999-0000")

    stolen = stranger.check(site.code())

    assert (stolen.status, stolen.body["error"]) == (400, "No Verification Record")


def test_an_approval_is_consumed_once(site: Site, person: Person) -> None:
    """Told as often as it is asked for, by POST or by poll, it verifies the number one time."""
    person.send()
    first = person.check(site.code())

    again, polled = person.check(site.code()), person.look(first.body["task_id"])

    assert [seen.status for seen in (first, again, polled)] == [200, 200, 200]
    assert [seen.body["newly_verified"] for seen in (first, again, polled)] == [True, False, False]


def test_of_many_at_once_one_consumes_the_approval() -> None:
    """Two tabs and a poll at the same moment: one of them verifies the number."""
    for _ in range(200):
        session = Session()
        session.add_send("a-send", "010-1234-5678")
        with ThreadPoolExecutor(8) as threads:
            taken = list(threads.map(session.consume, repeat("a-send", 8)))

        assert sorted(taken) == [False] * 7 + [True]
        assert session.verified == ["010-1234-5678"]


def test_after_a_resend_the_newest_send_is_checked(site: Site, person: Person) -> None:
    """The number is verified by the code that came last."""
    first, second = person.send().body["task_id"], person.send().body["task_id"]

    approved = person.check(site.code())

    assert first != second
    assert approved.status == 200
    assert site.phone.sent(site.e164) == 2


def test_a_resend_that_was_refused_leaves_the_code_in_place(site: Site, person: Person) -> None:
    """Who pressed once too often still holds a code that is right."""
    for _ in range(SENDS_ALLOWED):
        person.send()
    assert person.send().status == 429

    assert person.check(site.code()).status == 200


def test_the_longest_unused_session_makes_room() -> None:
    """Whoever opens sessions without end pushes out the unused ones, and fills no memory."""
    sessions = Sessions(most=3)
    kept, unused = sessions.start()[0], sessions.start()[0]
    sessions.start()
    assert sessions.find(kept)

    sessions.start()

    assert sessions.find(kept)
    assert sessions.find(unused) is None


def test_a_session_that_is_not_used_ends() -> None:
    """After its lifetime the key opens nothing."""
    sessions = Sessions(lifetime_seconds=0)
    key, _ = sessions.start()

    assert sessions.find(key) is None

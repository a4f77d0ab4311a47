"""Reading single values: whatever Twilio or somebody in between writes, it is a value or it is none."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.cursor import Cursor
from gateway.fields import age_seconds, read_body, read_code, read_iso_time, read_mail_time

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(), parts, max_size=3),
    max_leaves=6,
)
MOMENTS = st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2200, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)


@given(MOMENTS)
def test_a_time_is_read_as_it_was_written(moment: datetime) -> None:
    """In the older API's way and in Verify's."""
    assert read_mail_time(format_datetime(moment)) == moment
    assert read_iso_time(moment.isoformat()) == moment
    assert read_iso_time(moment.strftime("%Y-%m-%dT%H:%M:%SZ")) == moment


def test_a_time_without_a_zone_is_utc() -> None:
    """Both ways know a form that names none."""
    expected = datetime(2026, 11, 23, 10, tzinfo=UTC)

    assert read_mail_time("Mon, 23 Nov 2026 10:00:00 -0000") == expected
    assert read_iso_time("2026-11-23T10:00:00") == expected


@given(ANYTHING)
@example("Mon, 23 Nov 99999999999999999999 10:00:00 +0000")
@example("Mon, 23 Nov 2026 10:00:00 +99999999999999999999")
def test_a_time_is_a_time_or_none(value: object) -> None:
    """And one that can be reckoned with."""
    now = datetime.now(UTC)
    for moment in (read_mail_time(value), read_iso_time(value)):
        age = age_seconds(now, moment)
        assert (age is None) == (moment is None)
        assert age is None or age >= 0


def test_an_age_is_never_less_than_nothing() -> None:
    """A stamp that is a little ahead of the answer's own Date is now."""
    now = datetime.now(UTC)

    assert age_seconds(now, now + timedelta(seconds=5)) == 0


@given(ANYTHING)
def test_a_code_is_a_number_or_none(value: object) -> None:
    """Whatever stands in its place."""
    code = read_code(value)

    assert code is None or 0 <= code < 10**9


@given(st.text() | ANYTHING.map(str))
@example('{"next_page_uri": "http://["}')
@example('{"meta": {"next_page_url": "?Page=" }}')
def test_a_page_has_a_next_one_or_none(text: str) -> None:
    """Whatever a body says."""
    assert isinstance(Cursor.after(text), Cursor | None)
    assert isinstance(read_body(text), dict | None)


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("/2010-04-01/Accounts/AC1/Messages.json?To=%2B82&PageSize=50&Page=1&PageToken=PA2", ("1", "PA2")),
        ("https://api.twilio.com/2010-04-01/x?Page=2&PageToken=PB3#there", ("2", "PB3")),
        ("/2010-04-01/x?Page=3", ("3", None)),
    ],
)
def test_the_older_apis_next_page_is_found(uri: str, expected: tuple[str, str | None]) -> None:
    """Page and token, out of an address that is relative or not."""
    cursor = Cursor.after(json.dumps({"next_page_uri": uri}))

    assert cursor is not None
    assert (cursor.page, cursor.page_token) == expected

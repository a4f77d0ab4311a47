"""The HTTP client under the SDK: one try, one budget, no connection used again after a fault."""

import json
import socket
import struct
import threading
import time
from collections.abc import Iterator

import pytest

from gateway.answer import Answer, AnswerClass, Reason
from gateway.twilio_client import Credentials
from gateway.verify import TwilioVerify
from phone_verification.kinds import Channel
from tests.unit.gateway.raw_server import RawServer, reply, serving

SERVICE = "VA" + "0" * 32
NUMBER = "+821012345678"
BODY = json.dumps({"sid": SERVICE, "friendly_name": "Ours"})
STARTED = json.dumps(
    {
        "sid": "VE" + "1" * 32,
        "service_sid": SERVICE,
        "to": NUMBER,
        "status": "pending",
        "send_code_attempts": [{"attempt_sid": "VL" + "2" * 32, "channel": "sms"}],
    }
)


def gateway(url: str, *, idle_seconds: float = 10, connect_budget_seconds: float = 0.5) -> TwilioVerify:
    """A gateway to that address."""
    return TwilioVerify(
        credentials=Credentials(account_sid="AC" + "0" * 32, username="SK" + "0" * 32, password="secret"),
        service_sid=SERVICE,
        base_url=url,
        concurrency=4,
        connect_budget_seconds=connect_budget_seconds,
        idle_seconds=idle_seconds,
    )


def start(asked: TwilioVerify, *, budget: float = 5, **options: object) -> Answer:
    """Start a verification."""
    return asked.start(
        to=NUMBER,
        channel=Channel.SMS,
        locale=None,
        budget_seconds=budget,
        **options,  # type: ignore[arg-type]
    )


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    """Set when the test is over, so that no server thread outlives it."""
    event = threading.Event()
    yield event
    event.set()


def drip(connection: socket.socket, text: bytes, stop: threading.Event) -> None:
    """Write a byte at a time, each well inside any read timeout."""
    for position in range(len(text)):
        connection.sendall(text[position : position + 1])
        if stop.wait(0.05):
            return


@pytest.mark.parametrize("where", ["headers", "body"])
def test_a_dripping_server_is_cut_off_at_the_budget(where: str, stop: threading.Event) -> None:
    """The budget is for the whole call, however steadily the bytes come."""
    whole = reply(BODY + " " * 200)
    head = whole.index(b"\r\n\r\n") + 4

    def act(connection: socket.socket, request: bytes) -> None:
        quick = b"" if where == "headers" else whole[:head]
        connection.sendall(quick)
        drip(connection, whole[len(quick) :], stop)

    with serving(act) as server:
        begun = time.monotonic()
        answer = gateway(server.url).service(budget_seconds=0.5)

    assert time.monotonic() - begun < 1.5
    assert (answer.answer_class, answer.reason) == (AnswerClass.MAYBE_SENT, Reason.READ_TIMEOUT)


def test_a_silent_server_is_a_read_timeout(stop: threading.Event) -> None:
    """The request left and nothing came back: in doubt."""
    with serving(lambda _, __: stop.wait(10) and None) as server:
        answer = start(gateway(server.url), budget=0.3)

    assert (answer.answer_class, answer.reason) == (AnswerClass.MAYBE_SENT, Reason.READ_TIMEOUT)


def test_a_reset_after_the_request_is_doubtful() -> None:
    """It may have been carried out."""

    def act(connection: socket.socket, request: bytes) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    with serving(act) as server:
        answer = start(gateway(server.url))

    assert (answer.answer_class, answer.reason) == (AnswerClass.MAYBE_SENT, Reason.RESET)


def test_a_truncated_body_is_doubtful() -> None:
    """Half an answer is none."""

    def act(connection: socket.socket, request: bytes) -> None:
        connection.sendall(reply(STARTED)[:-20])
        connection.close()

    with serving(act) as server:
        assert start(gateway(server.url)).answer_class is AnswerClass.MAYBE_SENT


def test_an_endless_body_is_garbage(stop: threading.Event) -> None:
    """A megabyte is more than any answer of Twilio's."""

    def act(connection: socket.socket, request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n")
        while not stop.is_set():
            connection.sendall(b"x" * 65536)

    with serving(act) as server:
        answer = start(gateway(server.url))

    assert (answer.answer_class, answer.reason) == (AnswerClass.MAYBE_SENT, Reason.GARBAGE)


def test_a_refused_connection_never_left() -> None:
    """Nobody listens: safe to try again."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]

    answer = start(gateway(f"http://127.0.0.1:{port}"))

    assert (answer.answer_class, answer.reason) == (AnswerClass.NOT_SENT, Reason.CONNECT_REFUSED)


def test_a_name_that_nobody_knows_never_left() -> None:
    """DNS says no: safe to try again."""
    answer = start(gateway("http://nowhere.invalid:1"))

    assert (answer.answer_class, answer.reason) == (AnswerClass.NOT_SENT, Reason.DNS)


def test_a_connect_timeout_never_left() -> None:
    """A backlog that is full: safe to try again."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for caller in waiting:
            caller.setblocking(False)  # noqa: FBT003 - socket's signature
            caller.connect_ex(full.getsockname())

        answer = start(gateway(f"http://127.0.0.1:{full.getsockname()[1]}", connect_budget_seconds=0.2))

        for caller in waiting:
            caller.close()
    assert (answer.answer_class, answer.reason) == (AnswerClass.NOT_SENT, Reason.CONNECT_TIMEOUT)


def test_a_failed_handshake_never_left() -> None:
    """TLS that does not come to be: no request was written."""

    def act(connection: socket.socket, request: bytes) -> None:
        connection.close()

    with socket.create_server(("127.0.0.1", 0)) as plain:
        port = plain.getsockname()[1]

        def answer_in_plain_text() -> None:
            connection, _ = plain.accept()
            with connection:
                connection.recv(10)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=answer_in_plain_text)
        thread.start()
        answer = start(gateway(f"https://127.0.0.1:{port}"))
        thread.join(5)

    assert (answer.answer_class, answer.reason) == (AnswerClass.NOT_SENT, Reason.TLS)


def test_a_guard_that_says_no_leaves_the_request_unwritten() -> None:
    """A worker that was frozen past its lease writes nothing."""
    with serving(lambda connection, _: connection.sendall(reply(STARTED))) as server:
        asked = gateway(server.url)
        refused = start(asked, guard=lambda: False)
        allowed = start(asked, guard=lambda: True)

        assert (refused.answer_class, refused.reason) == (AnswerClass.NOT_SENT, Reason.LEASE_OVER)
        assert allowed.answer_class is AnswerClass.SUCCEEDED
        assert len(server.requests) == 1


def ask_twice(server: RawServer, *, idle_seconds: float = 10) -> list[AnswerClass]:
    """Two calls through one gateway."""
    asked = gateway(server.url, idle_seconds=idle_seconds)
    return [asked.service(budget_seconds=1).answer_class for _ in range(2)]


def test_a_connection_is_kept_alive() -> None:
    """The second call pays no handshake."""
    with serving(lambda connection, _: connection.sendall(reply(BODY))) as server:
        assert ask_twice(server) == [AnswerClass.SUCCEEDED] * 2
        assert server.connections == 1


def test_a_connection_that_idled_is_not_used_again() -> None:
    """A connection that died in silence would cost a doubtful call."""
    with serving(lambda connection, _: connection.sendall(reply(BODY))) as server:
        assert ask_twice(server, idle_seconds=0) == [AnswerClass.SUCCEEDED] * 2
        assert server.connections == 2


def test_a_connection_is_not_used_again_after_a_fault(stop: threading.Event) -> None:
    """A late answer to the first call must never be read as the second's."""
    calls: list[bytes] = []

    def act(connection: socket.socket, request: bytes) -> None:
        calls.append(request)
        if len(calls) == 1:
            stop.wait(0.4)
        connection.sendall(reply(BODY))

    with serving(act) as server:
        asked = gateway(server.url)
        first = asked.service(budget_seconds=0.2)
        second = asked.service(budget_seconds=2)

        assert first.answer_class is AnswerClass.MAYBE_SENT
        assert second.answer_class is AnswerClass.SUCCEEDED
        assert server.connections == 2


def test_redirects_are_not_followed() -> None:
    """A POST that is sent elsewhere would be sent twice."""
    moved = reply("", "307 Temporary Redirect", "Location: http://127.0.0.1:1/\r\n")
    with serving(lambda connection, _: connection.sendall(moved)) as server:
        answer = start(gateway(server.url))

        assert answer.answer_class is AnswerClass.MAYBE_SENT
        assert len(server.requests) == 1


def test_nothing_is_logged_of_a_call(caplog: pytest.LogCaptureFixture) -> None:
    """The SDK's client would log URLs with phone numbers at INFO."""
    with caplog.at_level(0), serving(lambda connection, _: connection.sendall(reply(STARTED))) as server:
        gateway(server.url).fetch(to_or_sid=NUMBER, budget_seconds=1)

    assert "12345678" not in caplog.text
    assert "secret" not in repr(Credentials(account_sid="AC", username="AC", password="secret"))

"""From a host's name to a connected socket, within one budget.

Lives here: the look-up and the connecting. The system's resolver knows no timeout and can hold a thread for
half a minute when the name server is gone, so it is asked in a thread of its own that nobody waits for longer
than he has. New connections are rare (the pool keeps them), so a thread each is cheap.
"""

import socket
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

Address = tuple[socket.AddressFamily, Any]
LookUp = Callable[[str, int], list[Address]]


def look_up(host: str, port: int, flags: int = 0) -> list[Address]:
    """Ask the system's resolver, for as long as it takes. Raises OSError or UnicodeError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    return [(family, address) for family, _, _, _, address in found]


def dial(host: str, port: int, *, budget_seconds: float, ask: LookUp = look_up) -> socket.socket:
    """Connect; what is left of the budget is the socket's timeout then, for the handshake.

    Raises socket.gaierror for a name without an address in time, TimeoutError or another OSError else.
    """
    deadline = time.monotonic() + budget_seconds
    addresses = _literal(host, port) or _asked(host, port, budget_seconds, ask)
    if not addresses:
        raise socket.gaierror(socket.EAI_NONAME, "no address in time")
    sock = _connect_any(addresses, deadline)
    sock.settimeout(max(deadline - time.monotonic(), 0.001))
    return sock


def _literal(host: str, port: int) -> list[Address]:
    try:
        return look_up(host, port, socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return []


def _asked(host: str, port: int, budget_seconds: float, ask: LookUp) -> list[Address]:
    answers: SimpleQueue[list[Address]] = SimpleQueue()

    def wait() -> None:
        try:
            answers.put(ask(host, port))
        except (OSError, UnicodeError):
            answers.put([])

    Thread(target=wait, name="gateway-resolver", daemon=True).start()
    try:
        return answers.get(timeout=max(budget_seconds, 0))
    except Empty:
        return []


def _connect_any(addresses: list[Address], deadline: float) -> socket.socket:
    """Try each address with an even share of what is left, so that a dead one leaves time for the next."""
    failure: OSError = TimeoutError("the connect budget is spent")
    for tried, address in enumerate(addresses):
        share = (deadline - time.monotonic()) / (len(addresses) - tried)
        if share <= 0:
            break
        try:
            return _connect(address, share)
        except OSError as error:
            failure = error
    raise failure


def _connect(address: Address, timeout_seconds: float) -> socket.socket:
    family, where = address
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.settimeout(timeout_seconds)
        sock.connect(where)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        sock.close()
        raise
    return sock

"""A connection to Redis whose waits are timed by the kernel.

Lives here: what redis-py does in three system calls and more, in one. Python times a socket itself: it asks
before each read and write whether one may, and giving up the interpreter's lock for that costs the loop more
than the command does, when a hundred threads want it: docs/performance.md.
"""

import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from redis import Connection
from redis.exceptions import ConnectionError as RedisConnectionError

_WARM_SECONDS: Final = 0.25
_LOOK: Final = socket.MSG_PEEK | socket.MSG_DONTWAIT


class KernelTimedConnection(Connection):
    """Plain TCP; a wait that takes longer than `socket_timeout` is a connection that was lost."""

    _worked_at = float("-inf")
    _gathered: list[bytes] | None = None

    def _connect(self) -> socket.socket:
        """Connect, and tell the kernel for how long to wait: socket(7), SO_RCVTIMEO."""
        sock: socket.socket = super()._connect()  # type: ignore[no-untyped-call]  # redis-py's
        if self.socket_timeout:
            whole, part = divmod(self.socket_timeout, 1)
            for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
                sock.setsockopt(socket.SOL_SOCKET, option, struct.pack("@ll", int(whole), int(part * 1e6)))
            sock.settimeout(None)
        return sock

    @contextmanager
    def together(self) -> Iterator[None]:
        """Have all commands of this block leave in one write, at its end; none of them when it raises."""
        gathered: list[bytes] = []
        self._gathered = gathered
        try:
            yield
        finally:
            self._gathered = None
        self.send_packed_command([b"".join(gathered)])

    def send_packed_command(self, command: Any, check_health: bool = True) -> None:  # noqa: ANN401, FBT001, FBT002
        """Send, or keep for the end of the block; a signature of redis-py's."""
        if self._gathered is None:
            super().send_packed_command(command, check_health)  # type: ignore[no-untyped-call]  # redis-py's
        else:
            self._gathered.extend(command)

    def read_response(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - redis-py's signature
        """Read an answer, and remember when."""
        answer = super().read_response(*args, **kwargs)
        self._worked_at = time.monotonic()
        return answer

    def can_read(self, timeout: float = 0) -> bool:
        """Whether something was said that nobody asked for. Raises when the server has left.

        One that answered a moment ago is taken as it is.
        """
        sock: socket.socket | None = self._sock
        if timeout or sock is None or sock.gettimeout() is not None:
            return bool(super().can_read(timeout))
        if self.has_unread():
            return True
        if time.monotonic() - self._worked_at < _WARM_SECONDS:
            return False
        try:
            waiting = sock.recv(1, _LOOK)
        except BlockingIOError:
            return False
        except OSError as error:
            self.disconnect()  # type: ignore[no-untyped-call]  # redis-py's
            raise RedisConnectionError(f"lost: {type(error).__name__}") from error
        if not waiting:
            self.disconnect()  # type: ignore[no-untyped-call]  # redis-py's
            raise RedisConnectionError("closed by the server")
        return True

    def has_unread(self) -> bool:
        """Whether more was read than was looked at; redis-py's two parsers keep it in two places."""
        unread_bytes = getattr(getattr(self._parser, "_buffer", None), "unread_bytes", None)
        if unread_bytes is not None:
            return bool(unread_bytes())
        # hiredis: what it calls its buffer is where it reads into.
        reader = getattr(self._parser, "_reader", None)
        return reader is not None and bool(reader.has_data())

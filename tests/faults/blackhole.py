"""A port that accepts nobody: connecting to it neither succeeds nor fails.

Lives here: standing in for the stand-in's port while it refuses, with a full queue, and seeing in the
kernel's table that somebody knocks. https://man7.org/linux/man-pages/man2/listen.2.html
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

_SYN_SENT: Final = "02"
_FILLERS: Final = 3


@contextmanager
def black_hole(url: str) -> Iterator[Callable[[], bool]]:
    """Let nobody in at that address, which must be free; yields whether somebody knocks now."""
    port = urlsplit(url).port or 0
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(0)
        ours = set()
        for _ in range(_FILLERS):
            filler = stack.enter_context(socket.socket())
            filler.settimeout(0)
            filler.connect_ex(("127.0.0.1", port))
            ours.add(filler.getsockname()[1])
        yield lambda: bool(_knocking(port) - ours)


def _knocking(port: int) -> set[int]:
    """Return the ports from which connections to a port of this machine wait to be let in."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    rows = [line.split() for line in lines]
    return {
        int(row[1].rpartition(":")[2], 16)
        for row in rows
        if row[3] == _SYN_SENT and row[2].endswith(f":{port:04X}")
    }

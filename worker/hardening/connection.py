"""The connection to the broker: `redis://` and `rediss://` lead to our transport.

A class seam of Celery's (`AMQP.Connection`), and not the setting `broker_transport`: the setting would take
the place of the URL's scheme, and with it kombu's reading of `rediss://` (TLS would be off) and the address
that Flower and the banner show.
"""

from typing import Final

from kombu import Connection
from kombu.transport.base import Transport

from worker.hardening.transport import GuardedTransport

_SCHEMES: Final = ("redis", "rediss")


class GuardedConnection(Connection):
    """A connection whose channels take in nothing that would end the worker."""

    def get_transport_cls(self) -> type[Transport]:
        """Choose the transport for a URL's scheme."""
        return GuardedTransport if self.transport_cls in _SCHEMES else super().get_transport_cls()

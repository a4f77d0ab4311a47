"""Where Celery is told to take our classes: by a URL's scheme, as everywhere."""

import ssl

import pytest
from celery import Celery
from celery.app import backends
from kombu.transport.pyamqp import Transport as AmqpTransport

from worker.hardening.connection import GuardedConnection
from worker.hardening.loader import BackendLoader
from worker.hardening.result_backend import ForgivingRedisBackend
from worker.hardening.transport import GuardedTransport


@pytest.mark.parametrize("url", ["redis://:secret@host:6379/0", "rediss://:secret@host:6379/0"])
def test_redis_with_and_without_tls_is_guarded(url: str) -> None:
    """The scheme stays what it is: Flower and the banner read it, and the password is masked."""
    connection = GuardedConnection(url)

    assert isinstance(connection.transport, GuardedTransport)
    assert connection.as_uri() == url.replace("secret", "**")


def test_tls_stays_as_the_url_asks() -> None:
    """A transport that takes the place of the scheme would talk to a TLS port in plain."""
    assert GuardedConnection("rediss://host?ssl_cert_reqs=required").ssl == {
        "ssl_cert_reqs": ssl.CERT_REQUIRED
    }
    assert GuardedConnection("rediss://host").ssl
    assert not GuardedConnection("redis://host").ssl


def test_another_broker_is_left_alone() -> None:
    """What was not tried on Redis is not guarded."""
    assert GuardedConnection("amqp://host").get_transport_cls() is AmqpTransport


@pytest.mark.parametrize("scheme", ["redis", "rediss"])
def test_results_go_to_the_forgiving_backend(scheme: str) -> None:
    """Whenever it is asked for, before the settings were read and after."""
    loader = BackendLoader(Celery(set_as_current=False))

    assert backends.by_url(f"{scheme}://host/1", loader) == (ForgivingRedisBackend, f"{scheme}://host/1")

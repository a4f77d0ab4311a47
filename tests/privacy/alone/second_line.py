"""The worker behind kombu's own transport: every header of a stranger's reaches Celery."""

from kombu import Connection

from tests.privacy.turned_on import app

app.amqp.Connection = Connection

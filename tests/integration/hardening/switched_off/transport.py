"""The worker with kombu's own transport; the second line of defence is in place."""

from kombu import Connection

from worker.celery import app

app.amqp.Connection = Connection

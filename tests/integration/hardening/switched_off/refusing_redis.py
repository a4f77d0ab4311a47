"""The worker that takes a Redis which answers no for a reason to end."""

from worker.celery import app

app.conf.broker_channel_error_retry = False

"""The worker with Celery's own result backend."""

from worker.celery import app

app.loader.override_backends = {}

"""The worker with Celery's own requests and handlers behind our transport."""

from tests.privacy.turned_on import app
from worker.hardening.task import MaskedTask

MaskedTask.Request = "celery.worker.request:Request"
app.conf.worker_consumer = "celery.worker.consumer:Consumer"

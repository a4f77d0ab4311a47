"""The worker with everything of Celery's and kombu's own that handles a message."""

from tests.integration.hardening.switched_off.transport import app
from worker.hardening.task import MaskedTask

MaskedTask.Request = "celery.worker.request:Request"
app.conf.worker_consumer = "celery.worker.consumer:Consumer"

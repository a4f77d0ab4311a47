"""What ours is measured against: a task that does nothing, and the one that everybody writes.

Lives here: a Celery app as its documentation has it. Nothing is recorded, nothing is tried again, numbers and
codes are in Redis, logs and Flower; results are stored, and the requests session is as wide as the threads.
"""

import os
import sys
from typing import Any, Final

import requests
from celery import Celery, signals
from kombu import Queue
from requests.adapters import HTTPAdapter
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from tests.benchmark.plain_queue import QUEUE

app: Final = Celery("baseline")
app.conf.update(
    broker_url=os.environ["CELERY_BROKER_URL"],
    result_backend=os.environ["CELERY_RESULT_BACKEND"],
    task_queues=[Queue(QUEUE)],
    task_default_queue=QUEUE,
    worker_pool="threads",
    worker_send_task_events=True,
    task_send_sent_event=True,
    # Ten, the default, are too few for a hundred threads that acknowledge.
    broker_transport_options={"max_connections": 256},
    broker_connection_retry_on_startup=True,
)

if os.environ.get("ONE_CORE") == "true":
    # What it would gain by that one thing of ours: tests/benchmark/pools.py.
    from worker.one_core import OneCore

    app.steps["worker"].add(OneCore)


def _client() -> Client:
    threads = int(os.environ.get("BENCHMARK_THREADS", "100"))
    session = requests.Session()
    session.mount("http://", HTTPAdapter(pool_connections=1, pool_maxsize=threads))
    made = Client(
        os.environ["TWILIO_ACCOUNT_SID"],
        os.environ["TWILIO_AUTH_TOKEN"],
        http_client=TwilioHttpClient(pool_connections=False, timeout=10),
        environment={"": ""},
    )
    made.http_client.session = session
    made.verify.base_url = os.environ["TWILIO_BASE_URL"]
    return made


_twilio: Final = _client()
_service: Final = _twilio.verify.v2.services(os.environ["TWILIO_VERIFY_SERVICE_SID"])


@app.task(name="benchmark.nothing")
def nothing() -> None:
    """Do nothing."""


@app.task(name="benchmark.send")
def send(phone_number: str, channel: str) -> dict[str, Any]:
    """Send a code."""
    verification = _service.verifications.create(to=phone_number, channel=channel)
    return {"sid": verification.sid, "status": verification.status}


@app.task(name="benchmark.check")
def check(phone_number: str, code: str) -> dict[str, Any]:
    """Check a code."""
    checked = _service.verification_checks.create(to=phone_number, code=code)
    return {"status": checked.status, "valid": checked.valid}


@signals.worker_ready.connect
def _tell_ready(**_: object) -> None:
    sys.stderr.write(" ready.\n")
    sys.stderr.flush()

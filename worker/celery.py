"""The Celery app: `celery -A worker worker` and `celery -A worker flower` find it here."""

from typing import Final

from celery import Celery, signals

from worker.hardening.loggers import leave_quotations_out
from worker.hardening.task import MaskedTask
from worker.health.heartbeat import Heartbeat, LoopTurns
from worker.logs import configure_logs
from worker.memory import leave_what_stays
from worker.metrics.step import Metrics
from worker.one_core import OneCore
from worker.shutdown import begin_no_more
from worker.startup import Startup
from worker.sweeper import Sweeper

app: Final = Celery(
    "worker",
    amqp="worker.hardening.amqp:MaskedAMQP",
    loader="worker.hardening.loader:BackendLoader",
    task_cls=MaskedTask,
    include=["tasks.doors"],
)
app.config_from_object("celeryconfig")
app.steps["worker"].add(Startup)
app.steps["worker"].add(Metrics)
app.steps["worker"].add(Sweeper)
app.steps["worker"].add(Heartbeat)
app.steps["worker"].add(OneCore)
app.steps["consumer"].add(LoopTurns)

leave_quotations_out()
# Connecting to this signal is how Celery is told to leave logging alone.
signals.setup_logging.connect(configure_logs, weak=False)
# The one process of the threads, and each of prefork's.
signals.worker_ready.connect(leave_what_stays, weak=False)
signals.worker_process_init.connect(leave_what_stays, weak=False)
signals.worker_shutting_down.connect(begin_no_more, weak=False)

"""Celery's settings, each line that differs from a default with its reason.

Figures that time a run are in tasks/figures.py; these keep Celery and Redis from working against them.
"""

from kombu import Exchange, Queue

from phone_verification.queues import QUEUES
from worker.settings import BrokerSettings, read_settings

_settings = read_settings(BrokerSettings)

broker_url = _settings.celery_broker_url.get_secret_value()
result_backend = _settings.celery_result_backend.get_secret_value()

# Our own queues only: consuming Celery's default queue on a shared Redis would eat other people's tasks.
task_queues = [Queue(name, Exchange(name), routing_key=name) for name in QUEUES.values()]
task_default_queue = next(iter(QUEUES.values()))

# JSON only: a pickled message is somebody else's code.
task_serializer = "json"
result_serializer = "json"
accept_content = ["json"]
result_accept_content = ["json"]

# Threads: the work is waiting for Twilio. 32 slots cost about 70 MB, processes 57 MB each.
worker_pool = "threads"
worker_concurrency = 32
# One message in hand per slot: a person waits behind every message that another worker could take.
worker_prefetch_multiplier = 1

# Acknowledge after the work: a killed worker's messages come back, and the claim makes that harmless.
task_acks_late = True
# A child that dies gives its message back (prefork only).
task_reject_on_worker_lost = True
# A call on its way to Twilio is finished although the broker is gone; its row is settled all the same.
worker_cancel_long_running_tasks_on_connection_loss = False

broker_connection_retry_on_startup = True
# Never give up: 100 tries, the default, are 46 minutes, and then the worker would exit.
broker_connection_max_retries = None
# A Redis that answers no (read-only after a failover) is waited for like one that is away; the default exits.
broker_channel_error_retry = True
broker_transport_options = {
    # Longer than any task and any held message, or one would be delivered twice meanwhile.
    "visibility_timeout": 120,
    # Restore a killed worker's messages within seconds: the defaults multiply to 100 s.
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    # A worker killed while restoring blocks the others for so long; the default is 5 minutes.
    "unacked_mutex_expire": 20,
    # A silent Redis must not hang a publisher for ever, as the default does.
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    # A half-open connection is found in about 20 s.
    "health_check_interval": 10,
    # One per slot that acknowledges, and some: 10, the default, is exhausted by 32 threads.
    "max_connections": 128,
}

# Callers of the open door poll this key; the truth is the row, which outlives it.
result_expires = 86_400
# Extended, it would hold the arguments beside the result.
result_extended = False
# A backend that is away costs a slot seconds and never its message: worker/hardening/result_backend.py
# tries again itself, within a time that these add up to.
result_backend_always_retry = False
result_backend_transport_options = {"retry_policy": {"max_retries": 0}}
redis_socket_timeout = 1
redis_socket_connect_timeout = 1
redis_socket_keepalive = True
redis_backend_health_check_interval = 25

# Flower is fed; arguments in events are masked by the app's classes.
worker_send_task_events = True
task_send_sent_event = True

# Our own logs: Celery's would print results and, on a malformed message, its body.
worker_hijack_root_logger = False
worker_redirect_stdouts = False
worker_consumer = "worker.hardening.consumer:MaskedConsumer"

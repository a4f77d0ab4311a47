"""The doors of Celery, kombu and Flower."""

from typing import Final

from tests.privacy.doors.door import (
    FIRST_LINE,
    IN_HAND,
    OWN_HEADERS,
    QUOTATIONS,
    RETRIES,
    SECOND_LINE,
    SECOND_LINE_HEADERS,
    Door,
    Mask,
)

_AMQP: Final = "worker/hardening/amqp.py"
_CONSUMER: Final = "worker/hardening/consumer.py"
_EVENTS: Final = "worker/hardening/events.py"
_FLAWS: Final = "worker/hardening/flaws.py"
_LOGGERS: Final = "worker/hardening/loggers.py"
_REQUEST: Final = "worker/hardening/request.py"


def _handler(what: str, name: str) -> Mask:
    """Take away one of our handlers: Celery's own, which prints the body, is used again."""
    return Mask(
        what=f"our handler of {what}",
        file=_CONSUMER,
        text=f"def {name}(",
        put=f"def unused_{name}(",
        noticed_by=SECOND_LINE,
    )


def _level(logger: str) -> Mask:
    return Mask(what=f"the level of {logger}", file=_LOGGERS, text=f'    "{logger}": logging.INFO,\n')


HEADERS: Final = (
    Door(
        place="headers of messages that our app publishes",
        shows="repr of all arguments, in argsrepr and kwargsrepr; also in its task-sent events",
        masks=(
            Mask(
                what="argsrepr and kwargsrepr say nothing",
                file=_AMQP,
                text='        kwargs["argsrepr"] = kwargs["kwargsrepr"] = MASKED\n',
                noticed_by=OWN_HEADERS,
            ),
            Mask(
                what="the app publishes through MaskedAMQP",
                file="worker/celery.py",
                text='    amqp="worker.hardening.amqp:MaskedAMQP",\n',
                noticed_by=OWN_HEADERS,
            ),
        ),
    ),
    Door(
        place="headers that a stock producer wrote",
        shows="the same, in Redis while a worker has the message in hand, and to all of Celery",
        masks=(
            Mask(
                what="a message is written anew from what was checked",
                file="worker/hardening/transport.py",
                text="super()._deliver(read.message(queue), queue)",
                put="super()._deliver(message, queue)",
                noticed_by=IN_HAND,
            ),
        ),
    ),
    Door(
        place="a retry",
        shows="arguments once more: per-call masks are lost on the way (celery#6086)",
        needs_none="a retry is a message with an id alone; while a run waits, Redis holds nothing else of it",
    ),
)

EVENTS: Final = (
    Door(
        place="events of the worker, and what Celery logs of a request",
        shows="args and kwargs of task-received, and of the `extra` of the lines received, succeeded, failed",
        masks=(
            Mask(
                what="a request's argsrepr and kwargsrepr",
                file=_REQUEST,
                text="        self._argsrepr = self._kwargsrepr = MASKED\n",
                noticed_by=SECOND_LINE_HEADERS,
            ),
            Mask(
                what="the same in what the tracer is given",
                file=_REQUEST,
                text="        self._request_dict.update(argsrepr=MASKED, kwargsrepr=MASKED)\n",
                noticed_by=SECOND_LINE_HEADERS,
            ),
            Mask(
                what="our tasks' requests are masked ones",
                file="worker/hardening/task.py",
                text='    Request = "worker.hardening.request:MaskedRequest"\n',
                noticed_by=SECOND_LINE_HEADERS,
            ),
        ),
    ),
    Door(
        place="shadow, root, parent and group of a message",
        shows="whatever a caller put there: as the task's name, in events, in result keys",
        masks=(
            Mask(
                what="shadow, root, parent and group in what the tracer is given",
                file=_REQUEST,
                text="self._request_dict.update(shadow=None, root_id=self.id, parent_id=None, group=None)",
                put="pass",
                noticed_by=SECOND_LINE_HEADERS,
            ),
            Mask(
                what="name, root and parent of a request",
                file=_REQUEST,
                text="self.name, self._root_id, self._parent_id = self._type, self.id, None",
                put="pass",
                noticed_by=SECOND_LINE_HEADERS,
            ),
        ),
    ),
    Door(
        place="task-sent events of a caller's own app",
        shows="args, kwargs and any name, past every worker, in Flower, its database and `celery events`",
        masks=(
            Mask(
                what="arguments in events that our app receives",
                file=_EVENTS,
                text="**{name: MASKED for name in _ARGUMENTS if name in event}",
            ),
            Mask(
                what="the name of a task where it could carry a number",
                file=_EVENTS,
                text='masked["name"] = MASKED',
                put="pass",
            ),
            Mask(
                what="events of a task whose id could carry a number",
                file=_EVENTS,
                text="for event in events if _has_ids(event)",
                put="for event in events",
            ),
        ),
    ),
    Door(
        place="remote control: inspect active, reserved, scheduled, query_task; Flower's worker page",
        shows="raw arguments of every message in hand",
        masks=(
            Mask(
                what="a request describes itself without arguments",
                file=_REQUEST,
                text="return super().info(safe=True)",
                put="return super().info(safe=safe)",
                noticed_by=SECOND_LINE_HEADERS,
            ),
        ),
    ),
)

FAILURES: Final = (
    Door(
        place="a failed task: result key, task-failed, Celery's log, error trackers",
        shows="text and traceback of the exception, and of those that it came from",
        masks=(
            Mask(
                what="what is raised is of ours and says a type's name",
                file="tasks/doors.py",
                text="raise RunFault(type(error).__name__) from None",
                put="raise",
                noticed_by=SECOND_LINE_HEADERS,
            ),
            Mask(
                what="it does not say what it came from",
                file="tasks/doors.py",
                text="raise RunFault(type(error).__name__) from None",
                put="raise RunFault(type(error).__name__)",
                noticed_by=SECOND_LINE_HEADERS,
            ),
        ),
    ),
    Door(
        place="a waiting task: RETRY in result keys, task-retried, Celery's log",
        shows="text and traceback of the reason",
        needs_none="the reason is a word of a closed set; nothing is caught where it is raised",
    ),
    Door(
        place="MaxRetriesExceededError",
        shows="all arguments in its text",
        masks=(
            Mask(
                what="our tasks' own exception for it",
                file="worker/hardening/task.py",
                text="    MaxRetriesExceededError = SilentMaxRetriesExceededError\n",
                noticed_by=RETRIES,
            ),
        ),
    ),
    Door(
        place="result keys",
        shows="args and kwargs beside the result, where results are extended",
        masks=(
            Mask(
                what="results are not extended",
                file="celeryconfig.py",
                text="result_extended = False",
                put="result_extended = True",
                noticed_by=SECOND_LINE_HEADERS,
            ),
        ),
    ),
)

MALFORMED: Final = (
    Door(
        place="messages that are no tasks: log lines, result keys",
        shows="up to 1,024 characters of the body, all headers, the id that somebody chose",
        masks=(
            _handler("an unknown message", "on_unknown_message"),
            _handler("an unknown task", "on_unknown_task"),
            _handler("a malformed task", "on_invalid_task"),
            _handler("what cannot be decoded", "on_decode_error"),
            Mask(
                what="the consumer is ours",
                file="celeryconfig.py",
                text='worker_consumer = "worker.hardening.consumer:MaskedConsumer"\n',
                noticed_by=SECOND_LINE,
            ),
            Mask(
                what="an id that could carry a number is no request's",
                file=_REQUEST,
                text="        if not is_task_id(self.id):\n",
                put="        if False:\n",
                noticed_by=SECOND_LINE,
            ),
            Mask(
                what="an id that could carry a number is no message's",
                file=_FLAWS,
                text='    if not is_task_id(headers.get("id")):\n',
                put="    if False:\n",
                noticed_by=FIRST_LINE,
            ),
            Mask(
                what="a task that is not ours is no message",
                file=_FLAWS,
                text='    if headers.get("task") not in TASK_NAMES.values():\n',
                put="    if False:\n",
                noticed_by=FIRST_LINE,
            ),
        ),
    ),
    Door(
        place="what kombu cannot restore, and events that it cannot read: its log, CRITICAL and WARNING",
        shows="the whole message, body and all",
        masks=(
            Mask(
                what="kombu's Redis transport quotes nothing",
                file=_LOGGERS,
                text='    "kombu.transport.redis",\n',
                noticed_by=QUOTATIONS,
            ),
            Mask(
                what="nor does the exception that it logs",
                file=_LOGGERS,
                text="        record.exc_info = None\n",
                noticed_by=QUOTATIONS,
            ),
        ),
    ),
)

DEBUGGING: Final = (
    Door(
        place="DEBUG: `TaskPool: Apply`",
        shows="every request with its body",
        masks=(_level("celery.pool"),),
    ),
    Door(
        place="DEBUG with KOMBU_LOG_CHANNEL",
        shows="every call of a channel with its message",
        masks=(_level("kombu.channel"),),
    ),
    Door(
        place="DEBUG in Flower",
        shows="arguments that somebody asks for by its API",
        masks=(_level("flower.api.tasks"),),
    ),
    Door(
        place="a worker's other output: asyncio, warnings, stacks printed at SIGUSR1, unraisable errors",
        shows="lines of code and texts of exceptions",
        needs_none="none of them has arguments in its hands; all of standard error is searched, at DEBUG",
    ),
    Door(
        place="Flower's pages, API, /metrics, its database",
        shows="what events and remote control told it",
        needs_none="it is told nothing private; its metrics count by worker, event and task name",
    ),
)

CELERYS: Final = (*HEADERS, *EVENTS, *FAILURES, *MALFORMED, *DEBUGGING)

"""`docs/metrics.md`, written from the declarations of the registry."""

from collections.abc import Iterator

import tasks.metrics
import worker.metrics.standing
from tasks.registry import REGISTRY, Declared

# Imported for what they declare.
_DECLARING = (tasks.metrics, worker.metrics.standing)

_PAGE = """\
# Metrics

`METRICS_PORT=9464` opens `http://127.0.0.1:9464/metrics` in each worker process, for Prometheus; unset
or 0 there is none.
`METRICS_HOST` is the address it listens at: `127.0.0.1` unless told otherwise, `0.0.0.0` in a container,
where the network is the fence. It asks for no password: whoever reaches it learns volumes, no number.
Workers that share a host need a port each; one that is taken stops the start and says so.
With `--pool=processes` (prefork) every child would count for itself, so the start refuses `METRICS_PORT`
there.
Commands (`python -m worker sweep`) and Flower open nothing.

[`deploy/prometheus/prometheus.yml`](../deploy/prometheus/prometheus.yml) scrapes the workers,
[`alerts.yml`](../deploy/prometheus/alerts.yml) beside it says when to get up and what to do then,
[`deploy/grafana/dashboard.json`](../deploy/grafana/dashboard.json) is for importing.

## What there is

No label has a value that somebody outside could make up: no number, no id, no text. A country is one of
`ALLOWED_COUNTRIES`, a code one of the [catalogue](errors.md); what is neither is `other`.
A worker has some hundreds of series, and counting costs a run about 4 µs of CPU
(`tests/unit/test_metrics.py` holds it under 50).

| name | type, labels | what | normal |
|---|---|---|---|
{rows}

Beside them are the process' own (`process_cpu_seconds_total`, `process_resident_memory_bytes`,
`process_open_fds`, …).

## Reading them

- **Counters are one worker's**: add them up, `sum by (outcome)
  (rate(phone_verification_runs_total[5m]))`.
- **The backlog is the database's**, and every worker tells the same: `max by (operation)
  (phone_verification_queue_age_seconds)`, never `sum`. It is looked at every `BACKLOG_INTERVAL_SECONDS`
  (10), not at a scrape: a database that is away delays no scrape. Then `database_up` is 0 and the
  backlog's series are absent.
- **Who converts**: `sum(increase(phone_verification_verifications_approved_total[1h])) /
  sum(increase(phone_verification_verifications_started_total[1h]))`. A verification counts once however
  often its code was sent; one whose first text was found only by a check counts as approved alone.
- **Messages of the open door** that no worker has taken are in Redis and in no metric here; the time to
  a verdict counts from when they were taken.
- A counter of outcomes counts what the log line `run.done` tells ([logs.md](logs.md)), at the same
  moment: after the result was committed.
- After a restart counters begin at 0; `rate` and `increase` know that.
"""


def declared() -> tuple[Declared, ...]:
    """Return every metric that a worker has: what is counted, then gauges, whoever was imported first."""
    return tuple(sorted(REGISTRY.declared, key=lambda metric: metric.type == "gauge"))


def render_metrics() -> str:
    """Write what each metric counts and what is normal of it."""
    return _PAGE.format(rows="\n".join(_rows()))


def _rows() -> Iterator[str]:
    for each in declared():
        yield f"| `{each.name}` | {_kind(each)} | {each.told} | {each.normal} |"


def _kind(metric: Declared) -> str:
    labels = ", ".join(f"`{label}`" for label in metric.labels)
    return f"{metric.type}: {labels}" if labels else metric.type

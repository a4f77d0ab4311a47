"""Tables of a million runs: filled in a minute, and what that does to a run's cost."""

from typing import Any, Final

import psycopg

from phone_verification.kinds import Operation
from tests.benchmark.pools import one_way
from tests.benchmark.rounds import Say
from tests.benchmark.stage import Stage

RUNS: Final = 1_000_000

# A month of them, one after the other; every number has asked about ten times.
_FILL: Final = (
    """INSERT INTO task_runs (task_id, operation, channel, service, country, phone_masked, phone_fingerprint,
         arguments_fingerprint, deadline_at, state, epoch, posts, first_begun_at, last_begun_at, not_before,
         ring_at, provider_sid, outcome, result, created_at, finished_at)
       SELECT 'past-' || to_hex(n) || '-x', 'send', 'sms', 'verify', 'KR', '+82*****0000',
         'demo:' || md5(mod(n, 100000)::text) || md5(mod(n, 100000)::text), 'demo:' || md5(n::text),
         at, 'done', 1, 1,
         at, at, at, NULL, 'VE' || md5(n::text), 'sent',
         json_build_object('version', 1, 'outcome', 'sent', 'padding', repeat('x', 500)), at, at
       FROM (SELECT n, now() - interval '1 hour' - n * interval '2.5 s' AS at
             FROM generate_series(1, {runs}) AS n) AS past""",
    """INSERT INTO verifications (id, phone_fingerprint, phone_masked, country, channel, status, sends,
         created_at, expires_at)
       SELECT provider_sid, phone_fingerprint, phone_masked, country, channel, 'expired', 1, created_at,
         created_at + interval '10 min' FROM task_runs WHERE starts_with(task_id, 'past-')""",
    """INSERT INTO send_attempts (attempt_sid, verification_id, task_id, channel, sent_at)
       SELECT 'VL' || md5(task_id), provider_sid, task_id, channel, created_at
       FROM task_runs WHERE starts_with(task_id, 'past-')""",
    """INSERT INTO provider_calls (task_id, epoch, endpoint, answer_class, reason, http_status, duration_ms,
         answered_at)
       SELECT task_id, 1, 'start', 'succeeded', 'answered', 201, 200, created_at
       FROM task_runs WHERE starts_with(task_id, 'past-')""",
)


def million(on: Stage, say: Say) -> dict[str, Any]:
    """Measure on tables as they are, fill them, and measure again."""
    before = _both(on)
    with on.database.long_look() as connection:
        for number, statement in enumerate(_FILL, start=1):
            connection.exec_driver_sql(statement.format(runs=RUNS))
            say(f"filled {number} of {len(_FILL)}")
    _settle(on)
    after = _both(on)
    told = {
        f"million/empty {operation}": round(
            after[operation]["tasks_a_second"] / before[operation]["tasks_a_second"], 2
        )
        for operation in before
    }
    for name, value in told.items():
        say(f"{name}: {value:.2f}")
    return {"before": before, "after": after, **told}


def _settle(on: Stage) -> None:
    """Do what PostgreSQL would do in the minutes after so many rows: tables grow in months, not at once."""
    url = on.database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")


def _both(on: Stage) -> dict[str, dict[str, Any]]:
    """Measure both in turn, three times; of each the middle one."""
    rounds = [{str(one): one_way(on, one) for one in (Operation.SEND, Operation.CHECK)} for _ in range(3)]
    return {
        operation: sorted((told[operation] for told in rounds), key=lambda one: one["tasks_a_second"])[1]
        for operation in rounds[0]
    }

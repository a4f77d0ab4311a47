"""All figures that time a run, in one place, with the inequalities that keep the promises.

Lives here: defaults and their reasons. Must not: read the environment; the worker's settings inherit
these fields, so each is a setting of the same name in capitals.
"""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from phone_verification.kinds import Operation

Seconds = Annotated[float, Field(gt=0, le=86_400)]


class Figures(BaseModel):
    """Seconds and counts; `scaled` shrinks every second at once, for tests."""

    model_config = ConfigDict(frozen=True)

    start_budget_seconds: Seconds = Field(10, description="whole call to start a verification")
    check_budget_seconds: Seconds = Field(5, description="whole call to check a code")
    connect_budget_seconds: Seconds = Field(3, description="connecting to Twilio, within the call")
    start_lease_margin_seconds: Seconds = Field(5, description="lease of a start beyond its call")
    check_lease_margin_seconds: Seconds = Field(3, description="lease of a check beyond its call")
    probe_budget_seconds: Seconds = Field(5, description="whole call to look at what became of a lost answer")
    overtime_seconds: Seconds = Field(2, description="a call may end this long after the deadline")
    least_left_seconds: Seconds = Field(5, description="a start is not begun with less time left")
    send_deadline_seconds: Seconds = Field(120, description="from acceptance; then nobody waits")
    check_deadline_seconds: Seconds = Field(30, description="from acceptance; then nobody waits")
    sweep_interval_seconds: Seconds = Field(2, description="pause between sweeps")
    alarm_step_seconds: Seconds = Field(5, description="first pause of the sweeper's alarms; to 6 times")
    retry_first_seconds: Seconds = Field(0.5, description="first wait after a call that did not leave")
    retry_cap_seconds: Seconds = Field(20, description="longest wait of our own choice")
    retry_after_hop_seconds: Seconds = Field(30, description="longest wait that Twilio may ask for")
    last_wait_seconds: Seconds = Field(2, description="with less to wait before the deadline it is given up")
    breaker_failures: Annotated[int, Field(gt=0, le=1_000)] = Field(
        5, description="lost answers in a row after which an endpoint is not asked"
    )
    breaker_probe_seconds: Seconds = Field(5, description="pause between looks whether Twilio is back")
    breaker_probe_budget_seconds: Seconds = Field(3, description="whole call for such a look")
    breaker_reopen_cap_seconds: Seconds = Field(20, description="longest pause after a call was lost again")
    breaker_held_probe_seconds: Seconds = Field(30, description="pause between looks at wrong credentials")
    send_slots_percent: Annotated[int, Field(gt=0, le=100)] = Field(
        70, description="sends under way in a process, of its threads; the rest is for checks"
    )
    turn_seconds: Seconds = Field(2, description="longest wait for another run of the same number")
    idle_connection_seconds: Seconds = Field(10, description="an older idle connection is not used")
    twilio_landing_seconds: Seconds = Field(
        30, description="a request may still be carried out this long after its lease"
    )
    attempts_lag_seconds: Seconds = Field(60, description="Twilio's Attempts may be this old")
    clock_slack_seconds: Seconds = Field(90, description="Twilio's stamps may differ by this much")
    look_first_seconds: Seconds = Field(2, description="first wait before looking what became of it")
    look_cap_seconds: Seconds = Field(16, description="longest wait between two looks")
    last_look_seconds: Seconds = Field(8, description="a last look is taken this long before the deadline")
    least_left_to_post_again_seconds: Seconds = Field(12, description="no text is asked for again with less")
    posts_per_intent: Annotated[int, Field(gt=0, le=5)] = Field(3, description="requests that may have left")
    lists_per_minute: Annotated[int, Field(gt=0, le=100)] = Field(
        30, description="look-ups of one number's texts; beyond, all texts are listed at once"
    )
    delivery_first_look_seconds: Seconds = Field(
        5, description="first look whether a text arrived; then 3, 9 and 12 times as long each after the last"
    )
    delivery_looks_pause_seconds: Seconds = Field(5, description="pause between passes of such looks")
    deliveries_per_look: Annotated[int, Field(gt=0, le=1_000)] = Field(
        20, description="texts that one pass looks at"
    )
    sweep_rows: Annotated[int, Field(gt=0, le=10_000)] = Field(200, description="rows a sweep takes")
    code_kept_seconds: Annotated[float, Field(gt=0, le=900)] = Field(
        900, description="a code's HMAC is kept so long after its verification expired"
    )
    erase_interval_seconds: Seconds = Field(30, description="pause between passes that erase such HMACs")
    purge_interval_seconds: Seconds = Field(
        3_600, description="about so long between pieces of the purge; at once while there is more"
    )
    purge_rows: Annotated[int, Field(gt=0, le=10_000)] = Field(1_000, description="rows of a purge's batch")
    purge_batches: Annotated[int, Field(gt=0, le=1_000)] = Field(
        10, description="batches of a table that a piece of the purge takes"
    )
    backlog_interval_seconds: Seconds = Field(
        10, description="pause between looks at the backlog, where METRICS_PORT is set"
    )
    forget_grace_seconds: Seconds = Field(
        15, description="`forget` waits for an open run so long after its deadline"
    )

    @model_validator(mode="after")
    def _keep_the_promises(self) -> Self:
        broken = [sentence for sentence, holds in self._inequalities().items() if not holds]
        if broken:
            raise ValueError("; ".join(broken))
        return self

    def _inequalities(self) -> dict[str, bool]:
        return {
            "CONNECT_BUDGET_SECONDS must not exceed START_ or CHECK_BUDGET_SECONDS": (
                self.connect_budget_seconds <= min(self.start_budget_seconds, self.check_budget_seconds)
            ),
            "BREAKER_PROBE_BUDGET_SECONDS must not exceed BREAKER_PROBE_SECONDS": (
                self.breaker_probe_budget_seconds <= self.breaker_probe_seconds
            ),
            "PROBE_BUDGET_SECONDS must not exceed START_ or CHECK_BUDGET_SECONDS": (
                self.probe_budget_seconds <= min(self.start_budget_seconds, self.check_budget_seconds)
            ),
            "PROBE_BUDGET_SECONDS must be under LAST_LOOK_SECONDS": (
                self.probe_budget_seconds < self.last_look_seconds
            ),
            "LEAST_LEFT_SECONDS must not exceed LEAST_LEFT_TO_POST_AGAIN_SECONDS": (
                self.least_left_seconds <= self.least_left_to_post_again_seconds
            ),
            "LEAST_LEFT_SECONDS must be under SEND_DEADLINE_SECONDS": (
                self.least_left_seconds < self.send_deadline_seconds
            ),
            "OVERTIME_ + START_LEASE_MARGIN_ + SWEEP_INTERVAL_SECONDS must stay within 10 s: "
            "a result is final within 10 s of its deadline": (
                self.tail_seconds(Operation.SEND) + self.sweep_interval_seconds <= 10  # noqa: PLR2004 - the promise's own figure
            ),
            "RETRY_AFTER_HOP_SECONDS must be under SEND_DEADLINE_SECONDS": (
                self.retry_after_hop_seconds < self.send_deadline_seconds
            ),
        }

    def scaled(self, factor: float) -> "Figures":
        """Shrink or stretch every figure in seconds."""
        values = self.model_dump(include=set(Figures.model_fields))
        return Figures.model_construct(
            **{name: value * factor if name.endswith("_seconds") else value for name, value in values.items()}
        )

    def budget_seconds(self, operation: Operation) -> float:
        """Return the whole call's budget."""
        return self.start_budget_seconds if operation.is_sending else self.check_budget_seconds

    def _margin_seconds(self, operation: Operation) -> float:
        is_text = operation.is_sending
        return self.start_lease_margin_seconds if is_text else self.check_lease_margin_seconds

    def tail_seconds(self, operation: Operation) -> float:
        """Return how long after its deadline a lease may end."""
        return self.overtime_seconds + self._margin_seconds(operation)

    def lease_seconds(self, operation: Operation) -> float:
        """Return how long a claim holds: its call, and time to write down what came of it."""
        return self.budget_seconds(operation) + self._margin_seconds(operation)

    @property
    def quiet_seconds(self) -> float:
        """Return how long after a start it may still be carried out, its answer being lost."""
        return self.lease_seconds(Operation.SEND) + self.twilio_landing_seconds

    def deadline_seconds(self, operation: Operation) -> float:
        """Return how long a person waits."""
        return self.send_deadline_seconds if operation.is_sending else self.check_deadline_seconds

"""What is counted, and that counting is cheap and tells nothing private."""

import time

import pytest

from gateway.answer import Answer, AnswerClass, Endpoint, Reason
from gateway.catalogue import CATALOGUE
from models.closed_sets import GuardRule
from phone_verification.kind_facts import KIND_FACTS
from phone_verification.kinds import Operation, Outcome
from tasks.metrics import count_answer, count_conversion, count_objection, count_run
from tasks.registry import REGISTRY
from tests.rise import Rise
from worker.metrics.page import declared, render_metrics


def answer(reason: Reason = Reason.ANSWERED, code: int | None = None) -> Answer:
    """An answer to a start that took a fifth of a second."""
    return Answer(
        endpoint=Endpoint.START,
        answer_class=AnswerClass.NOT_SENT if reason is Reason.BREAKER_OPEN else AnswerClass.SUCCEEDED,
        reason=reason,
        duration_seconds=0.2,
        provider_code=code,
    )


def test_a_call_that_was_not_made_has_no_latency() -> None:
    """An open breaker answers at once: counted as such, it must not make Twilio look fast."""
    rise = Rise()

    count_answer(answer(Reason.BREAKER_OPEN))
    count_answer(answer())

    assert rise.of("provider_answers_total", endpoint="start", reason="breaker_open") == 1
    assert rise.of("provider_call_duration_seconds_count", endpoint="start", answer_class="not_sent") == 0
    assert rise.of("provider_call_duration_seconds_count", endpoint="start", answer_class="succeeded") == 1


@pytest.mark.parametrize("code", [CATALOGUE[0].code, 1, 999_999_999])
def test_a_code_is_one_of_the_catalogue_or_other(code: int) -> None:
    """Whoever answers in Twilio's place cannot make up labels."""
    rise, known = Rise(), {row.code for row in CATALOGUE}

    count_answer(answer(code=code))

    assert rise.of("provider_codes_total", code=str(code) if code in known else "other") == 1


@pytest.mark.parametrize(
    ("country", "label"), [("KR", "KR"), ("JP", "other"), ("nonsense", "other"), (None, "other")]
)
def test_a_country_is_an_allowed_one_or_other(country: str | None, label: str) -> None:
    """A column that another language wrote holds anything."""
    rise = Rise()

    count_conversion(country, frozenset({"KR"}), is_approval=True)
    count_conversion(country, frozenset({"KR"}), is_approval=False)

    assert rise.of("verifications_approved_total", country=label) == 1
    assert rise.of("verifications_started_total", country=label) == 1


def test_what_an_alert_waits_for_is_there_before_it_happens() -> None:
    """A series that appears with its first event has not risen for Prometheus: each kind is there at 0."""
    there = {
        (sample.labels["operation"], sample.labels["outcome"], sample.labels["kind"])
        for family in REGISTRY.collect()
        for sample in family.samples
        if sample.name == "phone_verification_runs_total"
    }

    expected = {
        (operation.value, facts.outcome.value, kind.value)
        for operation in Operation
        for kind, facts in KIND_FACTS.items()
    }
    assert there == expected | {
        ("send", "sent", "none"),
        ("check", "approved", "none"),
        ("message", "sent", "none"),
    }


def test_what_only_was_recorded_is_told_apart() -> None:
    """A watch that records denies nobody."""
    rise = Rise()

    count_objection(GuardRule.UNVERIFIED_COUNTRY, is_enforced=False)

    assert rise.of("guard_objections_total", rule="unverified_country", is_enforced="false") == 1
    assert rise.of("guard_objections_total", rule="unverified_country", is_enforced="true") == 0


def test_counting_a_run_costs_microseconds() -> None:
    """In CPU of this thread; a run costs some milliseconds in all."""
    rounds = 2_000

    def count() -> float:
        begun = time.thread_time()
        for _ in range(rounds):
            count_answer(answer())
            count_run(Operation.SEND, Outcome.SENT, None, 0.3)
            count_conversion("KR", frozenset({"KR"}), is_approval=False)
        return (time.thread_time() - begun) / rounds

    assert min(count() for _ in range(3)) < 50e-6


def test_the_page_tells_what_is_normal_of_every_metric() -> None:
    """In one row each."""
    page = render_metrics()

    for each in declared():
        assert page.count(f"| `{each.name}` |") == 1
        assert each.normal


def test_names_and_units_follow_prometheus() -> None:
    """Counters end in _total, and a histogram is of seconds."""
    for each in declared():
        assert (each.type == "counter") is each.name.endswith("_total"), each.name
        assert each.type != "histogram" or each.name.endswith("_seconds"), each.name

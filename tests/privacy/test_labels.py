"""What a metric's label never says, whatever stands where a country or an error's code belongs."""

from prometheus_client import generate_latest

from gateway.answer import Answer, AnswerClass, Endpoint, Reason
from tasks.metrics import count_answer, count_conversion
from tasks.registry import REGISTRY
from tests.spellings import found_in, marked_code, marked_number

NUMBER = "+821026543987"
CODE = "914027358"


def test_a_country_column_with_a_number_in_it_is_no_label() -> None:
    """Whoever inserts rows in another language may mix up two columns."""
    count_conversion(NUMBER, frozenset({"KR"}), is_approval=True)
    count_conversion(NUMBER, frozenset({"KR"}), is_approval=False)

    assert found_in(generate_latest(REGISTRY), [marked_number("number", NUMBER)]) == []


def test_an_error_code_that_is_no_error_code_is_no_label() -> None:
    """Whoever answers in Twilio's place may say what was typed."""
    count_answer(
        Answer(
            endpoint=Endpoint.CHECK,
            answer_class=AnswerClass.REFUSED,
            reason=Reason.ANSWERED,
            duration_seconds=0.2,
            provider_code=int(CODE),
        )
    )

    assert found_in(generate_latest(REGISTRY), [marked_code("code", CODE)]) == []

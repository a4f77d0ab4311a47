"""The part of docs/errors.md on deliveries, written from the tables themselves."""

from collections.abc import Iterator

from gateway.deliveries import CAUSES, STATUSES
from phone_verification.deliveries import DELIVERY_FACTS, DeliveryStatus

_INTRODUCTION = """\
## What became of a text

`sent` as an outcome means that Twilio took the text; whether it arrived is told later, as its delivery.
New reasons may come with a minor version: who meets another one goes by `fault` and `resend_useful`.
`resend_useful` means that the same text to the same number may arrive when it is sent again a little later.
"""

_MEANINGS = {
    DeliveryStatus.PENDING: "Twilio has it and has not handed it over",
    DeliveryStatus.SENT: "the carrier has it; final where a carrier gives no receipt",
    DeliveryStatus.DELIVERED: "it arrived",
    DeliveryStatus.UNDELIVERED: "the carrier could not deliver it, for a reason",
    DeliveryStatus.FAILED: "it never left Twilio, for a reason",
}


def render_deliveries() -> list[str]:
    """Write the section, line by line."""
    return [
        _INTRODUCTION,
        "| delivery | meaning | final | Twilio's words |",
        "|---|---|---|---|",
        *_status_rows(),
        "\n### Why a text did not arrive\n",
        "| reason | fault | resend useful | the operator's move |",
        "|---|---|---|---|",
        *(
            f"| `{reason}` | {facts.fault} | {_yes(facts.resend_useful)} | {facts.operator_action} |"
            for reason, facts in DELIVERY_FACTS.items()
        ),
        "\n### What the person reads when a text did not arrive\n",
        "| reason | Korean | English |",
        "|---|---|---|",
        *(
            f"| `{reason}` | {facts.message.ko} | {facts.message.en} |"
            for reason, facts in DELIVERY_FACTS.items()
        ),
        "\n### Twilio's codes of a delivery\n",
        "Twilio may change which code it gives for what; a code that is not here becomes `unknown`.\n",
        "| code | reason | meaning |",
        "|---|---|---|",
        *(
            f"| [{cause.code}]({cause.url}) | `{cause.reason}` | {cause.meaning} |"
            for cause in sorted(CAUSES, key=lambda cause: cause.code)
        ),
    ]


def _status_rows() -> Iterator[str]:
    for status in DeliveryStatus:
        words = ", ".join(f"`{word}`" for word, meant in STATUSES.items() if meant is status)
        yield f"| `{status}` | {_MEANINGS[status]} | {_yes(status.is_final)} | {words} |"


def _yes(value: bool) -> str:  # noqa: FBT001 - a cell
    return "yes" if value else "no"

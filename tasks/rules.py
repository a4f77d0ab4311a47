"""The guard's rules: what is allowed before Twilio is asked, as settings and as the windows they mean.

Lives here: defaults and their reasons. Must not: read the environment; the worker's settings inherit
these fields, so each is a setting of the same name in capitals. What each rule is for: docs/abuse.md.
"""

from dataclasses import dataclass
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from models.closed_sets import GuardRule

TEN_MINUTES: Final = 600.0
HOUR: Final = 3_600.0
DAY: Final = 86_400.0
_PATIENCE_SECONDS: Final = 180.0
# Counting a day takes its second where many verify.
_HOUR_PAUSE_SECONDS: Final = 60.0
_DAY_PAUSE_SECONDS: Final = 600.0

Most = Annotated[int, Field(ge=0, le=10_000_000)]


def _seconds(waits: str) -> tuple[float, ...]:
    return tuple(float(wait) for wait in waits.split(","))


def _are_kept(waits: str) -> str:
    """Refuse a wait that is longer than sends are looked back on for it."""
    if max(_seconds(waits)) > TEN_MINUTES:
        raise ValueError(
            f"no wait may be longer than {TEN_MINUTES:.0f} s; SENDS_PER_NUMBER_A_DAY goes further"
        )
    return waits


Waits = Annotated[
    str,
    Field(pattern=r"^\d{1,5}(\.\d{1,3})?(,\d{1,5}(\.\d{1,3})?){0,19}$"),
    AfterValidator(_are_kept),
]
Share = Annotated[float, Field(gt=0, le=1)]


class GuardSettings(BaseModel):
    """What the guard allows; 0 switches a rule off."""

    model_config = ConfigDict(frozen=True)

    resend_waits_seconds: Waits = Field(
        "30,40,60,90,120",
        description="wait after the first, second, … send to a number in 10 minutes; 0 for none",
    )
    sends_per_number_in_10_minutes: Most = Field(5, description="sends to one number; 0 for no limit")
    sends_per_number_a_day: Most = Field(10, description="sends to one number; 0 for no limit")
    sends_per_client_ref_an_hour: Most = Field(20, description="sends with one client_ref; 0 for no limit")
    sends_an_hour: Most = Field(5_000, description="sends of all, a ceiling for the bill; 0 for no limit")
    wrong_codes_per_number_an_hour: Most = Field(
        10, description="wrong codes for one number, with a handle and without counted apart; 0 for no limit"
    )
    # Twilio allows five for a code, whoever types them: two stay with who asked for it.
    wrong_codes_without_handle_in_10_minutes: Most = Field(
        3, description="wrong codes for one number without a handle; 5 leaves its owner none; 0 for no limit"
    )
    unverified_watch: Literal["off", "record_only", "deny"] = Field(
        "record_only", description="when hardly anybody of a country or number block verifies"
    )
    unverified_share_an_hour: Share = Field(0.9, description="of an hour's verifications, to be watched")
    unverified_share_a_day: Share = Field(0.8, description="of a day's verifications, to be watched")
    unverified_least: Annotated[int, Field(gt=0)] = Field(
        50, description="verifications before a share means anything"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """So many in a window that moves with time; 0 is no limit."""

    rule: GuardRule
    most: int
    window_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From which share of unverified on somebody is suspected, in so many seconds; read anew now and then."""

    window_seconds: float
    share: float
    pause_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRules:
    """When somebody is suspected, and whether that forbids a send.

    `patience_seconds`: the youngest verifications say nothing yet, people are still typing.
    """

    is_enforced: bool
    windows: tuple[Window, ...]
    least: int
    patience_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The settings as the guard applies them, all times scaled."""

    resend_waits_seconds: tuple[float, ...]
    of_number: tuple[Limit, Limit]
    of_client_ref: Limit
    of_all: Limit
    wrong_codes: Limit
    wrong_codes_without_handle: Limit
    watch: WatchRules

    @classmethod
    def of(cls, settings: GuardSettings, *, time_scale: float = 1) -> Self:
        """Read the settings; `time_scale` shrinks every window at once, for tests."""

        def limit(rule: GuardRule, most: int, window_seconds: float) -> Limit:
            return Limit(rule=rule, most=most, window_seconds=window_seconds * time_scale)

        return cls(
            resend_waits_seconds=tuple(wait * time_scale for wait in _seconds(settings.resend_waits_seconds)),
            of_number=(
                limit(
                    GuardRule.SENDS_PER_NUMBER_IN_10_MINUTES,
                    settings.sends_per_number_in_10_minutes,
                    TEN_MINUTES,
                ),
                limit(GuardRule.SENDS_PER_NUMBER_A_DAY, settings.sends_per_number_a_day, DAY),
            ),
            of_client_ref=limit(GuardRule.SENDS_PER_CLIENT_REF, settings.sends_per_client_ref_an_hour, HOUR),
            of_all=limit(GuardRule.SENDS_AN_HOUR, settings.sends_an_hour, HOUR),
            wrong_codes=limit(
                GuardRule.WRONG_CODES_PER_NUMBER, settings.wrong_codes_per_number_an_hour, HOUR
            ),
            wrong_codes_without_handle=limit(
                GuardRule.WRONG_CODES_PER_NUMBER,
                settings.wrong_codes_without_handle_in_10_minutes,
                TEN_MINUTES,
            ),
            watch=WatchRules(
                is_enforced=settings.unverified_watch == "deny",
                windows=_windows(settings, time_scale) if settings.unverified_watch != "off" else (),
                least=settings.unverified_least,
                patience_seconds=_PATIENCE_SECONDS * time_scale,
            ),
        )


def _windows(settings: GuardSettings, time_scale: float) -> tuple[Window, ...]:
    return (
        Window(
            window_seconds=HOUR * time_scale,
            share=settings.unverified_share_an_hour,
            pause_seconds=_HOUR_PAUSE_SECONDS * time_scale,
        ),
        Window(
            window_seconds=DAY * time_scale,
            share=settings.unverified_share_a_day,
            pause_seconds=_DAY_PAUSE_SECONDS * time_scale,
        ),
    )

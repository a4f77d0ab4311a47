"""A step: what is to become of a run, decided and not yet written.

Lives here: the endings of one claim, as values, and the facts to be kept whatever becomes of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from gateway.answer import Answer
from models.closed_sets import VerificationStatus
from phone_verification.kinds import Channel, ErrorKind, Outcome, RunState, Service
from phone_verification.results import VerificationAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptVerification:
    """What an answer told of a verification; `failed_checks` is added to what is known.

    `own_attempt_sids` are the texts of this run, `other_attempt_sids` what else was found with them;
    whose those are is looked up by the number's fingerprints under all keys.
    """

    id: str
    status: VerificationStatus
    service: Service = Service.VERIFY
    channel: Channel | None = None
    sends: int = 0
    failed_checks: int = 0
    code_hmac: str | None = field(default=None, repr=False)
    number_block: str | None = None
    age_seconds: float = 0
    sent_seconds_ago: float | None = None
    own_attempt_sids: tuple[str, ...] = ()
    other_attempt_sids: tuple[str, ...] = ()
    phone_fingerprints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTexts:
    """The texts of a run that belong to no verification."""

    channel: Channel
    attempt_sids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """The run is over: `kind` says why not, and is None when it went well.

    `is_inferred` when no answer said so but what is known together: true only while the claim is held.
    `decided_at` makes writing it twice writing it once. `unsent_posts` are given back: they were counted
    before they could leave, and certainly did not. `is_code_canceled` when the code of our own that the run
    had written down ends with it.
    """

    outcome: Outcome
    kind: ErrorKind | None = None
    provider_code: int | None = None
    provider_sid: str | None = None
    retry_after_seconds: float | None = None
    approved_at: datetime | None = None
    is_inferred: bool = False
    decided_at: datetime | None = None
    verification: VerificationAnswer | None = None
    kept: KeptVerification | KeptTexts | None = None
    is_code_canceled: bool = False
    unsent_posts: int = 0
    calls: tuple[Answer, ...] = ()

    @property
    def is_definite_success(self) -> bool:
        """Whether it is true under any epoch: Twilio said so."""
        return self.outcome.is_ok and self.kept is not None and not self.is_inferred


@dataclass(frozen=True, slots=True, kw_only=True)
class HandBack:
    """The run goes on later: `waiting` when nothing left, `ambiguous` when something may have."""

    state: RunState
    kind: ErrorKind
    delay_seconds: float
    provider_code: int | None = None
    unsent_posts: int = 0
    calls: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The run ends with what our own tables say in the transaction that writes it down; nobody is asked."""

    decide: Callable[[Connection], Finish]


Step = Finish | HandBack | Comparison

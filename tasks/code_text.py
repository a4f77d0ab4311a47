"""A send whose code is ours: through Messaging, as configured or as Verify's fallback.

Lives here: how such a send asks, settles and ends. What a text is, is in tasks/texting.py; how the code comes
to be, in tasks/own_code.py.
"""

from dataclasses import dataclass
from datetime import timedelta

from gateway.answer import Answer, Endpoint
from models.closed_sets import VerificationStatus
from models.landings import APPROVED_MEANWHILE
from models.records import TRIES
from phone_verification.keys import Label
from phone_verification.kind_facts import KIND_FACTS
from phone_verification.kinds import Channel, ErrorKind, Outcome, Service
from phone_verification.phone_numbers import PhoneNumber
from phone_verification.results import VerificationAnswer
from tasks.asked import refused, undecided
from tasks.inquiry import Inquiry
from tasks.own_code import OwnCode, held_code, make_code, own_code_fingerprint
from tasks.step import Finish, KeptVerification, Step
from tasks.texting import ask_for_text, look, settle_text
from tasks.wanted import Wanted, described
from tasks.watch import block_fingerprint
from tasks.words import code_text


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeText:
    """The text that carries a send's own code; a `tasks.texting.Text`."""

    inquiry: Inquiry
    wanted: Wanted
    own: OwnCode

    @property
    def number(self) -> PhoneNumber:
        """To whom."""
        return self.wanted.number

    @property
    def body(self) -> str:
        """What it says, in the person's language."""
        services = self.inquiry.services
        return code_text(
            self.own.code,
            number=self.wanted.number,
            locale=self.wanted.arguments.locale,
            brand=services.brand,
            life_seconds=services.ttl_seconds,
        )

    @property
    def validity_seconds(self) -> int:
        """As long as the code lives: later it is of no use."""
        return max(int(self.own.life_seconds), 1)

    def sent(self, texts: tuple[str, ...]) -> Finish:
        """End the send as `sent`. The first new text is its own, all are if it asked twice."""
        claim = self.inquiry.claim
        own = texts if claim.posts > 1 else texts[:1]
        return Finish(
            outcome=Outcome.SENT,
            provider_sid=claim.task_id,
            verification=_alive(self.inquiry, self.wanted, self.own.life_seconds),
            kept=_kept(self.inquiry, self.wanted, own=own, other=texts[len(own) :]),
        )

    def ended(self, kind: ErrorKind, answer: Answer | None = None) -> Finish:
        """End the send, and its code with it: nobody has that."""
        counts = answer is not None and KIND_FACTS[kind].outcome is not Outcome.FAILED
        seen = described(self.inquiry, self.wanted, counts=counts)
        retry_after = answer.retry_after_seconds if answer else None
        return refused(kind, seen, answer, retry_after_seconds=retry_after, is_code_canceled=True)

    def described(self) -> VerificationAnswer:
        """Describe the send while nothing is sent."""
        return described(self.inquiry, self.wanted, counts=False)


def text_code(inquiry: Inquiry, wanted: Wanted) -> Step:
    """Ask Messaging for the text with this send's code, which is made if there is none yet."""
    if wanted.arguments.channel is not Channel.SMS:
        return refused(ErrorKind.CHANNEL_UNAVAILABLE, described(inquiry, wanted, counts=False))
    own = held_code(inquiry) or make_code(inquiry, wanted)
    if own is None:
        answer = inquiry.not_asked(Endpoint.MESSAGE)
        seen = described(inquiry, wanted, counts=False)
        return undecided(answer, inquiry.claim, inquiry.services.figures, seen)
    text = CodeText(inquiry=inquiry, wanted=wanted, own=own)
    return text.ended(ErrorKind.ALREADY_VERIFIED) if own.is_over else ask_for_text(inquiry, text)


def settle_code(inquiry: Inquiry, wanted: Wanted) -> Step:
    """Find out what became of the text with this send's code; whoever typed the code had it."""
    own = held_code(inquiry)
    if own is None:
        # A code is written down before its text may leave: none is, so none did.
        return text_code(inquiry, wanted)
    text = CodeText(inquiry=inquiry, wanted=wanted, own=own)
    if own.is_typed:
        # Looked for all the same: a text that stays unknown would be the next send's to find.
        return text.sent(look(inquiry, wanted.number).texts)
    return settle_text(inquiry, text, is_approved_meanwhile=lambda: _is_approved_meanwhile(inquiry, wanted))


def _is_approved_meanwhile(inquiry: Inquiry, wanted: Wanted) -> bool:
    services = inquiry.services
    names = {
        "run": inquiry.claim.task_id,
        "phone_fingerprints": services.fingerprints.every(Label.PHONE, wanted.number.e164),
    }
    row = services.database.one(APPROVED_MEANWHILE, names)
    return bool(row and row[0])


def give_code(inquiry: Inquiry, wanted: Wanted, code: str) -> Finish:
    """End a send to a number with a fixed code: nothing is sent, the code is known."""
    claim, keys = inquiry.claim, inquiry.services.fingerprints
    own = own_code_fingerprint(keys, claim.task_id, wanted.number.e164, code)
    return Finish(
        outcome=Outcome.SENT,
        provider_sid=claim.task_id,
        verification=_alive(inquiry, wanted, inquiry.services.ttl_seconds),
        kept=_kept(inquiry, wanted, code_hmac=own),
    )


def _alive(inquiry: Inquiry, wanted: Wanted, life_seconds: float) -> VerificationAnswer:
    return described(
        inquiry,
        wanted,
        counts=True,
        sends=_sends(inquiry, wanted),
        checks_left=TRIES,
        expires_at=inquiry.claim.now() + timedelta(seconds=life_seconds),
        service=Service.MESSAGING,
    )


def _sends(inquiry: Inquiry, wanted: Wanted) -> int:
    """Count the number's texts while a code of theirs may live, as Verify counts those of a verification."""
    return 1 + sum(age < inquiry.services.ttl_seconds for age in wanted.history.number)


def _kept(
    inquiry: Inquiry,
    wanted: Wanted,
    *,
    code_hmac: str | None = None,
    own: tuple[str, ...] = (),
    other: tuple[str, ...] = (),
) -> KeptVerification:
    keys, number = inquiry.services.fingerprints, wanted.number
    return KeptVerification(
        id=inquiry.claim.task_id,
        service=Service.MESSAGING,
        status=VerificationStatus.PENDING,
        channel=Channel.SMS,
        code_hmac=code_hmac,
        number_block=block_fingerprint(keys, number),
        sends=_sends(inquiry, wanted),
        sent_seconds_ago=0,
        own_attempt_sids=own,
        other_attempt_sids=other,
        phone_fingerprints=tuple(keys.every(Label.PHONE, number.e164)),
    )

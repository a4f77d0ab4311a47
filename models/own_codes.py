"""Statements of codes that we make ourselves: written before their text leaves, tried, accepted once.

Lives here: SQL built once at import. A number may have several such codes that live at once, one for each
text; whoever types one of them has the phone. Tries are counted on all of them, before anything is compared.
"""

from typing import Any, Final

from sqlalchemy import BindParameter, Float, and_, bindparam, case, null, select, update
from sqlalchemy.dialects import postgresql, sqlite

from models.claims import lease_end, mine
from models.closed_sets import VerificationStatus
from models.records import TRIES
from models.task_run import TaskRun
from models.verification import Verification
from phone_verification.database_clock import Instant, now, now_plus, seconds_until
from phone_verification.kinds import Channel, Service

_phones: Final[BindParameter[list[str]]] = bindparam("phone_fingerprints", expanding=True)
_code: Final[BindParameter[str]] = bindparam("own_code")
_lives_until: Final = bindparam("lives_until", type_=Instant())

HOLD_CODE: Final = (
    update(TaskRun)
    .where(mine)
    .values(
        service=Service.MESSAGING,
        sealed_arguments=bindparam("sealed_with_code"),
        # What was asked of Verify before, if anything, certainly sent nothing: this is the first request.
        first_begun_at=case((TaskRun.posts == 1, now()), else_=TaskRun.first_begun_at),
        last_begun_at=now(),
        not_before=lease_end,
        ring_at=lease_end,
    )
)
"""Write the sealed code into its run and hold on, before its text leaves; no row when the claim is lost."""


def _add_code(insert: Any) -> Any:  # noqa: ANN401 - the dialects' inserts share no base
    columns = Verification.__table__.c
    given = ("id", "phone_fingerprint", "phone_masked", "country", "number_block", "code_hmac")
    return (
        insert(Verification)
        .values(
            {
                **{name: bindparam(name, type_=columns[name].type) for name in given},
                "service": Service.MESSAGING,
                "channel": Channel.SMS,
                "status": VerificationStatus.PENDING,
                "expires_at": now_plus(bindparam("ttl_seconds", type_=Float())),
            }
        )
        .on_conflict_do_nothing(index_elements=["id"])
    )


ADD_CODE: Final = {"postgresql": _add_code(postgresql.insert), "sqlite": _add_code(sqlite.insert)}
"""Begin a code's life: from here on it may be typed, whatever becomes of its text."""

OWN_CODE: Final = select(
    Verification.status,
    Verification.sends,
    seconds_until(Verification.expires_at).label("expires_in_seconds"),
).where(Verification.id == _code, Verification.service == Service.MESSAGING)
"""One code of ours; `sends` is over 0 once its text is known to have arrived at Twilio, or was typed."""

CANCEL_CODE: Final = (
    update(Verification)
    .where(
        Verification.id == _code,
        Verification.service == Service.MESSAGING,
        Verification.status == VerificationStatus.PENDING,
    )
    .values(status=VerificationStatus.CANCELED, code_hmac=null())
)
"""End a code whose text certainly never left: nobody can have it."""

_is_alive: Final = and_(
    Verification.phone_fingerprint.in_(_phones),
    Verification.service == Service.MESSAGING,
    Verification.status == VerificationStatus.PENDING,
    Verification.expires_at > now(),
)

TRY_CODES: Final = (
    update(Verification)
    .where(_is_alive, Verification.failed_checks < TRIES)
    .values(failed_checks=Verification.failed_checks + 1)
    .returning(
        Verification.id,
        Verification.code_hmac,
        Verification.failed_checks,
        Verification.created_at,
        Verification.expires_at,
    )
)
"""Count one try on every living code of a number, and return them; none is left when all are used up."""

ACCEPT_CODE: Final = (
    update(Verification)
    .where(Verification.id == _code)
    .values(
        status=VerificationStatus.APPROVED,
        code_hmac=bindparam("accepted_hmac"),
        # Whoever came with an older handle is told again for as long as whoever came with the code's own.
        expires_at=case(
            (_lives_until > Verification.expires_at, _lives_until), else_=Verification.expires_at
        ),
        # The try that was right is none that failed.
        failed_checks=case((Verification.failed_checks > 0, Verification.failed_checks - 1), else_=0),
        completed_at=now(),
    )
)
"""Approve a verification by the code that was typed; it lives as long as that one, if not longer."""

END_OTHER_CODES: Final = (
    update(Verification)
    .where(_is_alive, Verification.id != _code)
    .values(status=VerificationStatus.CANCELED, code_hmac=null())
)
"""End the other living codes of a number: one approval is enough."""

TYPED: Final = (
    update(Verification)
    .where(Verification.id == bindparam("typed_code"), Verification.sends == 0)
    .values(sends=1)
)
"""Note that a code was typed, so its text has arrived."""

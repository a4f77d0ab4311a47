"""One claim's questions to Twilio: each bounded, held on for, and kept for the audit trail.

Lives here: budgets, leases and the order "write it down, then ask". Must not: read what an answer means.
A question that may no longer be asked is answered `lease_over`; nothing left.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from gateway.answer import Answer, AnswerClass, Endpoint, Reason
from models.own_codes import ADD_CODE, HOLD_CODE
from phone_verification.kinds import Channel, ErrorKind, RunState
from tasks.claim import Claim, fence, hold_with_code, renew, renew_to_post
from tasks.services import Services


class Inquiry:
    """What is asked under one claim; `claim` is it as last renewed, `calls` all answers in order.

    `unsent_posts` counts requests that were written down as leaving and certainly did not.
    """

    unsent_posts: int

    def __init__(self, services: Services, claim: Claim) -> None:
        self.services: Final = services
        self.claim = claim
        self.calls: list[Answer] = []
        # How many calls there were when the claim was last renewed.
        self._held_at = 0
        # Taking an untried run writes its first request down.
        self.unsent_posts = int(claim.state is RunState.CALLING)

    def start(self, *, to: str, channel: Channel, locale: str | None, state: RunState) -> Answer:
        """Ask for a text; `state` is where the run stands while the request may be under way."""
        services = self.services
        budget = self._budget(services.figures.start_budget_seconds)
        if not self._hold_to_post(state):
            return self.not_asked(Endpoint.START)
        limit = services.intent_rate_limit
        return self._post(
            lambda: services.gateway.start(
                to=to,
                channel=channel,
                locale=locale,
                rate_limits=None if limit is None else {limit: self.claim.task_id},
                budget_seconds=budget,
                guard=lambda: self.claim.may_write(budget),
            )
        )

    def check(self, code: str, *, to: str, sid: str | None) -> Answer:
        """Ask whether a code is right: of a verification where its sid is known, else of a number."""
        services = self.services
        budget = self._budget(services.figures.check_budget_seconds)
        if not self._hold_to_post(self.claim.state):
            return self.not_asked(Endpoint.CHECK)
        return self._post(
            lambda: services.gateway.check(
                code=code,
                to=None if sid else to,
                verification_sid=sid,
                budget_seconds=budget,
                guard=lambda: self.claim.may_write(budget),
            )
        )

    def create_message(self, *, to: str, body: str, validity_seconds: int) -> Answer:
        """Ask for a text of our own words."""
        services = self.services
        budget = self._budget(services.figures.start_budget_seconds)
        if not self._hold_to_post(RunState.CALLING):
            return self.not_asked(Endpoint.MESSAGE)
        return self._post(
            lambda: services.messenger.create(
                to=to,
                body=body,
                validity_seconds=validity_seconds,
                budget_seconds=budget,
                guard=lambda: self.claim.may_write(budget),
            )
        )

    def messages_to(self, number: str, *, since_seconds: float) -> Answer:
        """List the texts of our own words to a number since so many seconds ago by our clock."""
        if not self._hold():
            return self.not_asked(Endpoint.MESSAGES)
        since = self.claim.now() - timedelta(seconds=since_seconds)
        return self._kept(
            self.services.messenger.messages(to=number, sent_since=since, budget_seconds=self._probe_budget())
        )

    def hold_code(self, sealed: str, row: Mapping[str, Any]) -> bool:
        """Write down a code of our own before its text may leave; False when the claim is lost."""
        held, database = self.claim, self.services.database
        if self.services.stopping.is_set() or held.left_seconds() <= 0:
            return False
        names = {**fence(self.services.figures, held), "sealed_with_code": sealed}
        renewed = hold_with_code(self.services.figures, held, sealed)
        with database.transaction() as connection:
            if not connection.execute(HOLD_CODE, names).rowcount:
                return False
            connection.execute(ADD_CODE[database.dialect], row)
        self.claim, self._held_at = renewed, len(self.calls)
        # What Verify refused or was not asked is no request: the text is this run's first.
        self.unsent_posts = int(renewed.state is RunState.CALLING)
        return True

    def compare(self) -> None:
        """Count what our own tables are asked as asked: a wrong code is one wherever it is compared."""
        self.unsent_posts = 0

    def fetch(self, to_or_sid: str) -> Answer:
        """Look at a number's pending verification, or at one by its sid."""
        if not self._hold():
            return self.not_asked(Endpoint.FETCH)
        return self._kept(
            self.services.gateway.fetch(to_or_sid=to_or_sid, budget_seconds=self._probe_budget())
        )

    def attempts(self, sid: str) -> Answer:
        """List the texts of a verification."""
        if not self._hold():
            return self.not_asked(Endpoint.ATTEMPTS)
        return self._kept(
            self.services.gateway.attempts(verification_sid=sid, budget_seconds=self._probe_budget())
        )

    def texts_to(self, number: str, *, since_seconds: float) -> Answer:
        """List the texts to a number since so many seconds ago by our clock, alone or with all others."""
        if not self._hold():
            return self.not_asked(Endpoint.ATTEMPTS)
        figures, now = self.services.figures, self.claim.now()
        shared_since = figures.send_deadline_seconds + figures.clock_slack_seconds

        def ask_one() -> Answer:
            return self._list(to=number, since=now - timedelta(seconds=since_seconds))

        def ask_all() -> Answer:
            return self._list(to=None, since=now - timedelta(seconds=shared_since))

        if since_seconds > shared_since:
            return self._kept(ask_one())
        return self._kept(self.services.recent_texts.of(number, ask_one=ask_one, ask_all=ask_all))

    def _list(self, *, to: str | None, since: datetime) -> Answer:
        return self.services.gateway.attempts(to=to, created_after=since, budget_seconds=self._probe_budget())

    def _hold(self) -> bool:
        """Hold on before a call that is not the claim's first; a process that stops begins no further.

        A claim that was renewed for this very call is not renewed again: a request would leave later than
        its quiet period is counted from.
        """
        if len(self.calls) == self._held_at:
            return True
        if self.services.stopping.is_set():
            return False
        return self._took(renew(self.services, self.claim))

    def _took(self, renewed: Claim | None) -> bool:
        self.claim, self._held_at = renewed or self.claim, len(self.calls)
        return renewed is not None

    def _hold_to_post(self, state: RunState) -> bool:
        """Write down that one more request may leave; the claim of an untried run has said so itself."""
        if self.claim.state is RunState.CALLING:
            return self._hold()
        if self.services.stopping.is_set():
            return False
        is_mine = self._took(renew_to_post(self.services, self.claim, state))
        self.unsent_posts += is_mine
        return is_mine

    def _budget(self, seconds: float) -> float:
        return min(seconds, self.claim.left_seconds() + self.services.figures.overtime_seconds)

    def _probe_budget(self) -> float:
        return self._budget(self.services.figures.probe_budget_seconds)

    def _post(self, ask: Callable[[], Answer]) -> Answer:
        # Until it is answered it may have left, whatever goes wrong.
        self.unsent_posts -= 1
        answer = ask()
        self.unsent_posts += answer.answer_class is AnswerClass.NOT_SENT
        return self._kept(answer)

    def _kept(self, answer: Answer) -> Answer:
        self.calls.append(answer)
        return answer

    def not_asked(self, endpoint: Endpoint) -> Answer:
        """Answer a question that may no longer be asked."""
        return self._kept(
            Answer(
                endpoint=endpoint,
                answer_class=AnswerClass.NOT_SENT,
                reason=Reason.LEASE_OVER,
                kind=ErrorKind.PROVIDER_UNAVAILABLE,
                duration_seconds=0,
            )
        )

"""Wishes that wait for a session: they exist when it commits, and never when it rolls back.

Lives here: following one SQLAlchemy session's transactions, savepoints included, without its database.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from weakref import ref

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from phone_verification.testing.run import Run


@dataclass(frozen=True, slots=True)
class _Wish:
    """A run, and the transactions that it stands in, innermost first."""

    run: Run
    within: tuple[SessionTransaction, ...]


class Outbox:
    """The wishes of one session; `accept` is called with each that was committed."""

    def __init__(self, session: Session, accept: Callable[[Run], None]) -> None:
        self._session = ref(session)
        self._accept = accept
        self._wishes: list[_Wish] = []
        event.listen(session, "after_commit", self._commit)
        event.listen(session, "after_soft_rollback", self._drop)
        # A session that is closed rolls back without saying so.
        event.listen(session, "after_transaction_end", self._end)

    def find(self, task_id: str) -> Run | None:
        """Return the wish of this session that has this id."""
        return next((wish.run for wish in self._wishes if wish.run.task_id == task_id), None)

    def add(self, run: Run) -> None:
        """Let a run wait for the transaction that the session is in; begin one if it is in none."""
        session = self._session()
        if session is None:
            raise ReferenceError("the session is gone")
        if not session.in_transaction():
            session.begin()
        innermost = session.get_nested_transaction() or session.get_transaction()
        self._wishes.append(_Wish(run, tuple(_outwards(innermost))))

    def _commit(self, session: Session) -> None:
        if session.in_nested_transaction():
            # A savepoint's end is told too; only the outermost commit counts.
            return
        committed, self._wishes = self._wishes, []
        for wish in committed:
            self._accept(wish.run)

    def _drop(self, _session: Session, transaction: SessionTransaction) -> None:
        self._wishes = [wish for wish in self._wishes if transaction not in wish.within]

    def _end(self, session: Session, transaction: SessionTransaction) -> None:
        if transaction.parent is None:
            self._drop(session, transaction)


def _outwards(transaction: SessionTransaction | None) -> Iterator[SessionTransaction]:
    while transaction is not None:
        yield transaction
        transaction = transaction.parent

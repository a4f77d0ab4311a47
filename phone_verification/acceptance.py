"""Acceptance: a wish becomes the row that the worker will find.

Lives here: which columns are filled with what, for the client and, on the open door, for the worker.
Must not: write the row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from phone_verification.arguments import AnyArguments, Arguments, CheckArguments, SendArguments
from phone_verification.codes import read_code
from phone_verification.keys import Fingerprints, Label, Seals
from phone_verification.kinds import Channel, Operation
from phone_verification.phone_numbers import PhoneNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """Fills rows of `task_runs`; needs the worker's keys, region and deadlines."""

    fingerprints: Fingerprints
    seals: Seals
    default_region: str
    deadline_seconds: Mapping[Operation, float]

    def row(
        self,
        operation: Operation,
        task_id: str,
        arguments: AnyArguments,
        *,
        wants_result: bool = False,
    ) -> dict[str, Any]:
        """Fill the public columns; what could tell a number or a code is sealed or an HMAC."""
        number = arguments.number(self.default_region)
        return {
            "task_id": task_id,
            "operation": operation.value,
            "version": 1,
            "channel": _channel(arguments),
            "country": number and number.country,
            "phone_masked": number and number.masked,
            "phone_fingerprint": number and self.fingerprints.of(Label.PHONE, number.e164),
            "client_ref_hmac": self._client_ref(arguments),
            "code_hmac": self._code(arguments, number),
            "arguments_fingerprint": arguments.fingerprint(self.fingerprints),
            "verification_id": getattr(arguments, "verification_id", None),
            "sealed_arguments": self.seals.seal(task_id, arguments.intent()),
            "wants_result": wants_result,
            "deadline_seconds": self.deadline_seconds[operation],
        }

    def is_same_intent(self, arguments: Arguments, stored: str | None) -> bool:
        """Whether a stored fingerprint is of these arguments; one whose key was dropped is no conflict."""
        return not self.fingerprints.knows(stored) or arguments.matches(self.fingerprints, stored)

    def is_of_same_number(self, arguments: Arguments, stored: str | None) -> bool:
        """Whether a stored fingerprint is of this number; one whose key is not held cannot be told."""
        number = arguments.number(self.default_region)
        if number is None or stored is None:
            return number is None and stored is None
        keys = self.fingerprints
        return not keys.knows(stored) or keys.matches(stored, Label.PHONE, number.e164)

    def _client_ref(self, arguments: Arguments) -> str | None:
        if not isinstance(arguments, SendArguments) or arguments.client_ref is None:
            return None
        return self.fingerprints.of(Label.CLIENT_REF, arguments.client_ref)

    def _code(self, arguments: Arguments, number: PhoneNumber | None) -> str | None:
        code = read_code(arguments.code) if isinstance(arguments, CheckArguments) else None
        if code is None or number is None:
            return None
        return self.fingerprints.of(Label.CODE, number.e164, code)


def _channel(arguments: Arguments) -> Channel | None:
    if isinstance(arguments, CheckArguments):
        return None
    return arguments.channel if isinstance(arguments, SendArguments) else Channel.SMS

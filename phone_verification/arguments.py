"""Arguments: what a caller may ask, checked before anything is done.

Lives here: the argument models of the tasks and their reading. Must not: judge a number or a code;
a malformed number is a person's mistake with an answer of its own, a malformed argument the caller's.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, ValidationError

from phone_verification.errors import InvalidArgumentsError
from phone_verification.keys import Fingerprints, Label, canonical_json
from phone_verification.kinds import Channel, Operation
from phone_verification.phone_numbers import PhoneNumber, read_phone_number
from phone_verification.task_ids import is_task_id

_FIELD_NAME: Final = re.compile(r"[a-z_]{1,32}")

Text = Annotated[str, Field(max_length=1024, repr=False)]


def _is_handle(value: str | None) -> str | None:
    """Refuse what cannot be a task id: a handle is shown everywhere, a number must not be."""
    if value is not None and not is_task_id(value):
        raise ValueError("not a task id")
    return value


class Arguments(BaseModel):
    """What all operations take; unknown names, and any `options` so far, are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    phone_number: Text
    requested_at: Annotated[
        float | None, Field(strict=True, allow_inf_nan=False, ge=0, description="epoch seconds")
    ] = None
    options: Annotated[dict[str, Any], Field(max_length=0, description="reserved")] = Field(
        default_factory=dict
    )

    _read: dict[str, PhoneNumber | None] = PrivateAttr(default_factory=dict)

    def number(self, default_region: str) -> PhoneNumber | None:
        """Read the number as in a region, once; None when it is no valid number."""
        if default_region not in self._read:
            self._read[default_region] = read_phone_number(self.phone_number, default_region)
        return self._read[default_region]

    def intent(self) -> dict[str, Any]:
        """Return what makes two requests the same intent: everything but the time of asking."""
        return self.model_dump(mode="json", exclude={"requested_at"})

    def fingerprint(self, keys: Fingerprints) -> str:
        """Fingerprint the intent."""
        return keys.of(Label.ARGUMENTS, canonical_json(self.intent()))

    def matches(self, keys: Fingerprints, stored: str | None) -> bool:
        """Whether a stored fingerprint is of the same intent."""
        return keys.matches(stored, Label.ARGUMENTS, canonical_json(self.intent()))


class SendArguments(Arguments):
    """Arguments of `tasks.send_verification`."""

    channel: Channel = Channel.SMS
    locale: Annotated[str | None, Field(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z]{2,4})?$")] = None
    client_ref: Annotated[str | None, Field(min_length=1, max_length=256, repr=False)] = None


class CheckArguments(Arguments):
    """Arguments of `tasks.check_verification`; `verification_id` is the send's task id."""

    code: Text
    verification_id: Annotated[
        str | None, Field(max_length=64, description="a task id"), AfterValidator(_is_handle)
    ] = None


class MessageArguments(Arguments):
    """Arguments of `tasks.send_message`: a text of the caller's own words.

    The length is Twilio's: https://www.twilio.com/docs/api/errors/21617
    """

    body: Annotated[str, Field(min_length=1, max_length=1600, pattern=r"\S", repr=False)]


class SealedArguments(BaseModel):
    """All arguments of a task in one token, on the open door; nothing may stand beside it."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    sealed: Annotated[str, Field(description="a Fernet token", repr=False)]


SEALED: Final = "sealed"
"""The one name that sealed arguments go by."""

AnyArguments: TypeAlias = SendArguments | CheckArguments | MessageArguments
"""What any task of ours takes."""

ARGUMENTS: Final[dict[Operation, type[AnyArguments]]] = {
    Operation.SEND: SendArguments,
    Operation.CHECK: CheckArguments,
    Operation.MESSAGE: MessageArguments,
}


def read_arguments(operation: Operation, values: Mapping[str, Any]) -> AnyArguments:
    """Read the arguments of an operation; raise InvalidArgumentsError naming the field."""
    try:
        return ARGUMENTS[operation].model_validate(dict(values))
    except ValidationError as error:
        raise InvalidArgumentsError(field=_first_field(error)) from None


def read_sealed(values: Mapping[str, Any]) -> str:
    """Read the token of sealed arguments; raise InvalidArgumentsError where there is more, or none."""
    try:
        return SealedArguments.model_validate(dict(values)).sealed
    except ValidationError:
        raise InvalidArgumentsError(field=SEALED) from None


def _first_field(error: ValidationError) -> str:
    """Name the field, unless the caller made the name up and it could hold anything."""
    location = error.errors(include_url=False, include_input=False)[0]["loc"]
    name = str(location[0]) if location else ""
    return name if _FIELD_NAME.fullmatch(name) else "(an unknown name)"

"""What is known of each error kind: title, HTTP status, fault, words for the person, the operator's move.

Lives here: one row per kind. Must not know: Twilio's codes (the gateway's catalogue maps them to kinds).
"""

from dataclasses import dataclass
from typing import Final

from phone_verification.kinds import ErrorKind, Fault, Outcome
from phone_verification.messages import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class KindFacts:
    """All that a caller and an operator need to know of one error kind.

    `retryable`: the same wish, under a new task id, may succeed with nothing else changed.
    """

    title: str
    http_status: int
    fault: Fault
    outcome: Outcome
    retryable: bool
    message: Message
    operator_action: str


_NO_RECORD: Final = Message(
    ko="해당 전화번호에 대한 인증 내역이 없습니다. 인증이 없거나 유효 기간이 지났습니다.",
    en="There is nothing to verify for this number: no code was sent, or it has expired.",
)
_LATER: Final = Message(
    ko="지금은 인증번호를 처리할 수 없습니다. 잠시 후 다시 시도해주세요.",
    en="We cannot do this right now. Please try again in a moment.",
)
_OURS: Final = Message(
    ko="서버에서 오류가 발생했습니다.",
    en="Something went wrong on our side.",
)


def _facts(
    title: str,
    http_status: int,
    fault: Fault,
    outcome: Outcome,
    message: Message,
    operator_action: str,
    *,
    retryable: bool = False,
) -> KindFacts:
    return KindFacts(
        title=title,
        http_status=http_status,
        fault=fault,
        outcome=outcome,
        retryable=retryable,
        message=message,
        operator_action=operator_action,
    )


_REJECTED, _FAILED, _UNKNOWN = Outcome.REJECTED, Outcome.FAILED, Outcome.UNKNOWN
_USER, _CALLER, _OPERATOR, _PROVIDER = Fault.USER, Fault.CALLER, Fault.OPERATOR, Fault.PROVIDER
_NOTHING: Final = "Nothing: the person can mend this."

KIND_FACTS: Final[dict[ErrorKind, KindFacts]] = {
    ErrorKind.INVALID_PHONE_NUMBER: _facts(
        "Invalid PhoneNumber Request Type",
        400,
        _USER,
        _REJECTED,
        Message(
            ko="잘못된 전화번호 형식입니다. 전화번호는 01012345678과 같은 11자리 숫자로 이루어져야 합니다.",
            en="This is not a valid phone number. It should look like 01012345678, 11 digits.",
        ),
        _NOTHING,
    ),
    ErrorKind.UNSUPPORTED_PHONE_TYPE: _facts(
        "Unsupported Phone Type",
        400,
        _USER,
        _REJECTED,
        Message(
            ko="문자를 받을 수 없는 전화번호입니다. 휴대폰 번호를 입력해주세요.",
            en="This number cannot receive a code this way. Please enter a mobile number.",
        ),
        "Nothing, or offer channel `call` for landlines.",
    ),
    ErrorKind.INVALID_CODE: _facts(
        "Invalid Verification Code",
        403,
        _USER,
        _REJECTED,
        Message(
            ko="잘못된 인증 코드입니다. 입력한 코드를 확인해주세요.",
            en="That code is not right. Please check it and try again.",
        ),
        _NOTHING,
        retryable=True,
    ),
    ErrorKind.NO_VERIFICATION_RECORD: _facts(
        "No Verification Record",
        400,
        _USER,
        _REJECTED,
        _NO_RECORD,
        "If many: is the service shared, or does a caller check before it sends?",
    ),
    ErrorKind.VERIFICATION_EXPIRED: _facts(
        "No Verification Record",
        400,
        _USER,
        _REJECTED,
        _NO_RECORD,
        "If many: do the texts arrive late?",
    ),
    ErrorKind.ALREADY_VERIFIED: _facts(
        "Already Verified",
        409,
        _USER,
        _REJECTED,
        Message(
            ko="이미 인증이 완료된 전화번호입니다. 추가 인증이 필요하지 않습니다.",
            en="This number is already verified. Nothing more is needed.",
        ),
        _NOTHING,
    ),
    ErrorKind.MAX_CHECK_ATTEMPTS: _facts(
        "Max Check Attempts Reached",
        429,
        _USER,
        _REJECTED,
        Message(
            ko="최대 인증 시도 횟수(5회)에 도달했습니다. 인증을 처음부터 다시 시도해주세요.",
            en="Five wrong codes: please start the verification again.",
        ),
        _NOTHING,
    ),
    ErrorKind.MAX_SEND_ATTEMPTS: _facts(
        "Max Send Attempts Reached",
        429,
        _USER,
        _REJECTED,
        Message(
            ko="인증번호 발송 횟수를 초과했습니다. 받은 인증번호를 입력하거나 10분 후 다시 시도해주세요.",
            en="Too many codes were sent. Enter the one you got, or try again in 10 minutes.",
        ),
        "If many: do the texts arrive?",
    ),
    ErrorKind.RATE_LIMITED: _facts(
        "Too Many Requests",
        429,
        _USER,
        _REJECTED,
        Message(
            ko="요청이 너무 많습니다. 잠시 후 다시 시도해주세요.",
            en="Too many requests. Please try again later.",
        ),
        "If many: look for one address or one number range behind them.",
        retryable=True,
    ),
    ErrorKind.RECIPIENT_OPTED_OUT: _facts(
        "Recipient Opted Out",
        422,
        _USER,
        _REJECTED,
        Message(
            ko="수신을 거부한 전화번호입니다. 수신 거부를 해제한 후 다시 시도해주세요.",
            en="This number has opted out of messages. Opt in again, then retry.",
        ),
        "Nothing: the person replied STOP, START undoes it.",
    ),
    ErrorKind.COUNTRY_BLOCKED: _facts(
        "Country Not Supported",
        403,
        _USER,
        _REJECTED,
        Message(
            ko="지원하지 않는 국가의 전화번호입니다.",
            en="Numbers of this country are not supported.",
        ),
        "To serve the country: ALLOWED_COUNTRIES, and the geo permissions in the Console: "
        "Verify and Messaging each have their own.",
    ),
    ErrorKind.FRAUD_BLOCKED: _facts(
        "Blocked By Fraud Protection",
        403,
        _PROVIDER,
        _REJECTED,
        Message(
            ko="현재 이 번호로는 인증번호를 보낼 수 없습니다. 나중에 다시 시도해주세요.",
            en="A code cannot be sent to this number now. Please try again later.",
        ),
        "Fraud Guard blocks the prefix for 12 h; a genuine number can go on Twilio's SafeList. "
        "Without a Twilio code it is our own watch: python -m worker decisions.",
    ),
    ErrorKind.CHANNEL_UNAVAILABLE: _facts(
        "Channel Unavailable",
        422,
        _OPERATOR,
        _FAILED,
        Message(
            ko="선택한 방법으로는 인증번호를 보낼 수 없습니다. 다른 방법을 선택해주세요.",
            en="A code cannot be sent this way. Please choose another way.",
        ),
        "Enable the channel on the Verify service.",
    ),
    ErrorKind.RECIPIENT_UNVERIFIED: _facts(
        "Recipient Not Verified",
        503,
        _OPERATOR,
        _FAILED,
        _OURS,
        "A trial account reaches only its verified caller ids: add the number, or upgrade; "
        "an upgraded account needs an approved primary compliance profile.",
    ),
    ErrorKind.PROVIDER_MISCONFIGURED: _facts(
        "Internal Server Error",
        500,
        _OPERATOR,
        _FAILED,
        _OURS,
        "Check the Twilio credentials, the sid of the Verify or messaging service, and its options.",
    ),
    ErrorKind.PROVIDER_ACCOUNT: _facts(
        "Provider Account",
        503,
        _OPERATOR,
        _FAILED,
        _OURS,
        "Check the Twilio account: balance, suspension, compliance review, trial limits.",
    ),
    ErrorKind.PROVIDER_UNAVAILABLE: _facts(
        "Provider Unavailable",
        503,
        _PROVIDER,
        _FAILED,
        _LATER,
        "Look at Twilio's status page; nothing was sent.",
        retryable=True,
    ),
    ErrorKind.PROVIDER_ERROR: _facts(
        "Provider Error",
        502,
        _PROVIDER,
        _FAILED,
        _LATER,
        "Look the provider code up and add it to the catalogue.",
    ),
    ErrorKind.OUTCOME_UNKNOWN: _facts(
        "Outcome Unknown",
        503,
        _PROVIDER,
        _UNKNOWN,
        Message(
            ko="아직 결과를 확인할 수 없습니다. 인증번호를 받으셨다면 입력하고, "
            "이미 입력하셨다면 다시 한 번 눌러주세요.",
            en="We do not know yet. If a code arrives you can type it; "
            "if you typed it already, press once more.",
        ),
        "Twilio's answer was lost; the same wish again tells the truth.",
        retryable=True,
    ),
    ErrorKind.INVALID_REQUEST: _facts(
        "Invalid Request",
        422,
        _CALLER,
        _FAILED,
        _OURS,
        "Mend the caller: the log line names the field.",
    ),
    ErrorKind.IDEMPOTENCY_CONFLICT: _facts(
        "Idempotency Conflict",
        409,
        _CALLER,
        _FAILED,
        _OURS,
        "Mend the caller: one task id is one intent, a new wish takes a new id.",
    ),
    ErrorKind.INTERNAL_ERROR: _facts(
        "Internal Server Error",
        500,
        _OPERATOR,
        _FAILED,
        _OURS,
        "A fault of this worker: its log has the task id.",
    ),
}

"""Settings of what is sent, and through which of Twilio's services.

Lives here: Verify or Messaging, the sender of our own texts, their brand, the fallback, fixed codes. What
needs what is checked here too, so that a worker that could not send refuses to start.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from phone_verification.kinds import Service
from tasks.fallback import Fallback
from tasks.fixed_codes import FixedCodes
from tasks.words import LONGEST_BRAND, is_euc_kr


def _test_numbers(value: SecretStr) -> SecretStr:
    FixedCodes.parse(value.get_secret_value())
    return value


class TextSettings(BaseSettings):
    """How a text is sent; `twilio_base_url` is a stand-in's address, without one Twilio is the real one."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    verification_service: Annotated[
        Service, Field(description="verify: Twilio makes the code; messaging: we make it, and text it")
    ] = Service.VERIFY
    twilio_verify_service_sid: Annotated[
        str | None,
        Field(pattern=r"^VA[0-9a-fA-F]{32}$", description="VA…, for verify", validate_default=True),
    ] = None
    fallback_service: Annotated[
        Literal[Service.MESSAGING] | None,
        Field(description="messaging: takes over a send that Verify certainly did not carry out"),
    ] = None
    twilio_messaging_service_sid: Annotated[
        str | None,
        Field(pattern=r"^MG[0-9a-fA-F]{32}$", description="MG…, for messaging and messages; or a number"),
    ] = None
    twilio_from_number: Annotated[
        str | None,
        Field(
            pattern=r"^\+[1-9][0-9]{6,14}$",
            description="a number of the account's, in E.164",
            validate_default=True,
        ),
    ] = None
    twilio_base_url: Annotated[
        str | None, Field(pattern=r"^https?://", description="a simulator's address, for all of Twilio")
    ] = None
    message_brand: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=LONGEST_BRAND,
            pattern=r"^[^\[\]\n]+$",
            description=f"your name before our own texts, {LONGEST_BRAND} characters at most",
        ),
    ] = None
    follow_deliveries: Annotated[
        bool, Field(description="look at Twilio whether texts arrived: four times in two minutes, at most")
    ] = True
    fallback_around_fraud_guard: Annotated[
        bool, Field(description="whether also for a number prefix that Fraud Guard blocks (60410)")
    ] = False
    test_numbers: Annotated[
        SecretStr,
        AfterValidator(_test_numbers),
        Field(description="+821000000001:123456:2027-01-31,…: nothing is sent, the code is right until then"),
    ] = SecretStr("")
    test_numbers_in_production: Annotated[
        bool,
        Field(
            description="without TWILIO_BASE_URL, test numbers need this to be true", validate_default=True
        ),
    ] = False

    @field_validator("twilio_verify_service_sid")
    @classmethod
    def _is_there_for_verify(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("verification_service") is Service.VERIFY:
            raise ValueError("is not set, and VERIFICATION_SERVICE is verify")
        return value

    @field_validator("twilio_from_number")
    @classmethod
    def _is_there_for_texts(cls, value: str | None, info: ValidationInfo) -> str | None:
        needed = (info.data.get("verification_service"), info.data.get("fallback_service"))
        if Service.MESSAGING in needed and not (value or info.data.get("twilio_messaging_service_sid")):
            raise ValueError("is not set, nor is TWILIO_MESSAGING_SERVICE_SID: our own texts need a sender")
        return value

    @field_validator("test_numbers_in_production")
    @classmethod
    def _is_meant(cls, value: bool, info: ValidationInfo) -> bool:  # noqa: FBT001 - pydantic's signature
        """A fixed code is a way in: on the real Twilio it must be asked for twice."""
        numbers = info.data.get("test_numbers")
        if numbers and numbers.get_secret_value() and not value and info.data.get("twilio_base_url") is None:
            raise ValueError("must be true: TEST_NUMBERS lets whoever knows its codes in. Or unset those")
        return value

    def brand_flaw(self, allowed_countries: list[str]) -> str | None:
        """Say what keeps the brand from Korean phones: their carriers have EUC-KR alone."""
        if self.message_brand is None or "KR" not in allowed_countries or is_euc_kr(self.message_brand):
            return None
        return "MESSAGE_BRAND holds a character that EUC-KR has not, and KR is among ALLOWED_COUNTRIES"

    @property
    def has_sender(self) -> bool:
        """Whether texts of our own words can be sent."""
        return bool(self.twilio_messaging_service_sid or self.twilio_from_number)

    def fallback(self) -> Fallback:
        """Return when Messaging takes over."""
        is_on = self.fallback_service is not None
        return Fallback(is_on=is_on, is_around_fraud_guard=self.fallback_around_fraud_guard)

    def fixed_codes(self) -> FixedCodes:
        """Return the numbers with a fixed code."""
        return FixedCodes.parse(self.test_numbers.get_secret_value())

"""A guard that allows everything, for tests of what lies behind it."""

from typing import Final

from tasks.rules import GuardSettings

NO_RULES: Final = GuardSettings(
    resend_waits_seconds="0",
    sends_per_number_in_10_minutes=0,
    sends_per_number_a_day=0,
    sends_per_client_ref_an_hour=0,
    sends_an_hour=0,
    wrong_codes_per_number_an_hour=0,
    wrong_codes_without_handle_in_10_minutes=0,
    unverified_watch="off",
)

NO_RULES_ENVIRONMENT: Final = {name.upper(): str(value) for name, value in NO_RULES}

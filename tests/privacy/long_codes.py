"""Codes of our own as long as the longest of Twilio's: six digits would be found by chance."""

from tasks import fixed_codes, own_code
from tests.privacy.marks import CODE_LENGTH


def lengthen_codes() -> None:
    """Make and read codes of so many digits, in this process."""
    for module in (fixed_codes, own_code):
        vars(module)["_DIGITS"] = CODE_LENGTH

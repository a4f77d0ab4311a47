"""In which language a person is answered: Korean, or English for who asks for it."""

from enum import StrEnum
from typing import Annotated, Protocol

from fastapi import Header


class Language(StrEnum):
    """The languages of the contract's messages."""

    KO = "ko"
    EN = "en"

    def of(self, message: "InBothLanguages") -> str:
        """Return a message's words in this language."""
        return message.en if self is Language.EN else message.ko


class InBothLanguages(Protocol):
    """What the contract's messages are."""

    @property
    def ko(self) -> str: ...  # noqa: D102 - its name says it

    @property
    def en(self) -> str: ...  # noqa: D102 - its name says it


def preferred_language(accept_language: Annotated[str, Header()] = "") -> Language:
    """Take the first language of the header that there is; browsers name them in the person's order."""
    for entry in accept_language.split(","):
        language = entry.partition(";")[0].strip().lower().partition("-")[0]
        if language in set(Language):
            return Language(language)
    return Language.KO

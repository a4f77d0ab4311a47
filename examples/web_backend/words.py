"""Sentences of the backend's own; all others are the contract's."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A sentence for the person, in both languages."""

    ko: str
    en: str


STILL_WORKING: Final = Words(
    ko="요청을 처리하고 있습니다. 잠시만 기다려주세요.",
    en="We are working on it. One moment, please.",
)
NOT_FOUND: Final = Words(
    ko="요청하신 내용을 찾을 수 없습니다.",
    en="There is nothing like this here.",
)

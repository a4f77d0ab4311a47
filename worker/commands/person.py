"""Whom a command is about: a number that an operator typed, as the tables know it.

Lives here: reading `--phone`. The number itself goes no further than this file.
"""

import sys
from dataclasses import dataclass
from typing import Self

import click

from phone_verification.keys import Fingerprints, Label
from phone_verification.phone_numbers import read_phone_number
from worker.settings import CallerSettings

PHONE_HELP = "As people type it, 010…; - reads it from standard input, past the shell's history."


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A number, masked for people and as its fingerprints under all of HMAC_KEYS for the tables."""

    masked: str
    fingerprints: list[str]

    @classmethod
    def read(cls, typed: str, settings: CallerSettings) -> Self:
        """Read `--phone`; raise click's error for what is no number, without repeating it."""
        text = sys.stdin.readline().strip() if typed == "-" else typed
        number = read_phone_number(text, settings.default_region)
        if number is None:
            raise click.BadParameter(
                f"that is no phone number of {settings.default_region}, "
                "nor one with + and its country's code",
                param_hint="--phone",
            )
        keys = Fingerprints.parse(settings.hmac_keys.get_secret_value())
        return cls(masked=number.masked, fingerprints=keys.every(Label.PHONE, number.e164))

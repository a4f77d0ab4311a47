"""The doors of texts of our own, and of what looks at a worker from outside."""

from typing import Final

from tests.privacy.doors.door import (
    DOCTORS_WORDS,
    HALF_A_LETTER,
    OWN_CODES,
    REPRS,
    TEXTS,
    TWILIOS_WORDS,
    Door,
    Mask,
)

_OWN_CODE: Final = "tasks/own_code.py"


def _own(what: str, text: str, put: str, file: str = _OWN_CODE) -> Mask:
    return Mask(what=f"{what}, in the tables", file=file, text=text, put=put, noticed_by=OWN_CODES)


OWN_TEXTS: Final = (
    Door(
        place="codes that we make, in the tables, their backups and the database's own log",
        shows="the code until it is typed, beside its number",
        masks=(
            _own(
                "the code that a run holds: sealed",
                "services.seals.seal(claim.task_id, {**wanted.arguments.intent(), OWN_CODE_FIELD: code})",
                "str({**wanted.arguments.intent(), OWN_CODE_FIELD: code})",
            ),
            _own(
                "a living code: an HMAC",
                'own_code_fingerprint(keys, send_id, number.e164, code),\n        "ttl',
                'code,\n        "ttl',
            ),
            _own(
                "an approved one: an HMAC",
                "own_code_fingerprint(keys, approved, asked.number.e164, asked.code)",
                "asked.code",
                "tasks/own_check.py",
            ),
            _own(
                "a fixed one: an HMAC",
                "own_code_fingerprint(keys, claim.task_id, wanted.number.e164, code)",
                "code",
                "tasks/code_text.py",
            ),
            _own("its number: a mask", '"phone_masked": number.masked', '"phone_masked": number.e164'),
            _own(
                "its number: an HMAC",
                '"phone_fingerprint": keys.of(Label.PHONE, number.e164)',
                '"phone_fingerprint": number.e164',
            ),
        ),
    ),
    Door(
        place="numbers with a fixed code",
        shows="an entry of TEST_NUMBERS that is wrong, in the error at the start",
        masks=(
            Mask(
                what="a day that is none is answered without an exception that repeats it",
                file="tasks/fixed_codes.py",
                text="    except ValueError:\n        return None\n",
                put="    except ImportError:\n        return None\n",
                noticed_by=REPRS,
            ),
            Mask(
                what="an entry is told by its place",
                file="tasks/fixed_codes.py",
                text='f"entry {place}: not a number in E.164',
                put='f"entry {entry}: not a number in E.164',
                noticed_by=REPRS,
            ),
        ),
    ),
    Door(
        place="texts of our own on their way to Twilio",
        shows="the whole text, in what Python raises where it cannot be written",
        masks=(
            Mask(
                what="an error that holds no text",
                file="gateway/http_client.py",
                text="    except UnicodeEncodeError:\n",
                put="    except ImportError:\n",
                noticed_by=HALF_A_LETTER,
            ),
        ),
    ),
    Door(
        place="what became of a text, in Twilio's words",
        shows="whatever Twilio says in the place of a status",
        masks=(
            Mask(
                what="what is no single word is not kept",
                file="tasks/deliveries.py",
                text="seen.message_status if is_a_word else None",
                put="seen.message_status",
                noticed_by=TWILIOS_WORDS,
            ),
        ),
    ),
)

OPERATORS: Final = (
    Door(
        place="`doctor --phone`",
        shows="the number that was asked about, where it is of any use to a reader",
        masks=tuple(
            Mask(
                what=f"{what} is shown by its mask",
                file="worker/doctor/number.py",
                text=f"{text}(masked=number.masked",
                put=f"{text}(masked=number.e164",
                noticed_by=DOCTORS_WORDS,
            )
            for what, text in (
                ("a number with a fixed code", "_FIXED.found"),
                ("one of another country", "_ABROAD.found"),
                ("any other", "(_GOOD if kind is None else _NO_TEXTS).found"),
            )
        ),
    ),
    Door(
        place="`health`, and the file that it reads",
        shows="what is wrong with a worker",
        needs_none="times, and a complaint that counts slots and seconds",
        proven_by=TEXTS,
    ),
    Door(
        place="Flower's RESULT column",
        shows="parts of results and exceptions, found in Celery's texts of them",
        needs_none="outcome, kind and mask of a result, the word of what is waited for, the name of a type",
        proven_by=TEXTS,
    ),
    Door(
        place="the example backend: its log, URLs, answers",
        shows="the path of each request, whatever is raised",
        needs_none="numbers and codes travel in bodies alone, paths hold task ids; what is raised is a type",
        proven_by=TEXTS,
    ),
)

OWN: Final = (*OWN_TEXTS, *OPERATORS)

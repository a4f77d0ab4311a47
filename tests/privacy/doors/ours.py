"""The doors of our own code, of the database and of the way to Twilio."""

from typing import Final

from tests.privacy.doors.door import (
    BROKEN_HEADERS,
    CALLERS_ENGINE,
    CLIENTS_ENGINE,
    FIRST_LINE,
    FORMATTER,
    INSERTED,
    METRICS_CODES,
    METRICS_COUNTRIES,
    REPRS,
    SECOND_LINE_HEADERS,
    Door,
    Mask,
)

_ACCEPTANCE: Final = "phone_verification/acceptance.py"
_ARGUMENTS: Final = "phone_verification/arguments.py"
_IDS: Final = "phone_verification/task_ids.py"


def _at_rest(what: str, text: str, put: str) -> Mask:
    return Mask(
        what=f"{what}, in the tables", file=_ACCEPTANCE, text=text, put=put, noticed_by=CALLERS_ENGINE
    )


def _input_of(what: str, next_line: str) -> Mask:
    """Take away what keeps a model's input out of pydantic's errors; the line after tells which model's."""
    config = '(extra="forbid", frozen=True, hide_input_in_errors=True)\n\n    ' + next_line
    return Mask(
        what=f"{what} in pydantic's errors",
        file=_ARGUMENTS,
        text=config,
        put=config.replace(", hide_input_in_errors=True", ""),
        noticed_by=REPRS,
    )


LOGS: Final = (
    Door(
        place="exceptions in our own log lines, and in whatever else hears them (an error tracker)",
        shows="their texts: Twilio's repeat the number, a database's repeat the row",
        masks=(
            Mask(
                what="types and places, before any handler gets the record",
                file="worker/logs.py",
                text="        where_it_happened,\n    ]",
                put="    ]",
                noticed_by=SECOND_LINE_HEADERS,
            ),
            Mask(
                what="the same for records of other libraries",
                file="worker/logs.py",
                text="foreign_pre_chain=shared,",
                put="foreign_pre_chain=shared[:-1],",
                noticed_by=FORMATTER,
            ),
        ),
    ),
    Door(
        place="names that a caller made up, in log lines and errors",
        shows="a number in the place of an argument's name",
        masks=(
            Mask(
                what="only names of the contract's form are named",
                file=_ARGUMENTS,
                text='return name if _FIELD_NAME.fullmatch(name) else "(an unknown name)"',
                put="return name",
            ),
            Mask(
                what="the error does not say what it came from",
                file=_ARGUMENTS,
                text="raise InvalidArgumentsError(field=_first_field(error)) from None",
                put="raise InvalidArgumentsError(field=_first_field(error))",
                noticed_by=REPRS,
            ),
            Mask(
                what="the same of a sealed message",
                file=_ARGUMENTS,
                text="raise InvalidArgumentsError(field=SEALED) from None",
                put="raise InvalidArgumentsError(field=SEALED)",
                noticed_by=REPRS,
            ),
            _input_of("plain arguments", "phone_number: Text"),
            _input_of("sealed arguments", "sealed: "),
        ),
    ),
    Door(
        place="settings that are wrong",
        shows="a key, in pydantic's error behind ours",
        masks=(
            Mask(
                what="the error does not say what it came from",
                file="worker/settings.py",
                text="raise SettingsError(_explain(kind, error)) from None",
                put="raise SettingsError(_explain(kind, error))",
                noticed_by=REPRS,
            ),
        ),
    ),
    Door(
        place="task ids and handles, which are shown everywhere",
        shows="a number that somebody took for an id",
        masks=(
            Mask(
                what="no seven digits in a row",
                file=_IDS,
                text="(?!.*{_IN_A_ROW})",
                noticed_by=FIRST_LINE,
            ),
            Mask(
                what="no digits in a number's groups",
                file=_IDS,
                text="(?!.*{_GROUPED})",
                noticed_by=FIRST_LINE,
            ),
            Mask(
                what="a handle that another language inserted",
                file="tasks/outcomes.py",
                text="return shown_id(task_id if operation is Operation.SEND else verification_id)",
                put="return task_id if operation is Operation.SEND else verification_id",
                noticed_by=INSERTED,
            ),
            Mask(
                what="the same in a result",
                file="tasks/sweep.py",
                text="id=shown_id(handle)",
                put="id=handle",
                noticed_by=INSERTED,
            ),
            Mask(
                what="an id that another language inserted",
                file="tasks/outcomes.py",
                text="task_id=shown_id(ending.task_id)",
                put="task_id=ending.task_id",
                noticed_by=INSERTED,
            ),
        ),
    ),
    Door(
        place="a worker's metrics",
        shows="labels, which a scraper keeps for as long as it likes",
        masks=(
            Mask(
                what="a code is one of the catalogue, or other",
                file="tasks/metrics.py",
                text="str(answer.provider_code) if answer.provider_code in _CATALOGUED else _OTHER",
                put="str(answer.provider_code)",
                noticed_by=METRICS_CODES,
            ),
            Mask(
                what="a country is one of ALLOWED_COUNTRIES, or other",
                file="tasks/metrics.py",
                text="country if country is not None and country in allowed else _OTHER",
                put="str(country)",
                noticed_by=METRICS_COUNTRIES,
            ),
        ),
    ),
    Door(
        place="repr and text of values, in anybody's log or traceback",
        shows="fields that hold a number, a code or a key",
        # The masks are every `repr=False` there is: derived, so that none is forgotten.
    ),
)

RESULTS: Final = (
    Door(
        place="results: result key, task-succeeded, `status`, `runs`, the tables, what a person is told",
        shows="the number",
        masks=(
            Mask(
                what="a number is shown as its country and last four digits",
                file="phone_verification/phone_numbers.py",
                text="""return f"+{calling_code}*****{national[-shown:]}\"""",
                put="return self.e164",
                noticed_by=REPRS,
            ),
        ),
    ),
    Door(
        place="errors of the client",
        shows="the database's own words, and parameters where a caller's engine shows them",
        needs_none="no parameter of ours is private; errors name fields and task ids",
        proven_by=CALLERS_ENGINE,
    ),
    Door(
        place="the command line",
        shows="what it prints of runs and of errors",
        needs_none="it prints results and columns, which are masked",
    ),
)

DATABASE: Final = (
    Door(
        place="SQLAlchemy: echo, and the text of a failed statement",
        shows="parameters",
        masks=(
            Mask(
                what="the worker's engine hides parameters",
                file="models/database.py",
                text="        hide_parameters=True,\n",
            ),
            Mask(
                what="so does the client's own",
                file="phone_verification/client.py",
                text="        hide_parameters=True,\n",
                noticed_by=CLIENTS_ENGINE,
            ),
        ),
    ),
    Door(
        place="the tables, and with them backups and the database's own log",
        shows="what was asked",
        masks=(
            _at_rest("the number: a mask", "number and number.masked", "number and number.e164"),
            _at_rest(
                "the number: an HMAC",
                "self.fingerprints.of(Label.PHONE, number.e164)",
                "number.e164",
            ),
            _at_rest(
                "the client_ref: an HMAC",
                "self.fingerprints.of(Label.CLIENT_REF, arguments.client_ref)",
                "arguments.client_ref",
            ),
            _at_rest("the code: an HMAC", "self.fingerprints.of(Label.CODE, number.e164, code)", "code"),
            _at_rest(
                "the arguments: an HMAC",
                "arguments.fingerprint(self.fingerprints)",
                "str(arguments.intent())[:96]",
            ),
            _at_rest(
                "the arguments: sealed",
                "self.seals.seal(task_id, arguments.intent())",
                "str(arguments.intent())",
            ),
            Mask(
                what="the approved code: an HMAC, in the tables",
                file="tasks/checked.py",
                text="code_hmac=services.fingerprints.of(Label.CODE, asked.number.e164, asked.code)",
                put="code_hmac=asked.code",
            ),
        ),
    ),
)

TWILIO: Final = (
    Door(
        place="Twilio's refusals and the SDK's exceptions",
        shows="sentences that repeat the number, and the URL",
        needs_none="an answer becomes its code and status; the SDK's exceptions end where they are caught",
    ),
    Door(
        place="logger twilio.http_client",
        shows="URL, parameters and headers of each call",
        needs_none="the SDK's own HTTP client is not used; ours logs nothing, and the logger is left on",
    ),
    Door(
        place="urllib3: DEBUG, and a WARNING for headers that cannot be parsed",
        shows="the URL: a number when a verification, its texts or messages are looked for, or by the doctor",
        masks=(
            Mask(
                what="urllib3.connectionpool",
                file="gateway/connection.py",
                text='    logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)\n',
            ),
            Mask(
                what="urllib3.connection",
                file="gateway/connection.py",
                text='    logging.getLogger("urllib3.connection").setLevel(logging.ERROR)\n',
                noticed_by=BROKEN_HEADERS,
            ),
        ),
    ),
)

OURS: Final = (*LOGS, *RESULTS, *DATABASE, *TWILIO)

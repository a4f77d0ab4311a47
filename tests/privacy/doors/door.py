"""A door: a place where something private could get out, what keeps it in, and the test that would notice.

Lives here: the shapes, and the parts of the canary that notice.
"""

from dataclasses import dataclass
from typing import Final

STORY: Final = "tests/privacy/test_story.py::test_nothing_private_is_found_anywhere[json-sqlite]"
TEXTS: Final = "tests/privacy/test_texts.py::test_nothing_private_is_found_anywhere[messaging-json-sqlite]"
_LINES: Final = "tests/privacy/test_lines.py"
FIRST_LINE: Final = f"{_LINES}::test_the_first_line_alone_drops_unquoted_what_is_no_message"
SECOND_LINE: Final = f"{_LINES}::test_the_second_line_alone_drops_unquoted_what_is_no_task"
SECOND_LINE_HEADERS: Final = f"{_LINES}::test_the_second_line_alone_repeats_no_header"
IN_HAND: Final = f"{_LINES}::test_what_is_in_hand_says_nothing_but_in_its_body"
_LAYERS: Final = "tests/privacy/test_layers.py"
OWN_HEADERS: Final = f"{_LAYERS}::test_our_own_app_writes_no_arguments_into_headers"
RETRIES: Final = f"{_LAYERS}::test_too_many_retries_say_nothing_of_arguments"
BROKEN_HEADERS: Final = f"{_LAYERS}::test_an_answer_whose_headers_are_broken_is_not_logged_with_its_url"
QUOTATIONS: Final = f"{_LAYERS}::test_a_message_that_cannot_be_restored_is_not_quoted"
FORMATTER: Final = f"{_LAYERS}::test_a_log_line_of_anybodys_shows_types_and_places_of_an_exception"
CLIENTS_ENGINE: Final = f"{_LAYERS}::test_the_clients_own_engine_hides_what_it_is_given"
CALLERS_ENGINE: Final = f"{_LAYERS}::test_a_callers_own_engine_may_show_every_parameter"
INSERTED: Final = f"{_LAYERS}::test_what_another_language_inserted_in_the_place_of_an_id_is_not_shown"
OWN_CODES: Final = "tests/privacy/test_own_codes.py::test_no_row_tells_a_code_of_our_own"
DOCTORS_WORDS: Final = "tests/privacy/test_doctor.py::test_a_number_is_shown_by_its_mask"
TWILIOS_WORDS: Final = f"{_LAYERS}::test_what_twilio_says_of_a_text_is_kept_as_a_word_or_not_at_all"
HALF_A_LETTER: Final = f"{_LAYERS}::test_a_text_that_cannot_be_written_is_not_in_the_error"
METRICS_CODES: Final = "tests/privacy/test_labels.py::test_an_error_code_that_is_no_error_code_is_no_label"
METRICS_COUNTRIES: Final = (
    "tests/privacy/test_labels.py::test_a_country_column_with_a_number_in_it_is_no_label"
)
REPRS: Final = "tests/privacy/test_reprs.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """A mask, and how it is taken away: `text` of `file` gives way to `put`, and `noticed_by` must fail."""

    what: str
    file: str
    text: str
    put: str = ""
    noticed_by: str = STORY


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Where what would be seen, and the masks that close it; `needs_none` says why there is no mask.

    In that case `proven_by` is the test in which something private comes by and is not seen.
    """

    place: str
    shows: str
    masks: tuple[Mask, ...] = ()
    needs_none: str = ""
    proven_by: str = STORY

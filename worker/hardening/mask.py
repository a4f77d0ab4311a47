"""The word that stands in the place of what is not shown."""

from typing import Final

MASKED: Final = "[masked]"

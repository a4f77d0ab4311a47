"""`python -m worker …` where codes are long: for commands that read the fixed ones."""

from tests.privacy.long_codes import lengthen_codes
from worker.commands import main

lengthen_codes()
main()

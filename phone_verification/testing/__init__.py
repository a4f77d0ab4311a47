"""What a backend's own tests put in the place of the worker: a client that keeps the contract in memory.

Lives here: the fake, the texts it "sends", and the limits it keeps. Imports nothing that a backend has not
installed with this package; no database, no broker, no worker, no Twilio. How to use it: docs/testing.md.
"""

from phone_verification.testing.client import FakeVerificationClient
from phone_verification.testing.limits import Limits
from phone_verification.testing.text import Text

__all__ = ["FakeVerificationClient", "Limits", "Text"]

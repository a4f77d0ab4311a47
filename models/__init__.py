"""What we remember: tables, the statements that move a run, and the database itself.

Imports only the contract's closed sets; knows neither Celery nor Twilio's API.
"""

from models.base import Base
from models.closed_sets import Service, VerificationStatus
from models.provider_call import ProviderCall
from models.task_run import TaskRun
from models.verification import SendAttempt, Verification

__all__ = [
    "Base",
    "ProviderCall",
    "SendAttempt",
    "Service",
    "TaskRun",
    "Verification",
    "VerificationStatus",
]

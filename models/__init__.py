"""What we remember: tables, the statements that move a run, and the database itself.

Imports only the contract's closed sets; knows neither Celery nor Twilio's API.
"""

from models.base import Base
from models.closed_sets import GuardRule, VerificationStatus
from models.guard_decision import GuardDecision
from models.provider_call import ProviderCall
from models.task_run import TaskRun
from models.verification import SendAttempt, Verification

__all__ = [
    "Base",
    "GuardDecision",
    "GuardRule",
    "ProviderCall",
    "SendAttempt",
    "TaskRun",
    "Verification",
    "VerificationStatus",
]

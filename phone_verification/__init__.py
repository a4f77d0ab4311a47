"""What a backend imports to verify that a phone is really its user's.

Lives here: the contract, its results, and the client for the durable door. Imports nothing of the
worker's: this package alone is installed beside a backend.
"""

from phone_verification.client import VerificationClient
from phone_verification.deliveries import DELIVERY_FACTS, DeliveryReason, DeliveryStatus
from phone_verification.errors import (
    IdempotencyConflictError,
    InvalidArgumentsError,
    NotAcceptedError,
    NotReadableError,
    VerificationClientError,
)
from phone_verification.kind_facts import KIND_FACTS
from phone_verification.kinds import Channel, ErrorKind, Fault, Operation, Outcome, PollState, Service
from phone_verification.messages import SUCCESS_MESSAGES
from phone_verification.port import Client
from phone_verification.results import Result, RunStatus
from phone_verification.sealed_arguments import seal_check, seal_message, seal_send
from phone_verification.task_ids import new_task_id

__all__ = [
    "DELIVERY_FACTS",
    "KIND_FACTS",
    "SUCCESS_MESSAGES",
    "Channel",
    "Client",
    "DeliveryReason",
    "DeliveryStatus",
    "ErrorKind",
    "Fault",
    "IdempotencyConflictError",
    "InvalidArgumentsError",
    "NotAcceptedError",
    "NotReadableError",
    "Operation",
    "Outcome",
    "PollState",
    "Result",
    "RunStatus",
    "Service",
    "VerificationClient",
    "VerificationClientError",
    "new_task_id",
    "seal_check",
    "seal_message",
    "seal_send",
]

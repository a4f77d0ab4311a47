"""The queue of the tasks that ours is measured against; known without importing their app."""

from typing import Final

QUEUE: Final = "benchmark"

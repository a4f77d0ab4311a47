"""What a run costs, beside a task that does nothing and one that everybody would write: README.md."""

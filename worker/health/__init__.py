"""Whether a worker works: told by the worker itself, asked by whatever supervises it.

    heartbeat.py ──signs──► verdict.py ──complaint──► pulse.py ──file──► probe.py (`python -m worker health`)

A worker that only seems to live answers Celery's `inspect ping`, and one whose broker is down does not: a
supervisor that asks so leaves the first alone and kills the second. Here a thread of its own looks at what
the worker does and writes it into a file, whatever becomes of the broker.
"""

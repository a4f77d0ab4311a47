"""What the gateway raises inside itself; none of it leaves the port."""


class NotWrittenError(Exception):
    """The guard said no just before the first byte: nothing left."""

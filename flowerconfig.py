"""Flower's settings, which it reads from the folder it is started in.

Flower shows tasks to whoever can reach it and lets them be revoked, so it is reached from this machine alone,
and elsewhere only with a password. `FLOWER_…` variables and the command line say more:
https://flower.readthedocs.io/en/latest/config.html
"""

from tornado.options import options

_HERE = ("127.0.0.1", "::1", "localhost")

address = options.address or _HERE[0]
if address not in _HERE and not (options.basic_auth or options.auth):
    raise SystemExit(
        f"Flower would be open to everybody who reaches {address}: "
        "set FLOWER_BASIC_AUTH=user:password, or listen on 127.0.0.1."
    )

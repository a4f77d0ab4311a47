"""The paths of Programmable Messaging: https://www.twilio.com/docs/messaging/api/message-resource."""

from simulator.messages import create, read
from simulator.routing import Endpoint, route

_MESSAGES = "/2010-04-01/Accounts/{account}/Messages"
ROUTES = (
    route("POST", _MESSAGES + ".json", Endpoint.MESSAGE, create.create, takes_test_credentials=True),
    route("GET", _MESSAGES + ".json", Endpoint.MESSAGES, read.list_messages),
    route("GET", _MESSAGES + "/{key}.json", Endpoint.MESSAGE_FETCH, read.fetch),
)

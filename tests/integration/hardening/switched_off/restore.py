"""The worker that restores the messages of a killed one when kombu thinks it is time."""

from worker.celery import app

app.conf.broker_transport_options = {
    name: value
    for name, value in app.conf.broker_transport_options.items()
    if not name.startswith("unacked_")
}

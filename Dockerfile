# The worker, Flower and the commands: one image, and what is started is the last argument.
# The second target, `simulator`, is the same with a stand-in for Twilio beside it; only demos build it.

FROM python:3.13-slim AS build
COPY locks/worker.txt /locks/worker.txt
# Without bytecode: most of what is installed is never imported.
RUN python -m venv --without-pip /venv \
 && python -m pip --python /venv install --quiet --no-cache-dir --no-compile --disable-pip-version-check \
    --require-hashes --no-deps -r /locks/worker.txt
# The names of places, operators and time zones behind phone numbers, and tests: nothing here asks for them.
RUN cd /venv/lib/python3.13/site-packages \
 && rm -r phonenumbers/geodata phonenumbers/carrierdata phonenumbers/tzdata tornado/test sqlalchemy/testing
WORKDIR /srv
COPY celeryconfig.py flowerconfig.py ./
COPY gateway gateway
COPY models models
COPY phone_verification phone_verification
COPY tasks tasks
COPY worker worker
COPY deploy/image/compile.py /build/
RUN PYTHONPATH=/srv /venv/bin/python /build/compile.py

FROM python:3.13-slim AS base
LABEL org.opencontainers.image.title="phone-verification worker" \
      org.opencontainers.image.licenses="MIT"
# What a worker writes lies in /tmp alone, so the rest may be mounted read-only.
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HEALTH_FILE=/tmp/worker-health.json
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin worker
WORKDIR /srv
COPY --from=build /venv /venv
COPY --from=build /srv /srv
# By number: Kubernetes' runAsNonRoot cannot judge a name.
USER 10001
# Celery's warm shutdown. No shell stands in between, which would keep the signal to itself.
STOPSIGNAL SIGTERM

FROM base AS simulator
COPY simulator simulator
CMD ["python", "-m", "simulator", "--host", "0.0.0.0", "--side-door-port", "8090"]

FROM base AS worker
# Asks the worker's own file: a broker or a database that is away is no reason to end a worker.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-m", "worker", "health"]
CMD ["celery", "-A", "worker", "worker", "--without-gossip", "--without-mingle"]

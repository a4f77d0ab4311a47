# The worker, Flower and the commands: one image. What is started is the last argument.
FROM python:3.13-slim AS build
COPY locks/worker.txt /locks/worker.txt
RUN python -m venv /venv \
 && /venv/bin/pip install --quiet --no-cache-dir --disable-pip-version-check --require-hashes --no-deps -r /locks/worker.txt

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --no-create-home --shell /usr/sbin/nologin worker
WORKDIR /srv
COPY --from=build /venv /venv
COPY celeryconfig.py flowerconfig.py ./
COPY gateway gateway
COPY models models
COPY phone_verification phone_verification
COPY tasks tasks
COPY worker worker
USER worker
STOPSIGNAL SIGTERM
# No shell in between: it would keep the signal to itself.
CMD ["celery", "-A", "worker", "worker", "--without-gossip", "--without-mingle"]

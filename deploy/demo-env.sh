#!/bin/sh
# Writes a .env for docker-compose.yml to standard output: fresh passwords and keys, and in place of a Twilio
# account that of the simulator, which is fixed and public (python -m simulator --help). `make env` calls it.
set -eu

random() { head -c "$1" /dev/urandom | base64 | tr -d '\n'; }
password() { random 24 | tr '+/' '-_'; }
id=k$(date -u +%Y%m%d)

cat <<ENV
# The stand-in's account. With one of your own: put its values here, and leave TWILIO_BASE_URL out.
TWILIO_ACCOUNT_SID=AC00000000000000000000000000000001
TWILIO_AUTH_TOKEN=simulator-auth-token
TWILIO_VERIFY_SERVICE_SID=VA00000000000000000000000000000001
TWILIO_MESSAGING_SERVICE_SID=MG00000000000000000000000000000001
TWILIO_BASE_URL=http://simulator:8089

# docs/keys.md
HMAC_KEYS=$id:$(random 32)
SEAL_KEYS=$id:$(random 32)

REDIS_PASSWORD=$(password)
POSTGRES_PASSWORD=$(password)
FLOWER_BASIC_AUTH=operator:$(password)
ENV

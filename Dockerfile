# One image for the migration, the agency services and the gateway; the command says which one runs.
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1
WORKDIR /srv/victim-journey

# Wheels only: nothing is compiled, so the image needs no compiler.
COPY requirements/runtime.txt requirements/
RUN python -m pip install --no-cache-dir --only-binary :all: --require-hashes -r requirements/runtime.txt

COPY shared shared
COPY services services
COPY gateway gateway
COPY migrations migrations
# Compiled here, because the running container may not write.
RUN python -m compileall -q shared services gateway migrations

# A number, so that an orchestrator can see that it is not root.
USER 10001:10001
EXPOSE 8000
CMD ["python", "-m", "uvicorn", "gateway.app:app", "--host", "0.0.0.0", "--port", "8000"]

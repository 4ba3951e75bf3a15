# One image for the migration, the agency services and the gateway; the command says which one runs.
# Its heart is compiled where there is a compiler, and only the folder of the code goes on.
FROM python:3.12 AS compiled

WORKDIR /srv/victim-journey

COPY requirements/compiled.txt requirements/
RUN python -m pip install --no-cache-dir --only-binary :all: --require-hashes -r requirements/compiled.txt

COPY pyproject.toml .
COPY compile_heart.py .
COPY shared shared
COPY services services
COPY gateway gateway
COPY migrations migrations
RUN python compile_heart.py
# The rest is compiled to bytecode here, because the running container may not write.
RUN python -m compileall -q shared services gateway migrations

FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1
WORKDIR /srv/victim-journey

# Wheels only, so that nothing of others has to be compiled.
COPY requirements/runtime.txt requirements/
RUN python -m pip install --no-cache-dir --only-binary :all: --require-hashes -r requirements/runtime.txt

COPY --from=compiled /srv/victim-journey .

# A number, so that an orchestrator can see that it is not root.
USER 10001:10001
EXPOSE 8000
CMD ["python", "-m", "uvicorn", "gateway.app:app", "--host", "0.0.0.0", "--port", "8000"]

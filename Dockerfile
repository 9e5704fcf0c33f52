# The service for production: `regulars serve` on a PostgreSQL of your own; settings come from the
# environment (README). Run `regulars migrate` from the same image before a new version serves.
# Dependencies are pinned by their digests in requirements.lock.

FROM python:3.13-slim AS build
WORKDIR /build
RUN python -m venv /opt/regulars
COPY requirements.lock ./
RUN /opt/regulars/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock
COPY requirements-build.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements-build.lock
COPY pyproject.toml README.md LICENSE ./
COPY service service
COPY sql sql
RUN pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheels . \
  && /opt/regulars/bin/pip install --no-cache-dir --no-deps --no-index /wheels/*.whl

FROM python:3.13-slim
COPY --from=build /opt/regulars /opt/regulars
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin regulars
USER 10001
ENV PATH=/opt/regulars/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
  REGULARS_HOST=0.0.0.0 REGULARS_PORT=8000 REGULARS_PRODUCTION=true
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['REGULARS_PORT'] + '/health/live', timeout=2)"]
ENTRYPOINT ["regulars"]
CMD ["serve"]

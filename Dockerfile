# khabar in one image: `docker build -t khabar .`, then see docker-compose.yml.
FROM python:3.11-slim-bookworm AS build
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN pip install "uv==0.13.9"
WORKDIR /src
RUN python -m venv /opt/khabar
COPY pyproject.toml constraints.txt ./
# The pinned, hashed versions first: this layer changes only with them.
RUN uv pip install --python /opt/khabar/bin/python --constraints constraints.txt --requirements pyproject.toml
COPY README.md LICENSE NOTICE ./
COPY schemas schemas
COPY pipeline pipeline
COPY agents agents
RUN uv pip install --python /opt/khabar/bin/python --no-deps .

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="khabar" \
      org.opencontainers.image.description="News feeds in, linked events with evidence out" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin khabar \
    && install -d -o khabar -g khabar /var/lib/khabar
COPY --from=build /opt/khabar /opt/khabar
ENV PATH=/opt/khabar/bin:$PATH PYTHONUNBUFFERED=1 KHABAR_STATE_DIR=/var/lib/khabar KHABAR_LOG_FORMAT=json
USER 10001:10001
WORKDIR /var/lib/khabar
VOLUME /var/lib/khabar
STOPSIGNAL SIGTERM
ENTRYPOINT ["khabar"]
CMD ["worker"]

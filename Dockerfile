# dupcheck in a container: docker build -t dupcheck . ; docker run --rm -v "$PWD:/data" dupcheck audit catalog.csv
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY dupcheck dupcheck
COPY rules rules
COPY sample_catalog sample_catalog
# Compiled here: nobody can write there later, and a command starts in half the time.
RUN python -m venv /opt/dupcheck && /opt/dupcheck/bin/pip install --no-cache-dir '.[serve]'

FROM python:3.13-slim
COPY --from=build /opt/dupcheck /opt/dupcheck
# What is kept lies in the volume: mount /data where your catalogue is, and run as yourself with --user "$(id -u):$(id -g)".
ENV PATH=/opt/dupcheck/bin:$PATH DUPCHECK_CACHE=/data/.dupcheck/cache DUPCHECK_LEDGER=/data/.dupcheck/ledger.sqlite
RUN useradd --create-home seller && mkdir /data && chown seller /data
USER seller
WORKDIR /data
ENTRYPOINT ["dupcheck"]

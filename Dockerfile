# check=error=true
#
# Two images: `standalone` (the default) brings the embedded ClickHouse engine
# and needs nothing beside it; `service` is smaller and expects a ClickHouse of
# one's own in HAOCHAPING_CLICKHOUSE_ADDRESS.

FROM node:20-bookworm AS assets
ENV npm_config_cache=/var/cache/npm
WORKDIR /src
COPY Makefile package.json package-lock.json .npmrc ./
COPY scripts/ scripts/
RUN --mount=type=cache,target=/var/cache/npm make deps
COPY . .
RUN make assets

FROM golang:1.26-bookworm AS binary
ENV GOCACHE=/var/cache/go-build
WORKDIR /src
COPY . .
COPY --from=assets /src/dashboard/assets/dist/ dashboard/assets/dist/
COPY --from=assets /src/collector/kiosk/dist/ collector/kiosk/dist/
COPY --from=assets /src/directory/naming/dist/ directory/naming/dist/
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/var/cache/go-build make binary

FROM debian:bookworm-slim AS service
COPY --from=binary /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=binary /usr/local/go/lib/time/zoneinfo.zip /usr/share/haochaping/zoneinfo.zip
COPY --from=binary /src/LICENSE /usr/share/haochaping/LICENSE
COPY --from=binary /src/bin/haochaping /usr/bin/haochaping
RUN install -d -o 10001 -g 10001 -m 0700 /data
ENV ZONEINFO=/usr/share/haochaping/zoneinfo.zip \
    HAOCHAPING_LISTEN=:8080 \
    HAOCHAPING_DATA_DIR=/data
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["haochaping", "healthcheck"]
ENTRYPOINT ["haochaping"]
CMD ["serve"]

FROM service AS standalone
COPY --from=assets /src/node_modules/@chdb/lib-linux-*/libchdb.so /usr/lib/haochaping/libchdb.so
ENV HAOCHAPING_ENGINE_LIBRARY=/usr/lib/haochaping/libchdb.so

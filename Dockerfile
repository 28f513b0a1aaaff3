# docker build --build-arg VERSION=0.1.0 --build-arg REVISION="$(git rev-parse HEAD)" -t botpenguin_exporter .
#
# Needs BuildKit, Docker's default since version 23. The same sources, arguments and
# SOURCE_DATE_EPOCH (a Unix timestamp, such as that of the commit) give the same program.

FROM --platform=$BUILDPLATFORM golang:1.26.8 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ARG VERSION=unknown
ARG REVISION=unknown
ARG TARGETOS
ARG TARGETARCH
ARG SOURCE_DATE_EPOCH
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
      CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -ldflags "-s -w \
      -X github.com/prometheus/common/version.Version=$VERSION \
      -X github.com/prometheus/common/version.Revision=$REVISION \
      -X github.com/prometheus/common/version.Branch=image \
      -X github.com/prometheus/common/version.BuildDate=$(date -u -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}" +%Y%m%d-%H:%M:%S)" \
      -o /botpenguin_exporter .

# Only the program, its license and those of what is linked into it, and CA certificates for
# TLS. Time zones are embedded in the program.
FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /src/LICENSE /LICENSE
COPY --from=build /src/THIRD_PARTY_LICENSES /THIRD_PARTY_LICENSES
COPY --from=build /botpenguin_exporter /botpenguin_exporter

ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="botpenguin_exporter" \
      org.opencontainers.image.description="Prometheus exporter for the BotPenguin inbox" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="https://github.com/botpenguin-exporter/botpenguin_exporter"

# The user nobody, as a number for Kubernetes' runAsNonRoot.
USER 65534:65534
EXPOSE 10893
HEALTHCHECK --interval=15s --timeout=6s --start-period=5s CMD ["/botpenguin_exporter", "healthcheck"]
ENTRYPOINT ["/botpenguin_exporter"]

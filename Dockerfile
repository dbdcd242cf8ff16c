# syntax=docker/dockerfile:1
#
# A small image without a shell: the executable, the C library, and two writable directories. Run it with a read-only
# root and without capabilities, and keep its memory out of core dumps and swap (see docs/containers.md):
#
#     docker build -t anonymous-chat .
#     docker run --read-only --cap-drop=ALL --security-opt=no-new-privileges --ulimit core=0 -p 8000:8000 -p 8000:8000/udp \
#       -v anonymous-chat-data:/data -v anonymous-chat-logs:/logs anonymous-chat --operator=...
#
# The build reads the commit from git, so keep .git in the build context.

FROM node:22-bookworm AS build
WORKDIR /source
COPY . .
RUN npx -y deno@2.9.6 task compile
# Only their owner, the user that runs the program, can read them. New volumes inherit that.
RUN mkdir /writable && mkdir -m 0700 /writable/data /writable/logs

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build --chown=65532:65532 /writable/ /
COPY --from=build /source/anonymous-chat /anonymous-chat
ENV DATA_DIR=/data LOG_DIR=/logs
# The C library overwrites memory that the program has freed, because it may contain addresses.
ENV GLIBC_TUNABLES=glibc.malloc.perturb=165:glibc.malloc.tcache_count=0
USER 65532:65532
VOLUME ["/data", "/logs"]
# Video calls use the same port by UDP.
EXPOSE 8000 8000/udp
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["/anonymous-chat", "health"]
ENTRYPOINT ["/anonymous-chat"]

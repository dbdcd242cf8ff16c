# syntax=docker/dockerfile:1
#
# A small image without a shell: the executable, its page, the C library, and two folders to write to. Run it with a
# read-only root, without capabilities, and with nothing in a core dump or in swap (docs/operating.md says how):
#
#     docker build -t anonymous-chat .
#     docker run --read-only --cap-drop=ALL --security-opt=no-new-privileges --ulimit core=0 -p 8000:8000 \
#       -v anonymous-chat-data:/data -v anonymous-chat-logs:/logs anonymous-chat --operator=...
#
# The commit that the image is built of is told by git: keep .git in the context.

FROM node:22-bookworm AS build
WORKDIR /source
COPY . .
RUN npx -y deno@2.9.6 task compile
# Readable by their owner alone, as whom the program runs; new volumes take that over.
RUN mkdir /writable && mkdir -m 0700 /writable/data /writable/logs

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build --chown=65532:65532 /writable/ /
COPY --from=build /source/anonymous-chat /anonymous-chat
ENV DATA_DIR=/data LOG_DIR=/logs
USER 65532:65532
VOLUME ["/data", "/logs"]
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["/anonymous-chat", "health"]
ENTRYPOINT ["/anonymous-chat"]

/*
 * The floor: the cost of relaying with nothing but system calls. One thread, epoll, no library.
 *
 *   handshake       the response to one fixed key, the one that the generator sends
 *   partners        the first two connections, the next two, ...; each is told
 *   frames          header read, payload unmasked into one buffer, one write for all frames of one read
 *
 *   TLS             OpenSSL, if it is compiled with -DTLS: relay_floor CERTIFICATE KEY
 *
 * It has no limits, timeouts or checks, and drops a connection that cannot take a whole write. It is not usable as a
 * service. A real server costs more than this, and the difference is the cost of its program.
 */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef TLS
#include <openssl/ssl.h>
#endif

enum { BUFFER_BYTES = 65536, EVENTS = 256 };

/* RFC 6455 section 1.3: the key of its example, and the response of a server. */
static const char KEY[] = "dGhlIHNhbXBsZSBub25jZQ==";
static const char ANSWER[] =
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
  "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

/* A text frame. */
static const char PAIRED[] = "\x81\x06paired";

typedef struct Peer {
  int fd;
  int open;             /* the handshake is over */
  struct Peer *partner; /* NULL while alone */
  uint8_t *rest;        /* the beginning of an incomplete frame, or NULL */
  size_t rest_bytes;
#ifdef TLS
  SSL *tls;
#endif
} Peer;

static Peer *waiting;
static int epoll;
static uint8_t in[BUFFER_BYTES], out[BUFFER_BYTES];

#ifdef TLS
static SSL_CTX *context;

static void prepare(char **files) {
  context = SSL_CTX_new(TLS_server_method());
  if (SSL_CTX_use_certificate_chain_file(context, files[1]) != 1) exit(1);
  if (SSL_CTX_use_PrivateKey_file(context, files[2], SSL_FILETYPE_PEM) != 1) exit(1);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
}

static void begin_tls(Peer *peer) {
  peer->tls = SSL_new(context);
  SSL_set_fd(peer->tls, peer->fd);
  SSL_set_accept_state(peer->tls);
}

/* Both work like the system calls. The first read includes the handshake. */
static ssize_t peer_read(Peer *peer, void *to, size_t bytes) {
  int got = SSL_read(peer->tls, to, bytes);
  if (got > 0) return got;
  errno = EAGAIN;
  return SSL_get_error(peer->tls, got) == SSL_ERROR_WANT_READ ? -1 : 0;
}

static ssize_t peer_write(Peer *peer, const void *from, size_t bytes) {
  return SSL_write(peer->tls, from, bytes);
}

static void end_tls(Peer *peer) {
  SSL_free(peer->tls);
}
#else
static void prepare(char **files) { (void)files; }
static void begin_tls(Peer *peer) { (void)peer; }
static void end_tls(Peer *peer) { (void)peer; }

static ssize_t peer_read(Peer *peer, void *to, size_t bytes) {
  return read(peer->fd, to, bytes);
}

static ssize_t peer_write(Peer *peer, const void *from, size_t bytes) {
  return write(peer->fd, from, bytes);
}
#endif

static void drop(Peer *peer) {
  if (waiting == peer) waiting = NULL;
  if (peer->partner) peer->partner->partner = NULL;
  end_tls(peer);
  close(peer->fd);
  free(peer->rest);
  free(peer);
}

static int tell_paired(Peer *peer) {
  return peer_write(peer, PAIRED, sizeof PAIRED - 1) == sizeof PAIRED - 1;
}

/* Returns 0 if the peer could not be told. If its partner could not, the partner's next read ends it. */
static int pair(Peer *peer) {
  if (!waiting) {
    waiting = peer;
    return 1;
  }
  peer->partner = waiting;
  waiting->partner = peer;
  waiting = NULL;
  tell_paired(peer->partner);
  return tell_paired(peer);
}

/* On loopback a handshake arrives in one piece. Returns 0 unless it is the generator's. */
static int shake_hands(Peer *peer, size_t bytes) {
  if (!memmem(in, bytes, KEY, sizeof KEY - 1)) return 0;
  peer->open = 1;
  return peer_write(peer, ANSWER, sizeof ANSWER - 1) == sizeof ANSWER - 1 && pair(peer);
}

/* Keeps the rest of the input until more arrives. */
static void keep(Peer *peer, size_t from, size_t to) {
  free(peer->rest);
  peer->rest = NULL;
  peer->rest_bytes = to - from;
  if (from == to) return;
  peer->rest = malloc(to - from);
  memcpy(peer->rest, in + from, to - from);
}

/* Unmasks all complete frames before a close frame. Returns the offset of the first frame that is not complete. */
static size_t unmask_frames(size_t bytes, size_t *out_bytes, int *closing) {
  size_t at = 0;
  for (;;) {
    if (bytes - at < 8) return at;
    if ((*closing = (in[at] & 15) == 8)) return at;
    size_t length = in[at + 1] & 127, head = 2;
    if (length == 126) length = in[at + 2] << 8 | in[at + 3], head = 4;
    if (bytes - at < head + 4 + length) return at;
    memcpy(out + *out_bytes, in + at, head);
    out[*out_bytes + 1] &= 127;
    const uint8_t *mask = in + at + head, *from = mask + 4;
    uint8_t *to = out + *out_bytes + head;
    for (size_t i = 0; i < length; i++) to[i] = from[i] ^ mask[i & 3];
    *out_bytes += head + length;
    at += head + 4 + length;
  }
}

/* Returns 0 when the connection has ended. */
static int receive(Peer *peer) {
  if (peer->rest) memcpy(in, peer->rest, peer->rest_bytes);
  ssize_t got = peer_read(peer, in + peer->rest_bytes, BUFFER_BYTES - peer->rest_bytes);
  if (got <= 0) return got < 0 && errno == EAGAIN;
  size_t bytes = peer->rest_bytes + got, out_bytes = 0;
  int closing = 0;
  if (!peer->open) return shake_hands(peer, bytes);
  keep(peer, unmask_frames(bytes, &out_bytes, &closing), bytes);
  if (out_bytes == 0 || !peer->partner) return !closing;
  return peer_write(peer->partner, out, out_bytes) == (ssize_t)out_bytes && !closing;
}

static void watch(int fd, void *data) {
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = data };
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static void accept_one(int listener) {
  int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK), on = 1;
  if (fd < 0) return;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  Peer *peer = calloc(1, sizeof *peer);
  peer->fd = fd;
  begin_tls(peer);
  watch(fd, peer);
}

static int listen_somewhere(void) {
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  socklen_t size = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(fd, (void *)&address, size) || listen(fd, 4096)) exit(1);
  getsockname(fd, (void *)&address, &size);
  printf("listening %d\n", ntohs(address.sin_port));
  fflush(stdout);
  return fd;
}

int main(int argc, char **argv) {
  (void)argc;
  prepare(argv);
  struct epoll_event events[EVENTS];
  epoll = epoll_create1(0);
  int listener = listen_somewhere();
  watch(listener, NULL);
  for (;;) {
    int count = epoll_wait(epoll, events, EVENTS, -1);
    for (int i = 0; i < count; i++) {
      Peer *peer = events[i].data.ptr;
      if (!peer) accept_one(listener);
      else if (!receive(peer)) drop(peer);
    }
  }
}

/*
 * The media of many calls by UDP, as cheap as possible: one thread, epoll, one buffer. The allocations were made before
 * by another process, from the same local addresses and ports (call_setup.ts).
 *
 *   datagram_load paced   PORT PID WARMUP PERIODS BYTES RATE     RATE packets a second, from all sockets in turn
 *   datagram_load closed  PORT PID WARMUP PERIODS BYTES WINDOW   WINDOW packets in flight, each followed by another
 *   datagram_load garbage PORT PID WARMUP PERIODS BYTES RATE     random bytes from a socket without an allocation
 *
 * BYTES may be "mix": what a call of 1.2 Mbit/s sends, five packets of 1,200 bytes for every two of 160. Standard input
 * has one line for each socket: its address and port, the channel (0 for Send indications), and the relayed address and
 * port of its partner, which is the socket of the line before or after.
 *
 * Each packet ends with the number of its socket and the time. A packet that arrives at any socket but the partner's is
 * a fault. After WARMUP seconds, PERIODS periods of half a second are measured, and each is reported in one line. The
 * processor time is that of process PID. On a busy machine PID and the generator wait for their cores. How long they
 * did is reported as well, and tells which periods to use.
 */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_SOCKETS = 4096, PACKET_BYTES = 2048, EVENTS = 256, MAX_TIMES = 1 << 22, LARGE = 1200, SMALL = 160 };
enum { RECEIVE_BUFFER = 4 << 20, STAMP_BYTES = 12, PATTERN = 7, LARGE_OF_PATTERN = 5 };

#define MAGIC_COOKIE 0x2112a442u
static const double PERIOD = 0.5, STALL = 0.02; /* nothing has arrived for so long: the packets in flight are lost */

typedef struct {
  int fd;
  unsigned channel;
  struct in_addr peer;
  unsigned peer_port;
  unsigned sent;
} Client;

static Client clients[MAX_SOCKETS];
static unsigned count, mixed, bytes, next;
static uint64_t sent, received, faults;
static uint32_t times[MAX_TIMES]; /* microseconds of each packet's way */
static uint32_t timed;
static int measures;
static uint8_t in[PACKET_BYTES], out[PACKET_BYTES];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void put16(uint8_t *at, unsigned value) { at[0] = value >> 8, at[1] = value; }
static void put32(uint8_t *at, uint32_t value) { put16(at, value >> 16), put16(at + 2, value); }
static unsigned get16(const uint8_t *at) { return at[0] << 8 | at[1]; }

/* User and system time of a process, in milliseconds. */
static double cpu_time(const char *pid) {
  char path[64], line[1024];
  snprintf(path, sizeof path, "/proc/%s/stat", pid);
  FILE *file = fopen(path, "r");
  if (!file) return 0;
  size_t length = fread(line, 1, sizeof line - 1, file);
  fclose(file);
  line[length] = 0;
  unsigned long user = 0, system = 0;
  char *rest = strrchr(line, ')');
  if (rest) sscanf(rest + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
  return (user + system) * 1000.0 / sysconf(_SC_CLK_TCK);
}

/* How long the threads of a process have waited for a core, in milliseconds (proc(5), schedstat). */
static double waiting_time(const char *pid) {
  char path[320];
  double sum = 0;
  snprintf(path, sizeof path, "/proc/%s/task", pid);
  DIR *tasks = opendir(path);
  for (struct dirent *task; tasks && (task = readdir(tasks));) {
    snprintf(path, sizeof path, "/proc/%s/task/%s/schedstat", pid, task->d_name);
    FILE *file = *task->d_name == '.' ? NULL : fopen(path, "r");
    double nanoseconds = 0;
    if (file && fscanf(file, "%*f %lf", &nanoseconds) == 1) sum += nanoseconds / 1e6;
    if (file) fclose(file);
  }
  if (tasks) closedir(tasks);
  return sum;
}

static int open_socket(const char *address, unsigned port, unsigned server_port) {
  struct sockaddr_in local = { .sin_family = AF_INET, .sin_port = htons(port) }, server = local;
  inet_aton(address, &local.sin_addr);
  server.sin_port = htons(server_port);
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), size = RECEIVE_BUFFER;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
  if (fd < 0 || bind(fd, (void *)&local, sizeof local) || connect(fd, (void *)&server, sizeof server)) {
    perror("socket");
    exit(1);
  }
  return fd;
}

static void read_clients(unsigned server_port) {
  char address[64], peer[64];
  unsigned port, channel, peer_port;
  while (count < MAX_SOCKETS && scanf("%63s %u %u %63s %u", address, &port, &channel, peer, &peer_port) == 5) {
    Client *client = &clients[count++];
    client->fd = open_socket(address, port, server_port);
    client->channel = channel;
    client->peer_port = peer_port;
    inet_aton(peer, &client->peer);
  }
}

/* The head of ChannelData or of a Send indication. Returns its length. */
static unsigned write_head(const Client *client, unsigned length) {
  if (client->channel) {
    put16(out, client->channel), put16(out + 2, length);
    return 4;
  }
  put16(out, 0x0016), put16(out + 2, 12 + 4 + length), put32(out + 4, MAGIC_COOKIE);
  put16(out + 20, 0x0012), put16(out + 22, 8), put16(out + 24, 1);
  put16(out + 26, client->peer_port ^ MAGIC_COOKIE >> 16);
  put32(out + 28, ntohl(client->peer.s_addr) ^ MAGIC_COOKIE);
  put16(out + 32, 0x0013), put16(out + 34, length);
  return 36;
}

static void send_from(unsigned index) {
  Client *client = &clients[index];
  unsigned length = mixed ? client->sent % PATTERN < LARGE_OF_PATTERN ? LARGE : SMALL : bytes;
  unsigned head = write_head(client, length);
  double time = now();
  uint8_t *stamp = out + head + length - STAMP_BYTES;
  put32(stamp, index);
  memcpy(stamp + 4, &time, sizeof time);
  client->sent++;
  if (send(client->fd, out, head + length, 0) > 0) sent++;
}

static void send_next(void) {
  send_from(next);
  next = (next + 1) % count;
}

/* The data in a received packet, or NULL. */
static const uint8_t *data_of(unsigned length, unsigned *data_bytes) {
  if (length >= 4 && in[0] >= 0x40) return *data_bytes = get16(in + 2), in + 4;
  if (length < 20 || get16(in) != 0x0017) return NULL;
  for (unsigned at = 20; at + 4 <= length; at += 4 + ((get16(in + at + 2) + 3) & ~3)) {
    if (get16(in + at) == 0x0013) return *data_bytes = get16(in + at + 2), in + at + 4;
  }
  return NULL;
}

/* Returns 0 when nothing is waiting. */
static int receive_at(unsigned index) {
  ssize_t length = recv(clients[index].fd, in, sizeof in, 0);
  if (length < 0) return errno == ECONNREFUSED;
  unsigned data_bytes = 0;
  const uint8_t *data = data_of(length, &data_bytes);
  if (!data || data_bytes < STAMP_BYTES) return 1; /* A message of the server. */
  const uint8_t *stamp = data + data_bytes - STAMP_BYTES;
  unsigned from = get16(stamp) << 16 | get16(stamp + 2);
  double time;
  memcpy(&time, stamp + 4, sizeof time);
  received++;
  if (from != (index ^ 1)) faults++;
  if (measures && timed < MAX_TIMES) times[timed++] = (now() - time) * 1e6;
  return 1;
}

static int compare(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

static double quantile(double q) { return timed ? times[(uint32_t)((timed - 1) * q)] / 1e3 : 0; }

/* Receives what has arrived, and waits for it until a moment. Returns how many packets there were. */
static uint64_t receive_until(int epoll, double until) {
  struct epoll_event events[EVENTS];
  uint64_t before = received;
  double wait = until - now();
  struct timespec timeout = { .tv_nsec = wait > 0 ? (long)(wait * 1e9) : 0 };
  int ready = epoll_pwait2(epoll, events, EVENTS, &timeout, NULL);
  for (int i = 0; i < ready; i++) while (receive_at(events[i].data.u32));
  return received - before;
}

static void paced(int epoll, double rate, double seconds) {
  double start = now(), end = start + seconds;
  uint64_t due = 0;
  for (double time = start; time < end; time = now()) {
    for (; due < (time - start) * rate; due++) send_next();
    receive_until(epoll, start + due / rate);
  }
}

static void closed(int epoll, double window, double seconds) {
  double end = now() + seconds, arrived = 0;
  while (now() < end) {
    if (now() - arrived > STALL) {
      for (int i = 0; i < window; i++) send_next();
      arrived = now();
    }
    uint64_t got = receive_until(epoll, now() + STALL / 4);
    if (got) arrived = now();
    while (got--) send_next();
  }
}

static void garbage(double rate, double seconds) {
  double start = now(), end = start + seconds;
  for (double time = start; time < end; time = now()) {
    for (; sent < (time - start) * rate && now() < end;) {
      for (unsigned at = 0; at < 32; at += 4) put32(out + at, random());
      if (send(clients[0].fd, out, bytes, 0) > 0 || errno == ECONNREFUSED) sent++;
    }
    usleep(50);
  }
}

static void run(const char *mode, int epoll, double value, double seconds) {
  if (*mode == 'g') garbage(value, seconds);
  else if (*mode == 'c') closed(epoll, value, seconds);
  else paced(epoll, value, seconds);
}

static void measure(const char *mode, int epoll, double value, const char *pid) {
  while (receive_until(epoll, now() + 0.05));
  sent = received = faults = timed = 0;
  double start = now(), cpu = cpu_time(pid), own_cpu = cpu_time("self");
  double wait = waiting_time(pid), own_wait = waiting_time("self");
  run(mode, epoll, value, PERIOD);
  double end = now();
  while (receive_until(epoll, now() + 0.05));
  cpu = cpu_time(pid) - cpu, own_cpu = cpu_time("self") - own_cpu;
  wait = waiting_time(pid) - wait, own_wait = waiting_time("self") - own_wait;
  qsort(times, timed, sizeof *times, compare);
  printf("{\"sent\":%llu,\"delivered\":%llu,\"faults\":%llu,\"seconds\":%.3f,\"cpuMs\":%.0f,\"generatorMs\":%.0f,"
    "\"p50\":%.3f,\"p99\":%.3f,\"longest\":%.3f,\"waitedMs\":%.1f}\n", (unsigned long long)sent,
    (unsigned long long)received, (unsigned long long)faults, end - start, cpu, own_cpu, quantile(0.5),
    quantile(0.99), quantile(1), wait + own_wait);
  fflush(stdout);
}

int main(int argc, char **args) {
  if (argc != 8) return 1;
  const char *mode = args[1];
  double warm_up = atof(args[4]), value = atof(args[7]);
  int periods = atoi(args[5]);
  mixed = !strcmp(args[6], "mix");
  bytes = mixed ? LARGE : atoi(args[6]);
  read_clients(atoi(args[2]));
  int epoll = epoll_create1(0);
  for (unsigned i = 0; i < count; i++) {
    struct epoll_event event = { .events = EPOLLIN, .data.u32 = i };
    epoll_ctl(epoll, EPOLL_CTL_ADD, clients[i].fd, &event);
  }
  run(mode, epoll, value, warm_up);
  measures = 1;
  for (int period = 0; period < periods; period++) measure(mode, epoll, value, args[3]);
  return 0;
}

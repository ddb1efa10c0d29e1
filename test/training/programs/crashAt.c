// Preloaded into a training run: ends the process with SIGKILL at its N-th write, rename, sync or truncation of a file
// below CRASH_FOLDER (CRASH_AT, 1-based), before the call is made; a write is made by half. With CRASH_AT=0 it only
// counts: at the end the number is written to CRASH_COUNT.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_int calls;

static const char* folder(void) { return getenv("CRASH_FOLDER"); }

static int is_below(const char* path) {
  const char* prefix = folder();
  return prefix && strncmp(path, prefix, strlen(prefix)) == 0;
}

static int is_watched(int descriptor) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof(link), "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof(path) - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return is_below(path);
}

// Whether this call is the one to die at.
static int is_last(void) {
  const char* at = getenv("CRASH_AT");
  int call = atomic_fetch_add(&calls, 1) + 1;
  return at && call == atoi(at);
}

static void die(void) { kill(getpid(), SIGKILL); }

__attribute__((destructor)) static void report(void) {
  const char* path = getenv("CRASH_COUNT");
  FILE* file = path ? fopen(path, "w") : NULL;
  if (!file) return;
  fprintf(file, "%d", atomic_load(&calls));
  fclose(file);
}

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t write(int descriptor, const void* data, size_t size) {
  REAL(write);
  if (is_watched(descriptor) && is_last()) {
    real(descriptor, data, size / 2);
    die();
  }
  return real(descriptor, data, size);
}

ssize_t pwrite64(int descriptor, const void* data, size_t size, off64_t offset) {
  REAL(pwrite64);
  if (is_watched(descriptor) && is_last()) {
    real(descriptor, data, size / 2, offset);
    die();
  }
  return real(descriptor, data, size, offset);
}

int fsync(int descriptor) {
  REAL(fsync);
  if (is_watched(descriptor) && is_last()) die();
  return real(descriptor);
}

int fdatasync(int descriptor) {
  REAL(fdatasync);
  if (is_watched(descriptor) && is_last()) die();
  return real(descriptor);
}

int ftruncate64(int descriptor, off64_t size) {
  REAL(ftruncate64);
  if (is_watched(descriptor) && is_last()) die();
  return real(descriptor, size);
}

int rename(const char* from, const char* to) {
  REAL(rename);
  if (is_below(to) && is_last()) die();
  return real(from, to);
}

int unlink(const char* path) {
  REAL(unlink);
  if (is_below(path) && is_last()) die();
  return real(path);
}

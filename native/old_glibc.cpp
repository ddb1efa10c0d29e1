// Note [Old glibc]
// A library linked on a new Linux asks for the newest version of every symbol, and so is refused on an older one though
// all that it calls is there. LibTorch and Node run from glibc 2.28 and GCC 8's libstdc++ on. For the addons to do so
// too, this file defines, for the addon alone, the few names whose newest version is younger, and passes on to the old
// version. scripts/package/checkLinking.mjs fails a package that asks for more.
#if defined(__linux__)
#include <cxxabi.h>
#include <dlfcn.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>

// The first version of glibc for a processor, which all old symbols have.
#if defined(__GLIBC__) && defined(__x86_64__)
#define KINETORCH_FIRST_GLIBC "GLIBC_2.2.5"
#elif defined(__GLIBC__) && defined(__aarch64__)
#define KINETORCH_FIRST_GLIBC "GLIBC_2.17"
#endif

#ifdef KINETORCH_FIRST_GLIBC
// `function` calls this version of `symbol`.
#define KINETORCH_IMPORT(function, symbol, version) __asm__(".symver " #function "," symbol "@" version)
// `function` is what the rest of the addon finds as `symbol`. (Its own name, because the headers declare the symbol
// visible, and the compiler takes some for its built-in functions.)
#define KINETORCH_DEFINE(symbol) __asm__(symbol) __attribute__((visibility("hidden")))

extern "C" {
double oldExp(double);
double oldLog(double);
int oldOnce(pthread_once_t*, void (*)());
void* oldOpen(const char*, int);
void* oldSymbol(void*, const char*);
int oldAddress(const void*, Dl_info*);
char* oldError();
void oldWait(std::condition_variable*, std::unique_lock<std::mutex>*);

double newExp(double x) KINETORCH_DEFINE("exp");
double newLog(double x) KINETORCH_DEFINE("log");
int newOnce(pthread_once_t* control, void (*routine)()) KINETORCH_DEFINE("pthread_once");
void* newOpen(const char* path, int mode) KINETORCH_DEFINE("dlopen");
void* newSymbol(void* library, const char* name) KINETORCH_DEFINE("dlsym");
int newAddress(const void* address, Dl_info* info) KINETORCH_DEFINE("dladdr");
char* newError() KINETORCH_DEFINE("dlerror");
int newStat(int file, struct stat* status) KINETORCH_DEFINE("fstat");
void newWait(std::condition_variable* condition, std::unique_lock<std::mutex>* lock)
    KINETORCH_DEFINE("_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE");
int newClockWait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock, const timespec* until)
    KINETORCH_DEFINE("pthread_cond_clockwait");
[[noreturn]] void newBadLength() KINETORCH_DEFINE("_ZSt28__throw_bad_array_new_lengthv");
extern char newSingleThreaded KINETORCH_DEFINE("__libc_single_threaded");
}

KINETORCH_IMPORT(oldExp, "exp", KINETORCH_FIRST_GLIBC);
KINETORCH_IMPORT(oldLog, "log", KINETORCH_FIRST_GLIBC);
KINETORCH_IMPORT(oldOnce, "pthread_once", KINETORCH_FIRST_GLIBC);
KINETORCH_IMPORT(oldOpen, "dlopen", KINETORCH_FIRST_GLIBC);
KINETORCH_IMPORT(oldSymbol, "dlsym", KINETORCH_FIRST_GLIBC);
KINETORCH_IMPORT(oldAddress, "dladdr", KINETORCH_FIRST_GLIBC);
KINETORCH_IMPORT(oldError, "dlerror", KINETORCH_FIRST_GLIBC);
KINETORCH_IMPORT(oldWait, "_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE", "GLIBCXX_3.4.11");

double newExp(double x) { return oldExp(x); }
double newLog(double x) { return oldLog(x); }
int newOnce(pthread_once_t* control, void (*routine)()) { return oldOnce(control, routine); }
void* newOpen(const char* path, int mode) { return oldOpen(path, mode); }
void* newSymbol(void* library, const char* name) { return oldSymbol(library, name); }
int newAddress(const void* address, Dl_info* info) { return oldAddress(address, info); }
char* newError() { return oldError(); }
void newWait(std::condition_variable* condition, std::unique_lock<std::mutex>* lock) { oldWait(condition, lock); }

// What GCC 11's std::allocator throws by, of what the language itself throws.
void newBadLength() { __cxxabiv1::__cxa_throw_bad_array_new_length(); }

// glibc 2.33 made a function of what had been inlined.
int newStat(int file, struct stat* status) { return static_cast<int>(syscall(SYS_fstat, file, status)); }

// libstdc++'s shared_ptr counts without atomics where this says that there is one thread. LibTorch has many anyway.
char newSingleThreaded = 0;

// Waits for a point of the steady clock. Before 2.30 there is only the wall clock, which may be set meanwhile.
int newClockWait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock, const timespec* until) {
  using ClockWait = int (*)(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*);
  static const auto glibcs = reinterpret_cast<ClockWait>(oldSymbol(RTLD_DEFAULT, "pthread_cond_clockwait"));
  if (glibcs != nullptr) return glibcs(condition, mutex, clock, until);
  timespec now{};
  timespec wall{};
  clock_gettime(clock, &now);
  clock_gettime(CLOCK_REALTIME, &wall);
  constexpr long kSecond = 1000000000;
  const long nanoseconds = wall.tv_nsec + until->tv_nsec - now.tv_nsec;  // of (-1 s, 2 s)
  const long carried = nanoseconds < 0 ? -1 : nanoseconds / kSecond;
  wall.tv_sec += until->tv_sec - now.tv_sec + carried;
  wall.tv_nsec = nanoseconds - carried * kSecond;
  return pthread_cond_timedwait(condition, mutex, &wall);
}
#endif
#endif

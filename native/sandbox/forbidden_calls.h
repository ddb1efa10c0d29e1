#pragma once

#include <sys/syscall.h>

#include <cstdint>

// What a locked process may not ask of the kernel, by number. Calls that came after the headers of an older system have
// the same numbers on all processors, and stand here as such.
namespace kinetorch::sandbox {

// Open a file by its path.
constexpr uint32_t kOpeningCalls[] = {
#if defined(__x86_64__)
    SYS_open,
#endif
    SYS_openat};

// Send a signal to the process whose number is the first argument.
constexpr uint32_t kSignallingCalls[] = {SYS_kill, SYS_tgkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo};

// Its flags lie in memory, where a filter cannot look.
constexpr uint32_t kClone3 = 435;

constexpr uint32_t kSetUpRing = 425;

// Of Linux 6.17. What comes later is not known to be harmless.
constexpr uint32_t kNewestCall = 469;

constexpr uint32_t kForbiddenCalls[] = {
    // Files by their paths, and what Landlock leaves free: owners, modes, attributes, times.
    437 /* openat2 */, SYS_name_to_handle_at, SYS_open_by_handle_at, SYS_mkdirat, SYS_mknodat, SYS_unlinkat, SYS_linkat,
    SYS_symlinkat, SYS_renameat, SYS_renameat2, SYS_truncate, SYS_chroot, SYS_chdir, SYS_fchdir, SYS_fchmod,
    SYS_fchmodat, 452 /* fchmodat2 */, SYS_fchown, SYS_fchownat, SYS_utimensat, SYS_setxattr, SYS_lsetxattr,
    SYS_fsetxattr, SYS_removexattr, SYS_lremovexattr, SYS_fremovexattr, 463 /* setxattrat */, 466 /* removexattrat */,
    469 /* file_setattr */, SYS_inotify_init1, SYS_inotify_add_watch, SYS_fanotify_init, SYS_fanotify_mark,
    // The network.
    SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_listen, SYS_accept, SYS_accept4,
    // Programs, and memory that may be run as one.
    SYS_execve, SYS_execveat, SYS_memfd_create, 447 /* memfd_secret */,
    // Other processes.
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, SYS_tkill, 424 /* pidfd_send_signal */,
    434 /* pidfd_open */, 438 /* pidfd_getfd */, 440 /* process_madvise */, 448 /* process_mrelease */, SYS_setpriority,
    SYS_ioprio_set, SYS_sched_setaffinity, SYS_sched_setattr, SYS_sched_setparam, SYS_sched_setscheduler,
    SYS_migrate_pages, SYS_move_pages, SYS_shmget, SYS_shmat, SYS_shmctl, SYS_shmdt, SYS_msgget, SYS_msgsnd, SYS_msgrcv,
    SYS_msgctl, SYS_semget, SYS_semop, SYS_semtimedop, SYS_semctl, SYS_mq_open, SYS_mq_unlink,
    // Large parts of the kernel.
    SYS_bpf, kSetUpRing, 426 /* io_uring_enter */, 427 /* io_uring_register */, SYS_userfaultfd, SYS_perf_event_open,
    SYS_add_key, SYS_request_key, SYS_keyctl, SYS_vmsplice,
    // Mounts, namespaces and the machine.
    SYS_mount, SYS_umount2, SYS_pivot_root, 428 /* open_tree */, 429 /* move_mount */, 430 /* fsopen */,
    431 /* fsconfig */, 432 /* fsmount */, 433 /* fspick */, 442 /* mount_setattr */, 457 /* statmount */,
    458 /* listmount */, 467 /* open_tree_attr */, SYS_unshare, SYS_setns, SYS_init_module, SYS_finit_module,
    SYS_delete_module, SYS_kexec_load, SYS_reboot, SYS_swapon, SYS_swapoff, SYS_acct, SYS_quotactl,
    443 /* quotactl_fd */, SYS_syslog, SYS_settimeofday, SYS_clock_settime, SYS_clock_adjtime, SYS_adjtimex,
    SYS_sethostname, SYS_setdomainname, SYS_personality, SYS_vhangup,
#if defined(__x86_64__)
    // The older forms of all these, which newer processors lack.
    SYS_creat, SYS_mkdir, SYS_rmdir, SYS_mknod, SYS_unlink, SYS_link, SYS_symlink, SYS_rename, SYS_chmod, SYS_chown,
    SYS_lchown, SYS_utime, SYS_utimes, SYS_futimesat, SYS_inotify_init, SYS_fork, SYS_vfork, SYS_uselib,
    SYS_kexec_file_load, SYS_modify_ldt, SYS_iopl, SYS_ioperm,
#endif
    // Its own rights and limits.
    SYS_setuid, SYS_setgid, SYS_setreuid, SYS_setregid, SYS_setresuid, SYS_setresgid, SYS_setfsuid, SYS_setfsgid,
    SYS_setgroups, SYS_capset, SYS_setrlimit};

}  // namespace kinetorch::sandbox

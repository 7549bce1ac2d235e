/* attacks.c - see attacks.h. System calls are called by number: the C library would hide some of
 * them, and Debian's headers do not know all. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/base/attacks.h"

enum {
    CALL_IO_URING_SETUP = 425,
    CALL_PIDFD_OPEN = 434,
    CALL_CLONE3 = 435,
    CALL_OPENAT2 = 437,
    CALL_PIDFD_GETFD = 438,
    CALL_MEMFD_SECRET = 447,
    FILES_TRIED = 21 /* descriptors 0 to 20 */
};

/* ---- files ---------------------------------------------------------------------------------- */

static bool opens_a_file(void)
{
    return syscall(SYS_open, "/etc/passwd", O_RDONLY, 0) >= 0;
}

static bool opens_a_file_beside(void)
{
    return openat(AT_FDCWD, "/etc/passwd", O_RDONLY) >= 0;
}

static bool opens_a_file_anew(void)
{
    uint64_t how[3] = {O_RDONLY, 0, 0};
    return syscall(CALL_OPENAT2, AT_FDCWD, "/etc/passwd", how, sizeof how) >= 0;
}

static bool makes_a_file(void)
{
    return openat(AT_FDCWD, "made-by-the-child", O_WRONLY | O_CREAT, 0600) >= 0;
}

static bool looks_at_a_file(void)
{
    return access("/etc/passwd", R_OK) == 0;
}

static bool measures_a_file(void)
{
    struct stat found;
    return stat("/etc/passwd", &found) == 0;
}

static bool reads_its_own_memory_file(void)
{
    return openat(AT_FDCWD, "/proc/self/mem", O_RDWR) >= 0;
}

static bool removes_a_file(void)
{
    return unlink("made-by-the-child") == 0 || errno == ENOENT;
}

static bool renames_a_file(void)
{
    return rename("a", "b") == 0 || errno == ENOENT;
}

static bool links_a_file(void)
{
    return symlink("a", "made-by-the-child") == 0;
}

static bool makes_a_folder(void)
{
    return mkdir("made-by-the-child", 0700) == 0 || errno == EEXIST;
}

static bool changes_its_root(void)
{
    return chroot("/") == 0;
}

static bool changes_its_folder(void)
{
    return chdir("/") == 0;
}

static bool mounts(void)
{
    return syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, NULL) == 0;
}

/* ---- other programs and hosts --------------------------------------------------------------- */

static bool opens_a_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

static bool opens_a_local_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
}

static bool makes_a_pair_of_sockets(void)
{
    int ends[2];
    return socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0;
}

/* On whatever it has open: it needs no socket of its own for that. */
static bool connects(void)
{
    const struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "x"};
    for (int file = 0; file < FILES_TRIED; file++)
        if (connect(file, (const struct sockaddr *)&name, sizeof name) == 0)
            return true;
    return false;
}

static bool sends(void)
{
    return sendto(0, "x", 1, 0, NULL, 0) == 1;
}

static bool starts_a_program(void)
{
    char *const arguments[] = {(char *)(uintptr_t) "/bin/true", NULL};
    char *const environment[] = {NULL};
    execve(arguments[0], arguments, environment);
    return false;
}

static bool starts_a_program_from_a_file(void)
{
    char *const nothing[] = {NULL};
    (void)syscall(SYS_execveat, 0, "", nothing, nothing, 0x1000 /* AT_EMPTY_PATH */);
    return false;
}

static bool forks(void)
{
    return syscall(SYS_fork) >= 0;
}

static bool clones(void)
{
    return syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0) >= 0;
}

static bool clones_anew(void)
{
    uint64_t how[11] = {[4] = SIGCHLD};
    return syscall(CALL_CLONE3, how, sizeof how) >= 0;
}

static bool traces_its_parent(void)
{
    return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0;
}

static bool asks_to_be_traced(void)
{
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0;
}

static bool reads_another_process(void)
{
    uint64_t local[2] = {0};
    return syscall(SYS_process_vm_readv, 1, local, 1, local, 1, 0) >= 0;
}

static bool writes_another_process(void)
{
    uint64_t local[2] = {0};
    return syscall(SYS_process_vm_writev, 1, local, 1, local, 1, 0) >= 0;
}

static bool kills_its_parent(void)
{
    return kill(getppid(), 0) == 0;
}

static bool kills_everybody(void)
{
    return kill(-1, 0) == 0;
}

static bool signals_another_thread_group(void)
{
    return syscall(SYS_tgkill, 1, 1, 0) == 0;
}

static bool queues_a_signal(void)
{
    uint8_t words[128] = {0};
    return syscall(SYS_rt_sigqueueinfo, 1, 0, words) == 0;
}

static bool takes_hold_of_a_process(void)
{
    return syscall(CALL_PIDFD_OPEN, 1, 0) >= 0;
}

static bool takes_a_descriptor_of_another(void)
{
    return syscall(CALL_PIDFD_GETFD, 0, 0, 0) >= 0;
}

static bool shares_memory(void)
{
    return syscall(SYS_shmget, 1, 4096, 01600) >= 0;
}

static bool opens_a_message_queue(void)
{
    return syscall(SYS_msgget, 1, 01600) >= 0;
}

/* ---- more rights ---------------------------------------------------------------------------- */

static bool maps_runnable_memory(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                0) != MAP_FAILED;
}

static bool makes_memory_runnable(void)
{
    void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mprotect(memory, 4096, PROT_READ | PROT_EXEC) == 0;
}

static bool makes_memory_runnable_with_a_key(void)
{
    void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return syscall(SYS_pkey_mprotect, memory, 4096, PROT_READ | PROT_EXEC, -1) == 0;
}

static bool becomes_somebody_else(void)
{
    return setuid(0) == 0;
}

static bool takes_capabilities(void)
{
    uint32_t head[2] = {0x20080522, 0};
    uint32_t data[6] = {~0U, ~0U, ~0U, ~0U, ~0U, ~0U};
    return syscall(SYS_capset, head, data) == 0;
}

static bool leaves_its_namespace(void)
{
    return unshare(CLONE_NEWUSER) == 0;
}

static bool joins_a_namespace(void)
{
    return setns(0, 0) == 0;
}

static bool makes_itself_dumpable(void)
{
    return syscall(SYS_prctl, 4 /* PR_SET_DUMPABLE */, 1, 0, 0, 0) == 0;
}

static bool raises_its_limits(void)
{
    struct rlimit limit = {.rlim_cur = 1024, .rlim_max = 1024};
    return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

static bool changes_the_filter(void)
{
    return syscall(SYS_seccomp, 0, 0, NULL) == 0;
}

/* ---- parts of the kernel -------------------------------------------------------------------- */

static bool makes_a_memory_file(void)
{
    return memfd_create("child", 0) >= 0;
}

static bool makes_a_secret_memory_file(void)
{
    return syscall(CALL_MEMFD_SECRET, 0) >= 0;
}

static bool asks_the_io_ring(void)
{
    uint8_t words[256] = {0};
    return syscall(CALL_IO_URING_SETUP, 1, words) >= 0;
}

static bool handles_page_faults(void)
{
    return syscall(SYS_userfaultfd, 0) >= 0;
}

static bool loads_a_program_into_the_kernel(void)
{
    uint8_t words[128] = {0};
    return syscall(SYS_bpf, 0, words, sizeof words) >= 0;
}

static bool counts_events(void)
{
    uint8_t words[128] = {0};
    return syscall(SYS_perf_event_open, words, 0, -1, -1, 0) >= 0;
}

static bool keeps_a_key(void)
{
    return syscall(SYS_add_key, "user", "x", "x", 1, -2) >= 0;
}

static bool loads_a_module(void)
{
    return syscall(SYS_finit_module, 0, "", 0) == 0;
}

static bool types_into_the_terminal(void)
{
    return syscall(SYS_ioctl, 0, 0x5412 /* TIOCSTI */, "x") == 0;
}

/* Where the filter would see other numbers than the kernel. */
static bool calls_by_the_old_numbers(void)
{
#if defined(__x86_64__)
    long result = 0;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20L /* getpid */) : "memory");
    return result > 0;
#else
    return false;
#endif
}

/* ---- what is open --------------------------------------------------------------------------- */

/* One may be: the pipe for its result; under the sanitizers standard error as well. */
static bool has_other_descriptors(void)
{
#ifdef POSTEINGANG_SANITIZED
    enum { OWN_MOST = 2 };
#else
    enum { OWN_MOST = 1 };
#endif
    int open_files = 0;
    for (int file = 0; file < FILES_TRIED; file++) {
        struct stat found;
        open_files += fstat(file, &found) == 0;
    }
    return open_files > OWN_MOST;
}

const struct attack attacks[] = {
    {"open",                          opens_a_file,                     false},
    {"openat",                        opens_a_file_beside,              false},
    {"openat2",                       opens_a_file_anew,                false},
    {"open to write",                 makes_a_file,                     false},
    {"access",                        looks_at_a_file,                  false},
    {"stat",                          measures_a_file,                  false},
    {"/proc/self/mem",                reads_its_own_memory_file,        false},
    {"unlink",                        removes_a_file,                   false},
    {"rename",                        renames_a_file,                   true },
    {"symlink",                       links_a_file,                     true },
    {"mkdir",                         makes_a_folder,                   false},
    {"chroot",                        changes_its_root,                 true },
    {"chdir",                         changes_its_folder,               true },
    {"mount",                         mounts,                           true },
    {"socket",                        opens_a_socket,                   true },
    {"socket of this host",           opens_a_local_socket,             true },
    {"socketpair",                    makes_a_pair_of_sockets,          true },
    {"connect",                       connects,                         true },
    {"sendto",                        sends,                            true },
    {"execve",                        starts_a_program,                 true },
    {"execveat",                      starts_a_program_from_a_file,     true },
    {"fork",                          forks,                            true },
    {"clone",                         clones,                           true },
    {"clone3",                        clones_anew,                      true },
    {"ptrace of its parent",          traces_its_parent,                true },
    {"ptrace of itself",              asks_to_be_traced,                true },
    {"process_vm_readv",              reads_another_process,            true },
    {"process_vm_writev",             writes_another_process,           true },
    {"kill",                          kills_its_parent,                 true },
    {"kill of everybody",             kills_everybody,                  true },
    {"tgkill of another",             signals_another_thread_group,     true },
    {"rt_sigqueueinfo",               queues_a_signal,                  true },
    {"pidfd_open",                    takes_hold_of_a_process,          true },
    {"pidfd_getfd",                   takes_a_descriptor_of_another,    true },
    {"shmget",                        shares_memory,                    true },
    {"msgget",                        opens_a_message_queue,            true },
    {"mmap PROT_EXEC",                maps_runnable_memory,             true },
    {"mprotect PROT_EXEC",            makes_memory_runnable,            true },
    {"pkey_mprotect PROT_EXEC",       makes_memory_runnable_with_a_key, true },
    {"setuid",                        becomes_somebody_else,            true },
    {"capset",                        takes_capabilities,               true },
    {"unshare",                       leaves_its_namespace,             true },
    {"setns",                         joins_a_namespace,                true },
    {"prctl",                         makes_itself_dumpable,            false},
    {"setrlimit",                     raises_its_limits,                false},
    {"seccomp",                       changes_the_filter,               true },
    {"memfd_create",                  makes_a_memory_file,              true },
    {"memfd_secret",                  makes_a_secret_memory_file,       true },
    {"io_uring_setup",                asks_the_io_ring,                 true },
    {"userfaultfd",                   handles_page_faults,              true },
    {"bpf",                           loads_a_program_into_the_kernel,  true },
    {"perf_event_open",               counts_events,                    true },
    {"add_key",                       keeps_a_key,                      true },
    {"finit_module",                  loads_a_module,                   true },
    {"ioctl TIOCSTI",                 types_into_the_terminal,          false},
    {"int 0x80",                      calls_by_the_old_numbers,         true },
    {"descriptors 0 to 20 of others", has_other_descriptors,            false},
};
const size_t attack_count = sizeof attacks / sizeof attacks[0];

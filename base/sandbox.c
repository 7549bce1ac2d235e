/* sandbox.c - see sandbox.h: rlimits, prctl, Landlock and seccomp, in that order.
 *
 * Promises: after sandbox_confine() the process can compute, use memory, and read and write the
 * descriptors it was told to keep; it cannot open, connect, start, trace or signal anything.
 * Leaves to others: the wall clock (the parent kills), and what is in the kept descriptors.
 * Limits: RLIMIT_NPROC and RLIMIT_CORE do not bind root; the seccomp filter does. Landlock is
 * called by number with our own constants, because Debian's headers may be older than the kernel;
 * what the kernel offers is asked at run time. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sandbox.h"

enum {
    OPEN_FILES_MOST = 16,
    KEPT_FILES_MOST = OPEN_FILES_MOST,
    CPU_GRACE_S = 1, /* between SIGXCPU and SIGKILL */
};

/* Landlock, as in the kernel's uapi/linux/landlock.h. */
enum {
    SYSCALL_LANDLOCK_CREATE_RULESET = 444,
    SYSCALL_LANDLOCK_RESTRICT_SELF = 446,
    LANDLOCK_ASK_VERSION = 1,
};

struct landlock_rights {
    uint64_t files;
    uint64_t network;
    uint64_t scopes;
};

/* What each version of Landlock can forbid, all of which we do. */
static const struct landlock_version {
    int version;
    struct landlock_rights rights;
} landlock_versions[] = {
    {1, {.files = (1U << 13) - 1}                                       }, /* files and folders */
    {2, {.files = (1U << 14) - 1}                                       }, /* and linking across */
    {3, {.files = (1U << 15) - 1}                                       }, /* and truncating */
    {4, {.files = (1U << 15) - 1, .network = (1U << 2) - 1}             }, /* and TCP */
    {5, {.files = (1U << 16) - 1, .network = (1U << 2) - 1}             }, /* and device ioctls */
    {6, {.files = (1U << 16) - 1, .network = (1U << 2) - 1, .scopes = 3}}, /* and signals */
};

static enum status set_limit(int resource, uint64_t soft, uint64_t hard, struct fault *fault)
{
    struct rlimit limit = {.rlim_cur = soft, .rlim_max = hard};
    if (setrlimit((__rlimit_resource_t)resource, &limit) != 0)
        return fault_errno(fault, STATUS_HALT, "cannot set resource limit %d", resource);
    return STATUS_OK;
}

static enum status limit_resources(const struct sandbox_limits *limits, struct fault *fault)
{
    const struct {
        int resource;
        uint64_t soft, hard;
        bool wanted;
    } rows[] = {
        {RLIMIT_AS,     limits->memory,  limits->memory,              limits->memory > 0},
        {RLIMIT_CPU,    limits->cpu_s,   limits->cpu_s + CPU_GRACE_S, limits->cpu_s > 0 },
        {RLIMIT_FSIZE,  0,               0,                           true              },
        {RLIMIT_CORE,   0,               0,                           true              },
        {RLIMIT_NPROC,  0,               0,                           true              },
        {RLIMIT_NOFILE, OPEN_FILES_MOST, OPEN_FILES_MOST,             true              },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].wanted &&
            set_limit(rows[i].resource, rows[i].soft, rows[i].hard, fault) != STATUS_OK)
            return STATUS_HALT;
    return STATUS_OK;
}

static int compare_files(const void *left, const void *right)
{
    const int *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

/* Closes every descriptor that is not kept, range by range between the kept ones. */
static enum status close_files(const struct sandbox_limits *limits, struct fault *fault)
{
    int kept[KEPT_FILES_MOST];
    if (limits->keep_count > KEPT_FILES_MOST)
        return fault_set(fault, STATUS_HALT, "more than %d descriptors to keep", KEPT_FILES_MOST);
    if (limits->keep_count > 0)
        memcpy(kept, limits->keep, limits->keep_count * sizeof kept[0]);
    qsort(kept, limits->keep_count, sizeof kept[0], compare_files);

    unsigned first = 0;
    for (size_t i = 0; i <= limits->keep_count; i++) {
        bool is_last = i == limits->keep_count;
        unsigned stop = is_last ? ~0U : (unsigned)kept[i]; /* first one not to close */
        if (stop > first && close_range(first, is_last ? ~0U : stop - 1, 0) != 0)
            return fault_errno(fault, STATUS_HALT, "cannot close descriptors from %u", first);
        if (!is_last)
            first = stop + 1;
    }
    return STATUS_OK;
}

static enum status drop_privileges(struct fault *fault)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return fault_errno(fault, STATUS_HALT, "cannot bind the process to its parent");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return fault_errno(fault, STATUS_HALT, "cannot forbid new privileges");
    return STATUS_OK;
}

static struct landlock_rights rights_of_version(long version)
{
    struct landlock_rights rights = {0};
    for (size_t i = 0; i < sizeof landlock_versions / sizeof landlock_versions[0]; i++)
        if (landlock_versions[i].version <= version)
            rights = landlock_versions[i].rights;
    return rights;
}

/* The empty ruleset: everything Landlock handles is forbidden. A kernel without Landlock, or one
 * that was started without it, leaves *layers as it is. */
static enum status forbid_files(unsigned *layers, struct fault *fault)
{
    long version = syscall(SYSCALL_LANDLOCK_CREATE_RULESET, NULL, 0, LANDLOCK_ASK_VERSION);
    if (version < 1)
        return STATUS_OK;
    struct landlock_rights rights = rights_of_version(version);
    size_t size = version >= 6   ? sizeof rights
                  : version >= 4 ? offsetof(struct landlock_rights, scopes)
                                 : offsetof(struct landlock_rights, network);
    long ruleset = syscall(SYSCALL_LANDLOCK_CREATE_RULESET, &rights, size, 0);
    if (ruleset < 0)
        return fault_errno(fault, STATUS_HALT, "cannot make a Landlock ruleset");
    long result = syscall(SYSCALL_LANDLOCK_RESTRICT_SELF, (int)ruleset, 0);
    int os_error = errno;
    close((int)ruleset);
    errno = os_error;
    if (result != 0)
        return fault_errno(fault, STATUS_HALT, "cannot put Landlock in force");
    *layers |= SANDBOX_LANDLOCK;
    return STATUS_OK;
}

/* Computing, memory, the clock, and the descriptors that are open. */
static const int allowed_calls[] = {
    SCMP_SYS(read),         SCMP_SYS(write),        SCMP_SYS(readv),
    SCMP_SYS(writev),       SCMP_SYS(pread64),      SCMP_SYS(close),
    SCMP_SYS(lseek),        SCMP_SYS(fstat),        SCMP_SYS(brk),
    SCMP_SYS(munmap),       SCMP_SYS(mremap),       SCMP_SYS(madvise),
    SCMP_SYS(futex),        SCMP_SYS(sched_yield),  SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday), SCMP_SYS(getrusage),
    SCMP_SYS(getpid),       SCMP_SYS(gettid),       SCMP_SYS(getrandom),
    SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(sigaltstack),  SCMP_SYS(sysinfo),      SCMP_SYS(restart_syscall),
    SCMP_SYS(exit),         SCMP_SYS(exit_group),
};

/* Libraries probe for files and terminals and live without: they get an error, not death. */
static const struct denied_call {
    int call;
    int os_error;
} denied_calls[] = {
    {SCMP_SYS(open),              EACCES},
    {SCMP_SYS(openat),            EACCES},
    {SCMP_SYS(access),            EACCES},
    {SCMP_SYS(faccessat),         EACCES},
    {SCMP_SYS(faccessat2),        EACCES},
    {SCMP_SYS(stat),              EACCES},
    {SCMP_SYS(lstat),             EACCES},
    {SCMP_SYS(newfstatat),        EACCES},
    {SCMP_SYS(statx),             EACCES},
    {SCMP_SYS(readlink),          EACCES},
    {SCMP_SYS(readlinkat),        EACCES},
    {SCMP_SYS(getcwd),            EACCES},
    {SCMP_SYS(ioctl),             ENOTTY},
    {SCMP_SYS(unlink),            EACCES},
    {SCMP_SYS(unlinkat),          EACCES},
    {SCMP_SYS(mkdir),             EACCES},
#ifdef POSTEINGANG_SANITIZED
  /* The sanitizers ask for limits and personality while they describe an error. */
    {SCMP_SYS(prlimit64),         EPERM },
    {SCMP_SYS(sched_getaffinity), EPERM },
    {SCMP_SYS(prctl),             EPERM },
#endif
};

static int add_rules(scmp_filter_ctx filter)
{
    int result = 0;
    for (size_t i = 0; result == 0 && i < sizeof allowed_calls / sizeof allowed_calls[0]; i++)
        result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed_calls[i], 0);
    for (size_t i = 0; result == 0 && i < sizeof denied_calls / sizeof denied_calls[0]; i++)
        result = seccomp_rule_add(filter, SCMP_ACT_ERRNO((uint16_t)denied_calls[i].os_error),
                                  denied_calls[i].call, 0);
    // Memory, but never memory that can be run.
    const int mapping_calls[] = {SCMP_SYS(mmap), SCMP_SYS(mprotect)};
    for (size_t i = 0; result == 0 && i < sizeof mapping_calls / sizeof mapping_calls[0]; i++)
        result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, mapping_calls[i], 1,
                                  SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    // abort() signals its own process, so that a broken library ends as what it is.
    if (result == 0)
        result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                                  SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
    return result;
}

static enum status forbid_calls(unsigned *layers, struct fault *fault)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (filter == NULL)
        return fault_set(fault, STATUS_HALT, "cannot make a seccomp filter");
    int result = add_rules(filter);
    if (result == 0)
        result = seccomp_load(filter);
    seccomp_release(filter);
    if (result != 0) {
        errno = -result;
        return fault_errno(fault, STATUS_HALT, "cannot put the seccomp filter in force");
    }
    *layers |= SANDBOX_SECCOMP;
    return STATUS_OK;
}

enum status sandbox_confine(const struct sandbox_limits *limits, unsigned *ret_layers,
                            struct fault *fault)
{
    unsigned layers = 0;
    enum status status = close_files(limits, fault);
    if (status == STATUS_OK)
        status = drop_privileges(fault);
    if (status == STATUS_OK) {
        layers |= SANDBOX_NO_NEW_PRIVILEGES;
        status = forbid_files(&layers, fault);
    }
    if (status == STATUS_OK)
        status = limit_resources(limits, fault);
    if (status == STATUS_OK) {
        layers |= SANDBOX_RLIMITS;
        status = forbid_calls(&layers, fault);
    }
    if (status == STATUS_OK)
        *ret_layers = layers;
    return status;
}

static const struct {
    enum sandbox_layer layer;
    const char *name;
} layer_names[] = {
    {SANDBOX_RLIMITS,           "resource limits"  },
    {SANDBOX_NO_NEW_PRIVILEGES, "no new privileges"},
    {SANDBOX_LANDLOCK,          "Landlock"         },
    {SANDBOX_SECCOMP,           "seccomp"          },
};

/* The probing child's exit code: the layers, or this when confining failed. */
enum { PROBE_FAILED = SANDBOX_ALL + 1 };

/* For trying out what a program does on such a kernel. It changes what is told of the layers,
 * never which are put in force. */
static unsigned pretended_lack(void)
{
    const char *word = getenv("POSTEINGANG_PRETEND_WITHOUT");
    unsigned lack = 0;
    for (size_t i = 0; word != NULL && i < sizeof layer_names / sizeof layer_names[0]; i++)
        if (strcmp(word, layer_names[i].name) == 0)
            lack |= (unsigned)layer_names[i].layer;
    return lack;
}

enum status sandbox_probe(unsigned *ret_layers, struct fault *fault)
{
    pid_t child = fork();
    if (child < 0)
        return fault_errno(fault, STATUS_HALT, "cannot fork to probe the sandbox");
    if (child == 0) {
        unsigned layers = 0;
        struct sandbox_limits limits = {.cpu_s = 1};
        enum status status = sandbox_confine(&limits, &layers, NULL);
        _exit(status == STATUS_OK ? (int)layers : PROBE_FAILED);
    }
    int state = 0;
    while (waitpid(child, &state, 0) < 0)
        if (errno != EINTR)
            return fault_errno(fault, STATUS_HALT, "cannot wait for the sandbox probe");
    if (!WIFEXITED(state) || WEXITSTATUS(state) > SANDBOX_ALL)
        return fault_set(fault, STATUS_HALT, "a layer of the sandbox cannot be put in force here");
    *ret_layers = (unsigned)WEXITSTATUS(state) & ~pretended_lack();
    return STATUS_OK;
}

void sandbox_layer_names(unsigned layers, char *ret_text, size_t size)
{
    size_t used = 0;
    if (size > 0)
        ret_text[0] = '\0';
    for (size_t i = 0; i < sizeof layer_names / sizeof layer_names[0]; i++) {
        if ((layers & (unsigned)layer_names[i].layer) == 0 || used >= size)
            continue;
        int written = snprintf(ret_text + used, size - used, "%s%s", used > 0 ? ", " : "",
                               layer_names[i].name);
        used += written > 0 ? (size_t)written : 0;
    }
}

/* privileges.c - see privileges.h.
 *
 * What is denied answers EPERM and kills nobody: these programs are long, and their libraries may
 * try and live without. The C library's own fork and threads stay, as does everything that files,
 * sockets and clocks need. Limits: a program that may write files may write all that its user may;
 * run each program as its own user (docs in SECURITY.md). */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/privileges.h"

/* Landlock, as in the kernel's uapi/linux/landlock.h; see sandbox.c. */
enum {
    CALL_LANDLOCK_CREATE_RULESET = 444,
    CALL_LANDLOCK_ADD_RULE = 445,
    CALL_LANDLOCK_RESTRICT_SELF = 446,
    LANDLOCK_ASK_VERSION = 1,
    LANDLOCK_PATH_BENEATH = 1,
    RIGHT_WRITE_FILE = 1 << 1,
    RIGHT_REMOVE_FOLDER = 1 << 4,
    RIGHTS_REMOVE_FILE_AND_MAKE = 0x1fe0, /* bits 5 to 12 */
    RIGHT_TRUNCATE = 1 << 14,
    TRUNCATE_SINCE = 3 /* version of Landlock */
};

struct landlock_beneath {
    uint64_t rights;
    int32_t folder;
} __attribute__((packed));

/* What ours never do. ptrace stays under the sanitizers, which look for leaks with it. */
static const int denied_calls[] = {
#ifndef POSTEINGANG_SANITIZED
    SCMP_SYS(ptrace),
#endif
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(kcmp),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(io_uring_enter),
    SCMP_SYS(io_uring_register),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(personality),
    SCMP_SYS(acct),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(reboot),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(settimeofday),
    SCMP_SYS(clock_settime),
    SCMP_SYS(clock_adjtime),
    SCMP_SYS(adjtimex),
    SCMP_SYS(sethostname),
    SCMP_SYS(setdomainname),
    SCMP_SYS(iopl),
    SCMP_SYS(ioperm),
    SCMP_SYS(quotactl),
    SCMP_SYS(lookup_dcookie),
    SCMP_SYS(syslog),
    SCMP_SYS(mknod),
    SCMP_SYS(mknodat),
};

static enum status deny_calls(struct fault *fault)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (filter == NULL)
        return fault_set(fault, STATUS_HALT, "cannot make a seccomp filter");
    int result = 0;
    for (size_t i = 0; result == 0 && i < sizeof denied_calls / sizeof denied_calls[0]; i++)
        result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), denied_calls[i], 0);
    if (result == 0)
        result = seccomp_load(filter);
    seccomp_release(filter);
    if (result == 0)
        return STATUS_OK;
    errno = -result;
    return fault_errno(fault, STATUS_HALT, "cannot put a seccomp filter in force");
}

/* Libraries throw words away into /dev/null. */
static void allow_null_device(int ruleset)
{
    struct landlock_beneath rule = {.rights = RIGHT_WRITE_FILE,
                                    .folder = open("/dev/null", O_PATH | O_CLOEXEC)};
    if (rule.folder < 0)
        return;
    (void)syscall(CALL_LANDLOCK_ADD_RULE, ruleset, LANDLOCK_PATH_BENEATH, &rule, 0);
    (void)close(rule.folder);
}

static enum status deny_writing(struct fault *fault)
{
    long version = syscall(CALL_LANDLOCK_CREATE_RULESET, NULL, 0, LANDLOCK_ASK_VERSION);
    if (version < 1)
        return STATUS_OK; // a kernel without Landlock
    uint64_t rights = RIGHT_WRITE_FILE | RIGHT_REMOVE_FOLDER | RIGHTS_REMOVE_FILE_AND_MAKE;
    if (version >= TRUNCATE_SINCE)
        rights |= RIGHT_TRUNCATE;
    int ruleset = (int)syscall(CALL_LANDLOCK_CREATE_RULESET, &rights, sizeof rights, 0);
    if (ruleset < 0)
        return fault_errno(fault, STATUS_HALT, "cannot make a Landlock ruleset");
    allow_null_device(ruleset);
    long result = syscall(CALL_LANDLOCK_RESTRICT_SELF, ruleset, 0);
    int os_error = errno;
    (void)close(ruleset);
    errno = os_error;
    return result == 0 ? STATUS_OK
                       : fault_errno(fault, STATUS_HALT, "cannot put Landlock in force");
}

/* Of all five sets; the bounding set only while we may. */
static enum status drop_capabilities(struct fault *fault)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};
    for (unsigned long capability = 0; capability <= CAP_LAST_CAP; capability++)
        (void)prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (syscall(SYS_capset, &head, none) != 0)
        return fault_errno(fault, STATUS_HALT, "cannot give up capabilities");
    return STATUS_OK;
}

enum status privileges_forbid_core(struct fault *fault)
{
    const struct rlimit no_core = {0, 0};
    if (setrlimit(RLIMIT_CORE, &no_core) != 0)
        return fault_errno(fault, STATUS_HALT, "cannot forbid core files");
    return STATUS_OK;
}

enum status privileges_raise_files(struct fault *fault)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return fault_errno(fault, STATUS_LATER, "cannot ask for the limit of open files");
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0
               ? STATUS_OK
               : fault_errno(fault, STATUS_LATER, "cannot raise the limit of open files");
}

enum status privileges_drop(const struct privileges_kept *kept, struct fault *fault)
{
    enum status status = privileges_forbid_core(fault);
    if (status == STATUS_OK)
        status = drop_capabilities(fault);
    if (status == STATUS_OK && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        status = fault_errno(fault, STATUS_HALT, "cannot forbid new privileges");
    if (status == STATUS_OK && !kept->writes_files)
        status = deny_writing(fault);
    if (status == STATUS_OK)
        status = deny_calls(fault);
    return status;
}

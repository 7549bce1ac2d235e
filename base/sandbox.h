/* sandbox.h - takes from a process what it does not need, before it looks at strangers' bytes.
 *
 * Layers: rlimits, no new privileges, not dumpable, dies with its parent, no descriptors but the
 * ones named, an empty Landlock ruleset where the kernel has Landlock, and a seccomp filter that
 * kills the process at any other system call than computing needs (openat answers EACCES). */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

struct sandbox_limits {
    uint64_t memory; /* bytes, RLIMIT_AS; 0: none (sanitizers need that) */
    uint64_t cpu_s;  /* RLIMIT_CPU */
    const int *keep; /* descriptors that stay open */
    size_t keep_count;
};

enum sandbox_layer {
    SANDBOX_RLIMITS = 1U << 0,
    SANDBOX_NO_NEW_PRIVILEGES = 1U << 1,
    SANDBOX_LANDLOCK = 1U << 2,
    SANDBOX_SECCOMP = 1U << 3,
    SANDBOX_ALL = (1U << 4) - 1
};

/* Confines the calling process for good. *ret_layers: which layers are in force. STATUS_HALT when
 * a layer that the kernel has could not be put in force. */
enum status sandbox_confine(const struct sandbox_limits *limits, unsigned *ret_layers,
                            struct fault *fault);
/* Which layers this machine offers, found by trying in a child. */
enum status sandbox_probe(unsigned *ret_layers, struct fault *fault);
/* "Landlock, seccomp": names of the layers in `layers`. Static buffer-free: fills `ret_text`. */
void sandbox_layer_names(unsigned layers, char *ret_text, size_t size);

#endif

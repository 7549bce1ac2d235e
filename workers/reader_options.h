/* reader_options.h - the reader's command line. It reads no configuration: `posteingang run`, a
 * unit file or a person gives it what it needs. Options are named after the settings. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef WORKERS_READER_OPTIONS_H
#define WORKERS_READER_OPTIONS_H

#include <stdbool.h>

#include "base/arguments.h"
#include "base/fault.h"
#include "base/log.h"
#include "ocr/ocr.h"
#include "workers/links.h"

struct reader_options {
    struct argument_list connect; /* addresses of dispatchers */
    struct argument_list keys;    /* paths of key files, for tcp:// */
    const char *name;             /* NULL: made of host and process number */
    long retire_after;            /* scans; 0: never */
    enum log_level log_level;
    enum log_format log_format;
    struct ocr_options ocr;
};

/* Reads the command line. *ret_help: --help was asked for and has been printed. Strings point
 * into argv; end it with reader_options_done(). STATUS_REFUSE: wrong usage. */
enum status reader_options_read(int argc, char **argv, struct reader_options *ret_options,
                                bool *ret_help, struct fault *fault);
void reader_options_done(struct reader_options *options);
/* What its links need; borrowed. */
struct links_options reader_links(const struct reader_options *options);

#endif

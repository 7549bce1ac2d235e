/* reader_options.h - the reader's command line. It reads no configuration: `posteingang run`, a
 * unit file or a person gives it what it needs. Options are named after the settings. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef WORKERS_READER_OPTIONS_H
#define WORKERS_READER_OPTIONS_H

#include <stdbool.h>

#include "base/fault.h"
#include "base/log.h"
#include "ocr/ocr.h"

struct reader_options {
    const char *connect; /* the dispatcher's address */
    const char *key;     /* path of the key file, for tcp://; NULL on this host */
    const char *name;    /* NULL: made of host and process number */
    long retire_after;   /* scans; 0: never */
    enum log_level log_level;
    enum log_format log_format;
    struct ocr_options ocr;
};

/* Reads the command line. *ret_help: --help was asked for and has been printed. Strings point
 * into argv. STATUS_REFUSE: wrong usage. */
enum status reader_options_read(int argc, char **argv, struct reader_options *ret_options,
                                bool *ret_help, struct fault *fault);

#endif

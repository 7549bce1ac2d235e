/* refused.h - the file of a refused scan, which its site has back in drop/_refused.
 *
 * The note beside it names the scan. The folder belongs to the scanners: no symbolic link in it is
 * followed, and nothing in it is looked into but the notes. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_REFUSED_H
#define PORTAL_REFUSED_H

#include <stdint.h>

#include "base/fault.h"
#include "config/config.h"
#include "store/ledger.h"

/* Opens it for reading. STATUS_REFUSE: it is not there any more. */
enum status refused_open(const struct config_site *site, const struct scan_record *scan,
                         int *ret_file, uint64_t *ret_size, struct fault *fault);
/* Puts it back into the drop folder, where the intake finds it, and removes the note. STATUS_REFUSE:
 * it is not there any more, or another of its name waits there. */
enum status refused_drop_again(const struct config_site *site, const struct scan_record *scan,
                               struct fault *fault);

#endif

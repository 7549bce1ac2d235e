/* backup_marker.h - backup.json, the file that makes a folder a whole backup, and what lies where
 * in one. Written last: a backup without it was interrupted. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLI_BACKUP_MARKER_H
#define CLI_BACKUP_MARKER_H

#include "store/audit.h"

#define BACKUP_MARKER  "backup.json"
#define BACKUP_LEDGER  "ledger.db"
#define BACKUP_SPOOL   "spool"
#define BACKUP_CABINET "cabinet"
#define BACKUP_KEYS    "keys"
#define BACKUP_CONFIG  "posteingang.yaml"

/* `result` is what a check of the backup itself found. */
enum status backup_marker_write(const char *folder, const struct verify_result *result,
                                struct fault *fault);
/* The state that the backup was made with. STATUS_REFUSE: not a whole backup. */
enum status backup_marker_read(const char *folder, struct digest *ret_state, struct fault *fault);

/* Checks the ledger at `ledger_path` against the spool at `place`. */
enum status backup_check(const char *ledger_path, struct spool_place place,
                         struct verify_result *ret_result, struct fault *fault);

#endif

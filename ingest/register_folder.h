/* register_folder.h - a folder for exports of the case register, imported by themselves.
 *
 * A regular file whose name ends in .csv (upper or lower case) and does not begin with a dot is
 * taken when its size and time of change have rested for register.quiet; one that is still being
 * written, under this or any other name, is left alone. Taken ones are moved to done/ or refused/
 * in the folder, each with a German report of the same name and .txt beside it: moved only after
 * the register has them, so that a crash in between imports the same file again, which changes
 * nothing. When several wait, the oldest is first. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef INGEST_REGISTER_FOLDER_H
#define INGEST_REGISTER_FOLDER_H

#include "config/config.h"
#include "store/register.h"

struct register_folder;

/* Makes the folder and done/ and refused/ in it when they are not there. `config`, `ledger` and
 * `clock` are borrowed; config->register_folder must be set. */
enum status register_folder_new(const struct config *config, struct ledger *ledger,
                                const struct clock *clock, struct register_folder **ret_folder,
                                struct fault *fault);
/* Accepts NULL; sets the pointer to NULL. */
void register_folder_free(struct register_folder **folder_p);

/* Looks once, and takes at most one file, which may take a minute. *ret_taken: it took one, look
 * again at once. STATUS_LATER: the folder or the ledger cannot be used now. */
enum status register_folder_look(struct register_folder *folder, bool *ret_taken,
                                 struct fault *fault);

#endif

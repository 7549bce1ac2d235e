/* proof_provider.h - seals and time stamps over the roots of days, by the programs of the settings. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLI_PROOF_PROVIDER_H
#define CLI_PROOF_PROVIDER_H

#include "cli/instance.h"
#include "store/proof.h"

/* What is sealed and stamped: one line, "posteingang DAY DOCUMENTS ROOT\n". */
void proof_append_record(const struct proof_root *root, struct text *text);

/* Gets what is missing of every day, the oldest first; the alarm "seal" is raised when a provider
 * cannot be had, and cleared when nothing is missing. Prints what was made. The exit code. */
int proof_provide(struct instance *instance);
/* Has every day's seal and stamp checked by the programs of the settings; with `day` that one's
 * only. Prints a line for each. The exit code. */
int proof_check_all(struct instance *instance, const char *day);
/* Writes the day's record, seal and stamp to files of a new folder. The exit code. */
int proof_write_files(struct instance *instance, const char *day, const char *folder);

#endif

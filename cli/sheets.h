/* sheets.h - return sheets for the verbs that print one. In sheet.c. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLI_SHEETS_H
#define CLI_SHEETS_H

#include "cli/instance.h"

/* Whether it was said where the PDF goes; complains when not. */
bool sheets_has_out(const char *out, int *ret_exit_code);
/* Prints the sealed return sheet of a case, with the number of a request for papers (0: none). The
 * exit code. */
int sheets_print_return(struct instance *instance, const char *case_number, uint32_t request,
                        const char *out);

#endif

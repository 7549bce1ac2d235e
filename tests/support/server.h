/* server.h - where the ledger of a test lies when it is to be on a PostgreSQL server. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef TESTS_SUPPORT_SERVER_H
#define TESTS_SUPPORT_SERVER_H

#include <stdbool.h>

enum { SERVER_PLACE_BYTES = 512 };

/* With LEDGER_SERVER (tests/support/postgresql.sh): true, and the URL of a new schema there. Ends the
 * test when the server does not make it. */
bool server_place(char ret_url[SERVER_PLACE_BYTES]);

#endif

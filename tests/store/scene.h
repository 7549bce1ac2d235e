/* scene.h - a ledger with a clock that stands still, and the way of a letter in short verbs.
 *
 * Every scene has a folder of its own below the test program's, and a ledger of its own: an SQLite
 * file there, or a schema of the database LEDGER_SERVER (tests/support/postgresql.sh). Its spool is a
 * folder there, or lies in the bucket SPOOL_S3 (tests/support/s3.sh). The verbs
 * assert that they worked; what must not work is tested with the ledger's own functions. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef TESTS_STORE_SCENE_H
#define TESTS_STORE_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "store/audit.h"
#include "store/ledger.h"
#include "store/register.h"
#include "store/spool.h"

enum { SCENE_PAGES_MOST = 16, SCENE_PATH_BYTES = 256 };

struct scene {
    char folder[32];
    char path[SCENE_PATH_BYTES]; /* of the ledger, or its URL */
    bool is_server;
    struct ledger *ledger;
    char spool_folder[64]; /* of the spool, or of its cache */
    char spool_url[SCENE_PATH_BYTES];
    struct spool *spool;
    struct clock clock;
    int64_t wall_ms, monotonic_ms; /* what the clock says; moved by the tests */
    struct fault fault;
    uint32_t letters; /* accepted so far, so that each has other bytes */
};

/* cmocka's setup and teardown: *state is a struct scene. */
int scene_setup(void **state);
int scene_teardown(void **state);
/* Closes and opens the ledger, as a program that starts again. */
void scene_reopen(struct scene *scene);

/* The status was `expected`; prints the fault when not. */
#define assert_status(scene, expression, expected)                                                 \
    do {                                                                                           \
        enum status scene_status = (expression);                                                   \
        if (scene_status != (expected))                                                            \
            fail_msg("%s gave %s (%s)", #expression, status_name(scene_status),                    \
                     (scene)->fault.text);                                                         \
    } while (0)
#define assert_ok(scene, expression) assert_status(scene, expression, STATUS_OK)

/* An arrival of new bytes, which are in the spool already. */
struct scan_arrival scene_arrival(struct scene *scene, const char *site);
/* A scan that was accepted as new. */
struct scan_id scene_accept(struct scene *scene, const char *site);
/* Leases the next job, which must be there. job_record_done() it. */
struct job_record scene_lease(struct scene *scene, enum job_kind kind);
/* Nothing of this kind is due. */
void scene_assert_idle(struct scene *scene, enum job_kind kind);
/* Ends a read job with one document of `pages` pages. */
void scene_complete_reading(struct scene *scene, const struct job_record *job, uint32_t pages);
/* Accepts, leases and reads one scan of one page; the document's id. */
struct document_id scene_document(struct scene *scene, const char *site);
/* The same, decided for nobody: in clearing. */
struct document_id scene_in_clearing(struct scene *scene, const char *site);
/* The same, decided for `case_number` and filed. */
struct document_id scene_filed(struct scene *scene, const char *case_number);
/* The first document of a scan. */
struct document_id scene_document_of(struct scene *scene, struct scan_id scan);

enum scan_state scene_scan_state(struct scene *scene, struct scan_id id);
enum document_state scene_document_state(struct scene *scene, struct document_id id);
/* Imports a register of two cases: 50.21.000001-1 of team "SG 50.2" and 50.31.000002-2. */
void scene_register(struct scene *scene);

/* Where the scene's spool is; to open it once more. */
struct spool_place scene_spool_place(const struct scene *scene);
/* Path or URL of one more database of the scene's kind, where nothing is yet. */
void scene_place(struct scene *scene, const char *name, char ret_path[SCENE_PATH_BYTES]);

/* For tests about an SQLite file. */
#define SCENE_SKIP_ON_SERVER(scene)                                                                \
    do {                                                                                           \
        if ((scene)->is_server)                                                                    \
            skip();                                                                                \
    } while (0)

/* Runs SQL behind the ledger's back, without checks of references. */
void scene_sql(struct scene *scene, const char *sql);
/* The first column of the first row as a number. */
int64_t scene_sql_number(struct scene *scene, const char *sql);
/* ledger_verify(), which must find nothing. */
void scene_assert_sound(struct scene *scene);

extern const struct retry_rule scene_rule; /* 3 content, 10 lost, 1 s doubling to 10 s */

/* A test in a scene of its own. */
#define SCENE_TEST(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

#endif

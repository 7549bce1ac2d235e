/* exchange.h - one request and its answer, apart from the web server that carries them.
 *
 * A handler looks at the asking half and fills the answer with one of the answer_ functions. What
 * people read is German; the JSON's keys are English. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_EXCHANGE_H
#define PORTAL_EXCHANGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/uuid.h"
#include "portal/assets.h"
#include "portal/credentials.h"
#include "portal/sessions.h"
#include "portal/upload.h"
#include "store/users.h"

/* Reads one query argument or one header of the request; NULL when it is not there. */
typedef const char *exchange_getter(const void *connection, const char *name);
/* Calls back with each query argument; `value` may be NULL. */
typedef void exchange_argument(void *context, const char *name, const char *value);
typedef void exchange_walker(const void *connection, exchange_argument *callback, void *context);

struct question {
    const char *method; /* "GET", "HEAD", "POST", … */
    const char *path;   /* unescaped, without the query */
    const char *body;
    size_t body_length;
    const char *address; /* of the person's machine */
    bool is_https;
    exchange_getter *query;
    exchange_getter *header;
    exchange_getter *cookie;
    exchange_walker *each_query;
    const void *connection; /* for the getters */
};

enum answer_kind { ANSWER_NOTHING = 0, ANSWER_BYTES, ANSWER_FILE, ANSWER_ASSET, ANSWER_STREAM };

struct answer {
    enum answer_kind kind;
    unsigned status; /* of HTTP */
    char *bytes;     /* ANSWER_BYTES: owned */
    size_t length;
    int file;        /* ANSWER_FILE: owned, -1 otherwise */
    uint64_t offset; /* of what is sent of it */
    uint64_t size;
    const struct asset *asset; /* ANSWER_ASSET: borrowed */
    bool is_packed;            /* its gzip form */
    bool is_fixed;             /* it may be kept for ever */
    const char *type;          /* static */
    const char *policy;        /* Content-Security-Policy; borrowed */
    char disposition[96];      /* Content-Disposition; "" for none */
    char cookie[256];          /* Set-Cookie; "" for none */
    unsigned retry_after_s;    /* 0 for none */
    const char *allow;         /* static; NULL for none */
    bool may_be_framed;        /* by the portal's own pages */
};

/* What has to be done elsewhere before the handler is called a second time. */
enum exchange_work { WORK_NOTHING = 0, WORK_CREDENTIALS, WORK_UPLOAD, WORK_DONE };

struct exchange {
    struct question question;
    json_t *body;                    /* of a change: an object; owned */
    struct uuid id;                  /* from the path; nil when it has none */
    char name[65];                   /* from the path; "" when it has none */
    uint32_t number;                 /* from the path; 0 when it has none */
    struct session *session;         /* NULL: nobody is logged in */
    bool is_machine;                 /* a token was shown; there is no session then */
    struct user_record user;         /* of the session or token */
    struct document_record document; /* of a route about one; the person may see it */
    struct scan_record scan;         /* of a route about one; the person may see it */
    struct upload *upload;           /* of a file that comes with the request; owned */
    enum exchange_work work;
    struct credentials *credentials; /* WORK_CREDENTIALS, and then WORK_DONE; owned */
    struct answer answer;
};

void exchange_init(struct exchange *exchange);
void exchange_done(struct exchange *exchange);

const char *exchange_query(const struct exchange *exchange, const char *name);
const char *exchange_header(const struct exchange *exchange, const char *name);
/* A string of the body; NULL when it is not there or no string. */
const char *exchange_text(const struct exchange *exchange, const char *key);
/* A whole number of the query, kept within the limits; `otherwise` when it is missing or none. */
int64_t exchange_number(const struct exchange *exchange, const char *name, int64_t otherwise,
                        int64_t least, int64_t most);

/* Each replaces what was answered before. `json` is taken, also when the answer fails. */
enum status answer_json(struct exchange *exchange, unsigned status, json_t *json,
                        struct fault *fault);
/* Takes `object`. STATUS_LATER: no memory. */
enum status list_add(json_t *list, json_t *object, struct fault *fault);
/* 200 with a list of one page, {"count", "next": null, "results"}, when `status` is STATUS_OK, which
 * it gives back otherwise. Takes `results`. */
enum status answer_whole_list(struct exchange *exchange, enum status status, json_t *results,
                              struct fault *fault);
/* JSON that is written already; copies it. */
enum status answer_json_bytes(struct exchange *exchange, unsigned status, const char *bytes,
                              struct fault *fault);
/* {"error": …}; `words` is one German sentence. */
enum status answer_error(struct exchange *exchange, unsigned status, const char *words,
                         struct fault *fault);
/* 429: too many attempts, and how long to wait for the next. */
enum status answer_wait(struct exchange *exchange, int64_t wait_ms, struct fault *fault);
enum status answer_nothing_there(struct exchange *exchange, struct fault *fault);
/* Something made here that is no JSON; copies it. `type` is static. */
enum status answer_bytes(struct exchange *exchange, const void *bytes, size_t length,
                         const char *type, struct fault *fault);
/* Takes the descriptor. `type` is static. */
enum status answer_file(struct exchange *exchange, int file, uint64_t size, const char *type);
/* Server-sent events, for as long as the browser listens. */
enum status answer_stream(struct exchange *exchange);
/* The same for a piece of it. */
enum status answer_piece(struct exchange *exchange, int file, uint64_t offset, uint64_t size,
                         const char *type);
enum status answer_asset(struct exchange *exchange, const struct assets *assets,
                         const struct asset *asset, bool is_fixed);

#endif

/* search.h - full text and facts of documents, and the persons of the register, by words.
 *
 * An index beside the ledger, in a file of its own. All that is in it comes from the ledger and the
 * spool: it can be deleted at any time and fills again by itself, and need not be backed up. It
 * follows the ledger by the numbers of the audit, a portion at a time, and is a moment behind.
 *
 * This file and search.c are all that knows of SQLite's FTS5; with PostgreSQL, documents would
 * have a tsvector, and the same functions.
 *
 * The language of queries (docs/api.md) is parsed into a struct search_query, which also gives the
 * words to mark in what was found. One struct search belongs to one thread; only one may write. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_SEARCH_H
#define STORE_SEARCH_H

#include "store/desk.h"
#include "store/search_words.h"
#include "store/spool.h"

struct search;

/* `path` of the index; made when absent, made anew when of another version. */
enum status search_open(const char *path, struct search **ret_search, struct fault *fault);
/* Accepts NULL; sets the pointer to NULL. */
void search_close(struct search **search_p);
/* Of the index in the ledger's folder (config_ledger_folder()), which may be NULL. The caller owns
 * it; NULL: no memory. */
char *search_path(const char *folder);

/* ---- following ------------------------------------------------------------------------------- */

/* Takes in at most `most` documents that changed, and a new register whole. *ret_taken 0: nothing
 * was behind. A text that the spool does not have counts as empty. */
enum status search_follow(struct search *search, struct ledger *ledger, struct spool *spool,
                          uint32_t most, uint32_t *ret_taken, struct fault *fault);

/* What was taken out is gone from the file, too. Reads and writes the whole index. */
enum status search_forget(struct search *search, struct fault *fault);

/* ---- finding --------------------------------------------------------------------------------- */

enum { SEARCH_TERMS_MOST = 16, SEARCH_QUERY_BYTES_MOST = 300 };

struct search_term {
    char folded[SEARCH_WORD_BYTES];
    bool is_prefix;
};

struct search_query {
    struct text match;
    int64_t from_ms, until_ms;                   /* received within; 0 for no bound */
    struct search_term terms[SEARCH_TERMS_MOST]; /* to be marked */
    size_t term_count;
};

void search_query_done(struct search_query *query);
/* NULL, and the caller owns *ret_query; or one German sentence about what is not understood.
 * `scope` becomes part of the query. */
const char *search_parse(const char *words, const struct desk_scope *scope,
                         struct search_query *ret_query);
/* Whether a folded word is one that was looked for. */
bool search_is_meant(const struct search_query *query, const char *folded);

typedef enum status search_callback(void *context, struct document_id document, int64_t number,
                                    struct fault *fault);
/* The newest first; `before` is the number of the last one that the caller has, 0 for the start. */
enum status search_find(struct search *search, const struct search_query *query, int64_t before,
                        uint32_t limit, search_callback *callback, void *context,
                        struct fault *fault);

/* ---- persons --------------------------------------------------------------------------------- */

enum { SEARCH_PERSON_LETTERS_LEAST = 3, SEARCH_PERSONS_MOST = 20 };

/* Borrowed; no address. */
struct search_person {
    const char *case_number, *surname, *given_names, *birth_date, *city, *team;
};
typedef enum status search_person_callback(void *context, const struct search_person *person,
                                           struct fault *fault);
/* Persons of the current register by beginnings of names, birth date and case number; at most
 * SEARCH_PERSONS_MOST. Fewer letters than SEARCH_PERSON_LETTERS_LEAST find nobody. */
enum status search_persons(struct search *search, const char *words,
                           search_person_callback *callback, void *context, struct fault *fault);

#endif

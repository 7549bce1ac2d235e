/* search.c - search.h over SQLite's FTS5.
 *
 * The words of documents are an index without content: bodies are in the spool, facts in `entry`.
 * To change what stands there of a document, FTS5 wants the old words again; they are folded anew
 * from the same text. Row numbers grow as documents come in, so that "the newest first" is the
 * index's own order, walked backwards until the page is full.
 *
 * Commits are lazy: after a power cut some documents are taken in once more. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/durable.h"
#include "store/ledger_private.h"
#include "store/register.h"
#include "store/search.h"

enum { SEARCH_VERSION = 2, TEXT_BYTES_MOST = 1 << 20 /* of one document; the rest is not found */ };

struct search {
    struct database *database;
};

static const char schema[] =
    "CREATE TABLE mark (name TEXT PRIMARY KEY, amount INTEGER NOT NULL) STRICT;"
    "CREATE TABLE entry (number INTEGER PRIMARY KEY, document BLOB NOT NULL UNIQUE,"
    " text BLOB NOT NULL, facts TEXT NOT NULL, received_ms INTEGER NOT NULL) STRICT;"
    "CREATE VIRTUAL TABLE words USING fts5(body, facts, content='', columnsize=0,"
    " tokenize='ascii');"
    "CREATE TABLE person (number INTEGER PRIMARY KEY, case_number TEXT NOT NULL,"
    " surname TEXT NOT NULL, given_names TEXT NOT NULL, birth_date TEXT NOT NULL,"
    " city TEXT NOT NULL, team TEXT NOT NULL) STRICT;"
    "CREATE VIRTUAL TABLE names USING fts5(body, content='', columnsize=0, prefix='3 5',"
    " tokenize='ascii');"
    "INSERT INTO mark (name, amount) VALUES ('version', 2), ('audit', 0), ('register', 0);";

/* ---- opening -------------------------------------------------------------------------------- */

char *search_path(const char *folder)
{
    return folder == NULL ? NULL : path_join(folder, "search.db");
}

static enum status get_mark(struct search *search, const char *name, int64_t *ret_amount,
                            struct fault *fault)
{
    return database_number(search->database, "SELECT amount FROM mark WHERE name = $1",
                           VALUES(value_text(name)), 0, ret_amount, fault);
}

static enum status set_mark(struct search *search, const char *name, int64_t amount,
                            struct fault *fault)
{
    return database_run(search->database, "UPDATE mark SET amount = $2 WHERE name = $1",
                        VALUES(value_text(name), value_integer(amount)), NULL, fault);
}

/* Whether the file is an index of this version; an empty one becomes one. */
static enum status make_schema(struct search *search, bool *ret_is_ours, struct fault *fault)
{
    bool is_empty = false;
    bool has_mark = false;
    int64_t version = 0;
    enum status status = database_is_empty(search->database, &is_empty, fault);
    if (status == STATUS_OK && is_empty)
        status = database_begin(search->database, fault);
    if (status == STATUS_OK && is_empty)
        status =
            database_end(search->database, database_script(search->database, schema, fault), fault);
    if (status == STATUS_OK)
        status = database_has_table(search->database, "mark", &has_mark, fault);
    if (status == STATUS_OK && has_mark)
        status = get_mark(search, "version", &version, fault);
    *ret_is_ours = version == SEARCH_VERSION;
    return status;
}

static enum status open_file(const char *path, struct search *search, bool *ret_is_ours,
                             struct fault *fault)
{
    enum status status = database_open(path, DATABASE_CREATE, &search->database, fault);
    if (status == STATUS_OK)
        status = make_schema(search, ret_is_ours, fault);
    return status;
}

/* It is no index, or of another version, or damaged: nothing is lost with it. */
static void remove_file(const char *path)
{
    static const char *const endings[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        struct text name = {0};
        text_append_format(&name, "%s%s", path, endings[i]);
        (void)remove(text_string(&name));
        text_done(&name);
    }
}

enum status search_open(const char *path, struct search **ret_search, struct fault *fault)
{
    struct search *search = calloc(1, sizeof *search);
    bool is_ours = false;
    if (search == NULL)
        return fault_set(fault, STATUS_LATER, "no memory for the search");
    enum status status = open_file(path, search, &is_ours, fault);
    if (status == STATUS_HALT || status == STATUS_REFUSE || (status == STATUS_OK && !is_ours)) {
        database_close(&search->database);
        remove_file(path);
        fault_clear(fault);
        status = open_file(path, search, &is_ours, fault);
    }
    if (status == STATUS_OK)
        status = database_commit_lazily(search->database, true, fault);
    if (status == STATUS_OK)
        *ret_search = search;
    else
        search_close(&search);
    return status;
}

void search_close(struct search **search_p)
{
    if (*search_p == NULL)
        return;
    database_close(&(*search_p)->database);
    free(*search_p);
    *search_p = NULL;
}

/* ---- documents ------------------------------------------------------------------------------ */

/* What the ledger says of a document now. */
struct news {
    struct uuid document;
    struct digest text;
    int64_t received_ms;
    int64_t audit;
    struct text facts;
    bool is_purged; /* nothing of it is to be found any more */
};

static void add_fact(struct text *facts, char letter, const char *words)
{
    char folded[SEARCH_WORD_BYTES];
    if (words == NULL || words[0] == '\0')
        return;
    search_fold(words, folded);
    text_append_format(facts, "%c%s ", letter, folded);
}

static void add_dates(struct text *facts, int64_t received_ms)
{
    struct tm day;
    time_t seconds = (time_t)(received_ms / 1000);
    if (localtime_r(&seconds, &day) == NULL)
        return;
    int year = day.tm_year + 1900;
    text_append_format(facts, "y%04d m%04d%02d d%04d%02d%02d ", year, year, day.tm_mon + 1, year,
                       day.tm_mon + 1, day.tm_mday);
}

#define CHANGED                                                                                    \
    "SELECT d.id, d.text, d.received_ms, d.audit, d.state, d.team, d.case_number, d.kind,"         \
    " d.caseworker, d.decider, d.urgency, t.name, d.guard FROM document d JOIN site t ON t.id = "  \
    "d.site"                                                                                       \
    " WHERE d.audit > $1 ORDER BY d.audit, d.id LIMIT $2"

static struct news read_news(struct rows *rows)
{
    struct news news = {.document = rows_uuid(rows, 0),
                        .text = rows_digest(rows, 1),
                        .received_ms = rows_integer(rows, 2),
                        .audit = rows_integer(rows, 3)};
    const char *state = rows_text(rows, 4);
    bool is_settled = strcmp(state, "filed") == 0 || strcmp(state, "forwarded") == 0 ||
                      strcmp(state, "discarded") == 0;
    news.is_purged = strcmp(state, "purged") == 0;
    text_append(&news.facts, is_settled ? "x " : "x o ");
    add_dates(&news.facts, news.received_ms);
    add_fact(&news.facts, 't', rows_text(rows, 5));
    add_fact(&news.facts, 'c', rows_text(rows, 6));
    add_fact(&news.facts, 'k', rows_text(rows, 7));
    add_fact(&news.facts, 'w', rows_text(rows, 8));
    add_fact(&news.facts, 'p', rows_text(rows, 9));
    add_fact(&news.facts, 's', rows_text(rows, 11));
    if (rows_integer(rows, 10) > 0)
        text_append(&news.facts, "ffrist ");
    if (rows_integer(rows, 10) > 1)
        text_append(&news.facts, "feilig ");
    for (size_t i = 0; i < GUARDS; i++)
        if (((uint32_t)rows_integer(rows, 12) & guard_at(i)) != 0)
            text_append_format(&news.facts, "g%s ", guard_name(guard_at(i)));
    return news;
}

/* The words of a text in the spool; none when it is not there. */
static enum status read_body(struct spool *spool, const struct digest *digest, struct text *words,
                             struct fault *fault)
{
    char *bytes = NULL;
    size_t length = 0;
    enum status status = spool_get(spool, digest, TEXT_BYTES_MOST, &bytes, &length, NULL);
    if (status == STATUS_OK)
        search_append_words(words, bytes, length);
    free(bytes);
    if (status == STATUS_LATER || !text_ok(words))
        return fault_set(fault, STATUS_LATER, "the text of a document cannot be read now");
    return STATUS_OK;
}

/* What stands in the index of the document until now. */
struct known {
    int64_t number; /* 0: nothing */
    struct digest text;
    char *facts;
};

static enum status find_known(struct search *search, const struct uuid *document,
                              struct known *ret_known, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    bool failed = false;
    enum status status = database_query(search->database,
                                        "SELECT number, text, facts FROM entry WHERE document = $1",
                                        VALUES(value_uuid(document)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there)
        *ret_known = (struct known){.number = rows_integer(rows, 0),
                                    .text = rows_digest(rows, 1),
                                    .facts = rows_text_copy(rows, 2, &failed)};
    rows_done(&rows);
    return failed ? ledger_out_of_memory(fault) : status;
}

/* FTS5's own way to take words out of an index without content. */
static enum status take_out(struct search *search, const struct known *known, const char *body,
                            struct fault *fault)
{
    return database_run(
        search->database,
        "INSERT INTO words (words, rowid, body, facts) VALUES ('delete', $1, $2, $3)",
        VALUES(value_integer(known->number), value_text(body), value_text(known->facts)), NULL,
        fault);
}

static enum status put_in(struct search *search, const struct news *news, int64_t number,
                          const char *body, struct fault *fault)
{
    int64_t given = number;
    enum status status = database_number(
        search->database,
        "INSERT INTO entry (number, document, text, facts, received_ms) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (document) DO UPDATE SET text = excluded.text, facts = excluded.facts"
        " RETURNING number",
        VALUES(number == 0 ? value_null() : value_integer(number), value_uuid(&news->document),
               value_digest(&news->text), value_text(text_string(&news->facts)),
               value_integer(news->received_ms)),
        0, &given, fault);
    if (status == STATUS_OK)
        status = database_run(
            search->database, "INSERT INTO words (rowid, body, facts) VALUES ($1, $2, $3)",
            VALUES(value_integer(given), value_text(body), value_text(text_string(&news->facts))),
            NULL, fault);
    return status;
}

static enum status replace(struct search *search, struct spool *spool, const struct news *news,
                           const struct known *known, struct fault *fault)
{
    struct text body = {0};
    struct text old = {0};
    bool is_same_text = digest_equal(&known->text, &news->text);
    enum status status = read_body(spool, &news->text, &body, fault);
    if (status == STATUS_OK && known->number != 0 && !is_same_text)
        status = read_body(spool, &known->text, &old, fault);
    if (status == STATUS_OK && known->number != 0)
        status = take_out(search, known, text_string(is_same_text ? &body : &old), fault);
    if (status == STATUS_OK)
        status = put_in(search, news, known->number, text_string(&body), fault);
    text_done(&body);
    text_done(&old);
    return status;
}

static enum status remove_known(struct search *search, struct spool *spool,
                                const struct known *known, const struct uuid *document,
                                struct fault *fault)
{
    struct text body = {0};
    enum status status = read_body(spool, &known->text, &body, fault);
    if (status == STATUS_OK)
        status = take_out(search, known, text_string(&body), fault);
    if (status == STATUS_OK)
        status = database_run(search->database, "DELETE FROM entry WHERE document = $1",
                              VALUES(value_uuid(document)), NULL, fault);
    text_done(&body);
    return status;
}

static enum status take_in(struct search *search, struct spool *spool, const struct news *news,
                           struct fault *fault)
{
    struct known known = {0};
    enum status status = find_known(search, &news->document, &known, fault);
    bool is_same = known.number != 0 && digest_equal(&known.text, &news->text) &&
                   string_equal(known.facts, text_string(&news->facts));
    if (status == STATUS_OK && news->is_purged && known.number != 0)
        status = remove_known(search, spool, &known, &news->document, fault);
    else if (status == STATUS_OK && !news->is_purged && !is_same)
        status = replace(search, spool, news, &known, fault);
    free(known.facts);
    return status;
}

/* Documents may share an audit number: a full portion begins the next one at its own last number.
 */
static enum status follow_documents(struct search *search, struct ledger *ledger,
                                    struct spool *spool, uint32_t most, uint32_t *ret_taken,
                                    struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    int64_t audit = 0;
    int64_t from = 0;
    enum status status = get_mark(search, "audit", &from, fault);
    if (status == STATUS_OK)
        status = database_query(ledger->database, CHANGED,
                                VALUES(value_integer(from), value_integer(most)), &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        struct news news = read_news(rows);
        status = take_in(search, spool, &news, fault);
        audit = news.audit;
        text_done(&news.facts);
        (*ret_taken)++;
    }
    rows_done(&rows);
    if (*ret_taken == most && audit - 1 > from)
        audit--;
    if (status == STATUS_OK && *ret_taken > 0)
        status = set_mark(search, "audit", audit, fault);
    return status;
}

/* ---- the register --------------------------------------------------------------------------- */

struct import {
    struct search *search;
    int64_t number;
};

/* "1951-03-12" as it stands, and as it is written by hand. */
static void append_birth_date(struct text *words, const char *date)
{
    if (strlen(date) != 10)
        return;
    text_append_format(words, "n%.4s%.2s%.2s n%.2s%.2s%.4s %.4s ", date, date + 5, date + 8,
                       date + 8, date + 5, date, date);
}

static enum status take_person(void *context, const struct register_row *row, struct fault *fault)
{
    struct import *import = context;
    struct text words = {0};
    const char *const *fields = row->fields;
    static const enum register_field named[] = {REGISTER_SURNAME, REGISTER_GIVEN_NAMES,
                                                REGISTER_CITY, REGISTER_CASE_NUMBER};
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
        search_append_words(&words, fields[named[i]], strlen(fields[named[i]]));
    append_birth_date(&words, fields[REGISTER_BIRTH_DATE]);
    import->number++;
    enum status status =
        text_ok(&words) ? STATUS_OK : fault_set(fault, STATUS_LATER, "out of memory");
    if (status == STATUS_OK)
        status = database_run(
            import->search->database,
            "INSERT INTO person (number, case_number, surname, given_names, birth_date, city, team)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            VALUES(value_integer(import->number), value_text(fields[REGISTER_CASE_NUMBER]),
                   value_text(fields[REGISTER_SURNAME]), value_text(fields[REGISTER_GIVEN_NAMES]),
                   value_text(fields[REGISTER_BIRTH_DATE]), value_text(fields[REGISTER_CITY]),
                   value_text(fields[REGISTER_TEAM])),
            NULL, fault);
    if (status == STATUS_OK)
        status = database_run(
            import->search->database, "INSERT INTO names (rowid, body) VALUES ($1, $2)",
            VALUES(value_integer(import->number), value_text(text_string(&words))), NULL, fault);
    text_done(&words);
    return status;
}

static enum status follow_register(struct search *search, struct ledger *ledger,
                                   struct fault *fault)
{
    struct import import = {.search = search};
    int64_t version = 0;
    int64_t known = 0;
    enum status status = register_version(ledger, &version, fault);
    if (status == STATUS_OK)
        status = get_mark(search, "register", &known, fault);
    if (status != STATUS_OK || version == known)
        return status;
    status = database_run(search->database, "DELETE FROM person", NO_VALUES, NULL, fault);
    if (status == STATUS_OK)
        status = database_run(search->database, "INSERT INTO names (names) VALUES ('delete-all')",
                              NO_VALUES, NULL, fault);
    if (status == STATUS_OK)
        status = register_each(ledger, take_person, &import, fault);
    if (status == STATUS_OK)
        status = set_mark(search, "register", version, fault);
    return status;
}

enum status search_follow(struct search *search, struct ledger *ledger, struct spool *spool,
                          uint32_t most, uint32_t *ret_taken, struct fault *fault)
{
    uint32_t taken = 0;
    enum status status = database_begin(search->database, fault);
    if (status != STATUS_OK)
        return status;
    status = follow_register(search, ledger, fault);
    if (status == STATUS_OK)
        status = follow_documents(search, ledger, spool, most, &taken, fault);
    status = database_end(search->database, status, fault);
    if (status == STATUS_OK)
        *ret_taken = taken;
    return status;
}

/* Until they are put together anew, the parts of the index still hold what was taken out of them. */
enum status search_forget(struct search *search, struct fault *fault)
{
    enum status status = database_overwrite(search->database, true, fault);
    if (status == STATUS_OK)
        status = database_begin(search->database, fault);
    if (status == STATUS_OK)
        status = database_end(search->database,
                              database_run(search->database,
                                           "INSERT INTO words (words) VALUES ('optimize')",
                                           NO_VALUES, NULL, fault),
                              fault);
    return status;
}

/* ---- finding -------------------------------------------------------------------------------- */

enum status search_find(struct search *search, const struct search_query *query, int64_t before,
                        uint32_t limit, search_callback *callback, void *context,
                        struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    enum status status = database_query(
        search->database,
        "SELECT w.rowid, e.document FROM words w JOIN entry e ON e.number = w.rowid"
        " WHERE words MATCH $1 AND w.rowid < $2 AND e.received_ms >= $3 AND e.received_ms < $4"
        " ORDER BY w.rowid DESC LIMIT $5",
        VALUES(value_text(text_string(&query->match)),
               value_integer(before == 0 ? INT64_MAX : before), value_integer(query->from_ms),
               value_integer(query->until_ms == 0 ? INT64_MAX : query->until_ms),
               value_integer(limit)),
        &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        const struct document_id id = {rows_uuid(rows, 1)};
        status = callback(context, id, rows_integer(rows, 0), fault);
    }
    rows_done(&rows);
    return status;
}

/* ---- persons -------------------------------------------------------------------------------- */

/* Every word may be the beginning of one; a number is one word however it is written. */
static size_t person_match(const char *words, struct text *match)
{
    char folded[SEARCH_WORD_BYTES];
    size_t letters = 0;
    for (words += strspn(words, " ,;"); *words != '\0'; words += strspn(words, " ,;")) {
        char piece[SEARCH_WORD_BYTES];
        size_t length = strcspn(words, " ,;");
        (void)snprintf(piece, sizeof piece, "%.*s", (int)length, words);
        words += length;
        search_fold(piece, folded);
        if (folded[0] == '\0')
            continue;
        bool is_parted = strpbrk(piece, ".-/") != NULL && strpbrk(piece, "0123456789") != NULL;
        is_parted |= strlen(folded) >= SEARCH_NUMBER_DIGITS_LEAST &&
                     strspn(folded, "0123456789") == strlen(folded);
        text_append_format(match, "%s(\"%s%s\" *)", match->length == 0 ? "" : " AND ",
                           is_parted ? "n" : "", folded);
        letters += strlen(folded);
    }
    return letters;
}

static enum status give_persons(struct rows *rows, search_person_callback *callback, void *context,
                                struct fault *fault)
{
    for (;;) {
        bool there = false;
        enum status status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            return status;
        const struct search_person person = {
            .case_number = rows_text(rows, 0),
            .surname = rows_text(rows, 1),
            .given_names = rows_text(rows, 2),
            .birth_date = rows_text(rows, 3),
            .city = rows_text(rows, 4),
            .team = rows_text(rows, 5),
        };
        status = callback(context, &person, fault);
        if (status != STATUS_OK)
            return status;
    }
}

enum status search_persons(struct search *search, const char *words,
                           search_person_callback *callback, void *context, struct fault *fault)
{
    struct text match = {0};
    struct rows *rows = NULL;
    enum status status = STATUS_OK;
    size_t letters = person_match(words, &match);
    if (letters >= SEARCH_PERSON_LETTERS_LEAST && text_ok(&match)) {
        status = database_query(
            search->database,
            "SELECT p.case_number, p.surname, p.given_names, p.birth_date, p.city, p.team"
            " FROM names n JOIN person p ON p.number = n.rowid WHERE names MATCH $1"
            " ORDER BY n.rowid LIMIT $2",
            VALUES(value_text(text_string(&match)), value_integer(SEARCH_PERSONS_MOST)), &rows,
            fault);
        if (status == STATUS_OK)
            status = give_persons(rows, callback, context, fault);
        rows_done(&rows);
    }
    text_done(&match);
    return status;
}

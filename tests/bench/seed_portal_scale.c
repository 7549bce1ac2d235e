/* seed_portal_scale.c - an office that has been at it for years: a million documents, at once.
 *
 * Usage: seed_portal_scale CONFIG DOCUMENTS
 * Fills the empty instance of CONFIG with documents in every state, their scans, pages, decisions
 * and texts, a register, three people, and the search index. Everything is invented. Rows are
 * written as they are, not the way they come to be: the chain of the audit does not hold, nothing
 * else is amiss. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/durable.h"
#include "base/reading.h"
#include "config/config.h"
#include "store/database.h"
#include "store/register.h"
#include "store/search.h"
#include "store/users.h"

enum {
    TEXTS = 4000,      /* different letters; documents share them */
    WORDS_A_TEXT = 60, /* of the list below, and a case number */
    CASES = 20000,
    TEAMS = 8,
    COMMIT_EVERY = 20000,
    FOLLOW_PORTION = 5000,
    DAYS = 5 * 365,
    OPEN_PER_MILLE = 20,    /* filed, and nobody took note yet */
    CLEARING_PER_MILLE = 5, /* a person must decide */
    CASE_BYTES = 32
};

static const char *const words[] = {
    "Sehr",        "geehrte",    "Damen",        "Herren",      "hiermit",       "Widerspruch",
    "Bescheid",    "Miete",      "Heizkosten",   "Nachzahlung", "Kündigung",     "Wohnung",
    "Antrag",      "Hilfe",      "Pflege",       "Rente",       "Bescheinigung", "Schule",
    "Kontoauszug", "Saldo",      "Betrag",       "Euro",        "Frist",         "Mahnung",
    "Krankenhaus", "Attest",     "Betreuung",    "Vollmacht",   "Gericht",       "Klage",
    "Anlage",      "Unterlagen", "Nachweis",     "Einkommen",   "Vermögen",      "Umzug",
    "Waren",       "Demmin",     "Müritz",       "Müller",      "Schröder",      "Krüger",
    "März",        "Januar",     "freundlichen", "Grüßen",      "Telefon",       "Adresse",
};
static const char *const kinds[] = {
    "widerspruch",  "kontoauszug",    "rentenbescheid", "mietvertrag", "nebenkosten",
    "nachreichung", "lohnabrechnung", "antrag_formlos", "attest",      "sachstand"};
static const char *const sites[] = {"Neubrandenburg", "Demmin", "Waren", "Neustrelitz"};

static struct database *database;
static struct digest texts[TEXTS];
static struct digest reading_digest;
static struct digest pdf_digest;
static struct fault fault;
static uint64_t random_state = 20260302;

static void check(enum status status)
{
    if (status == STATUS_OK)
        return;
    (void)fprintf(stderr, "seed_portal_scale: %s\n", fault.text);
    exit(1);
}

/* The same numbers on every machine (SplitMix64). */
static uint32_t chance(uint32_t below)
{
    uint64_t mixed = random_state += 0x9E3779B97F4A7C15U;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBU;
    return (uint32_t)((mixed ^ (mixed >> 31)) % below);
}

#define PICK(list) (list)[chance(sizeof(list) / sizeof *(list))]

static void case_of(uint32_t number, char ret_case[CASE_BYTES])
{
    (void)snprintf(ret_case, CASE_BYTES, "50.%02u.%06u-%u", 20 + number % 10, number, number % 10);
}

static void team_of(uint32_t number, char ret_team[CASE_BYTES])
{
    (void)snprintf(ret_team, CASE_BYTES, "SG 50.%u", 1 + number % TEAMS);
}

/* ---- objects -------------------------------------------------------------------------------- */

static void put_texts(struct spool *spool)
{
    char number[CASE_BYTES];
    for (size_t i = 0; i < TEXTS; i++) {
        struct text text = {0};
        case_of(chance(CASES), number);
        text_append_format(&text, "Ihr Zeichen %s\n", number);
        for (int word = 0; word < WORDS_A_TEXT; word++)
            text_append_format(&text, "%s%s", PICK(words), word % 8 == 7 ? "\n" : " ");
        check(spool_put(spool, text.bytes, text.length, &texts[i], &fault));
        text_done(&text);
    }
}

static void put_reading(struct spool *spool)
{
    struct reading_word word = {
        .text = string_copy("Widerspruch"), .box = {100, 100, 200, 30},
             .confidence = 0.9F
    };
    struct reading_page page = {
        .number = 1, .width = 1240, .height = 1754, .dpi = 150, .words = &word, .word_count = 1};
    struct reading reading = {.engine = string_copy("seed"), .pages = &page, .page_count = 1};
    struct byte_writer writer = {0};
    reading_encode(&reading, &writer);
    check(spool_put(spool, writer.bytes, writer.length, &reading_digest, &fault));
    check(spool_put(spool, "%PDF-1.4\n", 9, &pdf_digest, &fault));
    byte_writer_done(&writer);
    free(reading.engine);
    free(word.text);
}

/* ---- rows ----------------------------------------------------------------------------------- */

/* A document as it is drawn. */
struct drawn {
    int64_t number; /* from 1: of its audit row and decision, too */
    int64_t received_ms;
    struct uuid scan, document;
    char case_number[CASE_BYTES], team[CASE_BYTES];
    const char *kind, *state, *flags;
    bool is_done;
};

static struct drawn draw(int64_t number, int64_t count, int64_t now_ms)
{
    struct drawn drawn = {.number = number};
    uint32_t owner = chance(CASES);
    uint32_t fate = chance(1000);
    uint32_t flag = chance(100);
    int64_t age_ms = (count - number) * (INT64_C(86400000) * DAYS / count);
    drawn.received_ms = now_ms - age_ms - (int64_t)chance(3600000);
    drawn.scan = uuid_new(drawn.received_ms);
    drawn.document = uuid_new(drawn.received_ms);
    case_of(owner, drawn.case_number);
    team_of(owner, drawn.team);
    drawn.kind = PICK(kinds);
    drawn.flags = flag < 2 ? "deadline urgent" : flag < 10 ? "deadline" : "";
    drawn.state = fate < CLEARING_PER_MILLE ? "clearing" : "filed";
    drawn.is_done = fate >= CLEARING_PER_MILLE + OPEN_PER_MILLE;
    return drawn;
}

static void add_scan(const struct drawn *drawn, int64_t site)
{
    check(database_run(database,
                       "INSERT INTO audit (id, at_ms, actor, action, subject, detail, hash)"
                       " VALUES ($1, $2, 'seed', 'document.make', '', '{}', $3)",
                       VALUES(value_integer(drawn->number), value_integer(drawn->received_ms),
                              value_digest(&pdf_digest)),
                       NULL, &fault));
    check(database_run(database,
                       "INSERT INTO scan (id, site, source, format, sha256, has_bytes, size,"
                       " received_ms, state, page_count, documents, born, audit) VALUES"
                       " ($1, $2, 'scan.tif', 'tiff', $3, 1, 9, $4, 'read', 1, 1, $5, $5)",
                       VALUES(value_uuid(&drawn->scan), value_integer(site),
                              value_digest(&pdf_digest), value_integer(drawn->received_ms),
                              value_integer(drawn->number)),
                       NULL, &fault));
}

static void add_document(const struct drawn *drawn, int64_t site)
{
    int64_t urgency = strstr(drawn->flags, "urgent") != NULL ? 2 : drawn->flags[0] != '\0';
    check(database_run(
        database,
        "INSERT INTO document (id, scan, ordinal, site, received_ms, state, reading, text, pdf,"
        " decision, place, born, audit, team, case_number, kind, decider, urgency, done) VALUES"
        " ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $9, $9, $11, $12, $13, 'auto', $14, $15)",
        VALUES(value_uuid(&drawn->document), value_uuid(&drawn->scan), value_integer(site),
               value_integer(drawn->received_ms), value_text(drawn->state),
               value_digest(&reading_digest), value_digest(&texts[chance(TEXTS)]),
               value_digest(&pdf_digest), value_integer(drawn->number),
               value_text(strcmp(drawn->state, "filed") == 0 ? "a/b/c" : NULL),
               value_text(drawn->team), value_text(drawn->case_number), value_text(drawn->kind),
               value_integer(urgency), value_integer(drawn->is_done)),
        NULL, &fault));
    check(database_run(
        database,
        "INSERT INTO decision (id, document, made_ms, to_file, case_number, team, confidence,"
        " runner_up, decided_by, reason, kind, kind_confidence, flags, register_version, audit)"
        " VALUES ($1, $2, $3, $4, $5, $6, 0.99, 0.01, 'auto', 'Das Aktenzeichen passt.', $7, 0.9,"
        " $8, 1, $1)",
        VALUES(value_integer(drawn->number), value_uuid(&drawn->document),
               value_integer(drawn->received_ms), value_integer(drawn->state[0] == 'f'),
               value_text(drawn->case_number), value_text(drawn->team), value_text(drawn->kind),
               value_text(drawn->flags)),
        NULL, &fault));
    check(database_run(database,
                       "INSERT INTO page (scan, number, outcome, document)"
                       " VALUES ($1, 1, 'document', $2)",
                       VALUES(value_uuid(&drawn->scan), value_uuid(&drawn->document)), NULL,
                       &fault));
}

static void add_sites(void)
{
    for (size_t i = 0; i < sizeof sites / sizeof sites[0]; i++)
        check(database_run(database,
                           "INSERT INTO site (name) VALUES ($1) ON CONFLICT (name) DO NOTHING",
                           VALUES(value_text(sites[i])), NULL, &fault));
}

static void add_documents(int64_t count, int64_t now_ms)
{
    int64_t first = 0;
    check(database_number(database, "SELECT max(id) + 1 FROM audit", NO_VALUES, 1, &first, &fault));
    check(database_commit_lazily(database, true, &fault));
    for (int64_t i = 0; i < count; i++) {
        if (i % COMMIT_EVERY == 0)
            check(database_begin(database, &fault));
        struct drawn drawn = draw(i + 1, count, now_ms);
        int64_t site = 1 + chance(sizeof sites / sizeof sites[0]);
        drawn.number = first + i;
        add_scan(&drawn, site);
        add_document(&drawn, site);
        if ((i + 1) % COMMIT_EVERY == 0 || i + 1 == count)
            check(database_end(database, STATUS_OK, &fault));
    }
}

/* ---- the rest ------------------------------------------------------------------------------- */

static void import_register(struct ledger *ledger)
{
    static const char *const surnames[] = {"Müller", "Schröder", "Krüger", "Wiese", "Peters"};
    struct text csv = {0};
    char number[CASE_BYTES];
    char team[CASE_BYTES];
    text_append(&csv, "case_number;surname;given_names;birth_date;street;house_number;postcode;"
                      "city;team\n");
    for (uint32_t i = 0; i < CASES; i++) {
        case_of(i, number);
        team_of(i, team);
        text_append_format(&csv, "%s;%s;Erika;19%02u-%02u-%02u;Ring;%u;17033;Neubrandenburg;%s\n",
                           number, PICK(surnames), 30 + chance(70), 1 + chance(12), 1 + chance(28),
                           1 + chance(90), team);
    }
    check(durable_write_file("register-scale.csv", csv.bytes, csv.length, 0600, &fault));
    const struct register_import import = {
        .csv_path = "register-scale.csv", .drop_share_most = 0.1, .actor = "seed"};
    struct register_import_result result = {0};
    check(register_import_csv(ledger, &import, &result, &fault));
    text_done(&csv);
    (void)remove("register-scale.csv");
}

static void add_people(struct ledger *ledger)
{
    static const struct user_addition people[] = {
        {.name = "bernd",  .place = {.role = USER_CASEWORKER, .team = "SG 50.2"}},
        {.name = "rita",   .place = {.role = USER_REGISTRY}                     },
        {.name = "quirin", .place = {.role = USER_QUALITY}                      },
    };
    for (size_t i = 0; i < sizeof people / sizeof people[0]; i++) {
        struct user_addition addition = people[i];
        addition.password = "ein langes Kennwort";
        check(user_add(ledger, &addition, "seed", &fault));
    }
}

static void make_index(const struct config *config, struct ledger *ledger, struct spool *spool)
{
    struct search *search = NULL;
    uint32_t taken = FOLLOW_PORTION;
    char *folder = config_ledger_folder(config);
    char *path = search_path(folder);
    free(folder);
    check(search_open(path, &search, &fault));
    while (taken == FOLLOW_PORTION)
        check(search_follow(search, ledger, spool, FOLLOW_PORTION, &taken, &fault));
    search_close(&search);
    free(path);
}

int main(int argc, char **argv)
{
    struct config *config = NULL;
    struct ledger *ledger = NULL;
    struct spool *spool = NULL;
    const struct clock *clock = clock_system();
    if (argc != 3) {
        (void)fprintf(stderr, "usage: seed_portal_scale CONFIG DOCUMENTS\n");
        return 2;
    }
    check(config_load(argv[1], &config, NULL, &fault));
    check(ledger_open(config->store.ledger, LEDGER_WRITE, clock, &ledger, &fault));
    check(spool_open_at(config_spool_place(config), &spool, &fault));
    import_register(ledger);
    add_people(ledger);
    put_texts(spool);
    put_reading(spool);
    check(database_open(config->store.ledger, DATABASE_WRITE, &database, &fault));
    add_sites();
    add_documents(strtoll(argv[2], NULL, 10), clock_wall_ms(clock));
    database_close(&database);
    make_index(config, ledger, spool);
    spool_close(&spool);
    ledger_close(&ledger);
    config_free(&config);
    return 0;
}

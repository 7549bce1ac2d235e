/* http_fuzzer.c - requests to the portal: paths, queries, headers, cookies and JSON bodies.
 *
 * The input's first byte says who asks (nobody, or one of the seeded people with an open session);
 * the rest is a request as it comes over the line, of which only what the web server library would
 * have read is taken apart here. All behind it is the portal's own: unescaping, routes, roles,
 * bodies and handlers on a real ledger.
 *
 * Promises: every request has an answer; it is one that HTTP knows; what is said in JSON is JSON;
 * nobody's session opens nothing but the public addresses; and nothing makes the portal stop. */
// SPDX-License-Identifier: EUPL-1.2
#include <ftw.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/log.h"
#include "base/text.h"
#include "portal/openapi.h"
#include "portal/passage.h"
#include "portal/routes.h"
#include "tests/fuzz/fuzzer.h"
#include "tests/portal/seed.h"

enum { FIELDS_MOST = 48, BODY_BYTES_MOST = 16 * 1024 };

static const char *const people[] = {NULL,   "anna", "bernd",  "clara", "dirk",
                                     "emil", "lena", "quirin", "rita",  "rolf"};
enum { PEOPLE = sizeof people / sizeof people[0] };

static char folder[64];
static struct config *config;
static struct service service;
static struct seed seed;
static char tokens[PEOPLE][SESSION_TOKEN_BYTES];

/* ---- an office ------------------------------------------------------------------------------ */

static int remove_entry(const char *path, const struct stat *found, int type, struct FTW *place)
{
    (void)found;
    (void)type;
    (void)place;
    return remove(path);
}

static void clean_up(void)
{
    ledger_close(&service.ledger);
    spool_close(&service.spool);
    assets_done(&service.assets);
    memo_done(&service.lists);
    free(service.openapi);
    config_free(&config);
    (void)nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void must(enum status status, const struct fault *fault)
{
    if (status == STATUS_OK)
        return;
    (void)fprintf(stderr, "cannot make an office: %s\n", fault->text);
    exit(2);
}

static void make_config(void)
{
    static const char *const sites[] = {"Demmin", "Waren", "Neustrelitz", "Neubrandenburg"};
    struct text yaml = {0};
    struct fault fault = {0};
    char path[96];
    (void)snprintf(path, sizeof path, "%s/posteingang.yaml", folder);
    config_append_sample(&yaml, sites, sizeof sites / sizeof sites[0]);
    must(durable_write_file(path, yaml.bytes, yaml.length, 0600, &fault), &fault);
    text_done(&yaml);
    must(config_load(path, &config, NULL, &fault), &fault);
}

static void open_sessions(void)
{
    struct fault fault = {0};
    sessions_init(&service.sessions, INT64_MAX / 4, INT64_MAX / 4);
    for (size_t i = 1; i < PEOPLE; i++) {
        struct user_record record = {0};
        bool is_found = false;
        must(user_get(service.ledger, people[i], &is_found, &record, &fault), &fault);
        PROMISE(is_found);
        (void)sessions_begin(&service.sessions, people[i], record.epoch, "127.0.0.1",
                             clock_wall_ms(clock_system()), tokens[i]);
        user_record_done(&record);
    }
}

int LLVMFuzzerInitialize(int *argument_count, char ***arguments)
{
    (void)argument_count;
    (void)arguments;
    struct fault fault = {0};
    (void)snprintf(folder, sizeof folder, "%s/posteingang-fuzz-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (mkdtemp(folder) == NULL)
        exit(2);
    log_open("fuzz", LOG_LEVEL_ERROR);
    make_config();
    must(seed_office(config, clock_system(), &seed, &fault), &fault);
    service.config = config;
    service.clock = clock_system();
    must(ledger_open(config->store.ledger, LEDGER_WRITE, clock_system(), &service.ledger, &fault),
         &fault);
    must(spool_open_at(config_spool_place(config), &service.spool, &fault), &fault);
    // No pages: their files are fixed at the start and come from no stranger.
    must(openapi_make(POSTEINGANG_WEB, &service.openapi, &fault), &fault);
    open_sessions();
    (void)atexit(clean_up);
    return 0;
}

/* ---- a request, taken apart ----------------------------------------------------------------- */

struct field {
    char *name;
    char *value; /* NULL: there is none */
};

struct request {
    char *room; /* what the pointers point into */
    char *method, *path;
    struct field query[FIELDS_MOST], headers[FIELDS_MOST];
    size_t query_count, header_count;
    const char *body;
    size_t body_length;
    const char *token; /* of who asks; NULL: nobody */
};

static const char *find(const struct field *fields, size_t count, const char *name, bool is_header)
{
    for (size_t i = 0; i < count; i++)
        if ((is_header ? strcasecmp(fields[i].name, name) : strcmp(fields[i].name, name)) == 0)
            return fields[i].value;
    return NULL;
}

static const char *get_query(const void *connection, const char *name)
{
    const struct request *request = connection;
    return find(request->query, request->query_count, name, false);
}

static const char *get_header(const void *connection, const char *name)
{
    const struct request *request = connection;
    return find(request->headers, request->header_count, name, true);
}

static const char *get_cookie(const void *connection, const char *name)
{
    const struct request *request = connection;
    const char *given = find(request->headers, request->header_count, "cookie-value", true);
    (void)name;
    return given != NULL ? given : request->token;
}

static void each_query(const void *connection, exchange_argument *callback, void *context)
{
    const struct request *request = connection;
    for (size_t i = 0; i < request->query_count; i++)
        callback(context, request->query[i].name, request->query[i].value);
}

static void split_query(struct request *request, char *query)
{
    char *rest = query;
    for (char *pair = strsep(&rest, "&"); pair != NULL; pair = strsep(&rest, "&")) {
        if (request->query_count == FIELDS_MOST || pair[0] == '\0')
            continue;
        struct field *field = &request->query[request->query_count++];
        field->value = strchr(pair, '=');
        if (field->value != NULL) {
            *field->value++ = '\0';
            (void)passage_unescape(NULL, NULL, field->value);
        }
        field->name = pair;
        (void)passage_unescape(NULL, NULL, field->name);
    }
}

/* "GET /path?query" */
static bool split_first_line(struct request *request, char *line)
{
    request->method = line;
    request->path = strchr(line, ' ');
    if (request->path == NULL || request->path == line)
        return false;
    *request->path++ = '\0';
    request->path[strcspn(request->path, " \r")] = '\0';
    char *query = strchr(request->path, '?');
    if (query != NULL) {
        *query++ = '\0';
        split_query(request, query);
    }
    (void)passage_unescape(NULL, NULL, request->path);
    return true;
}

static void add_header(struct request *request, char *line)
{
    char *value = strchr(line, ':');
    if (value == NULL || request->header_count == FIELDS_MOST)
        return;
    *value++ = '\0';
    value += strspn(value, " ");
    value[strcspn(value, "\r")] = '\0';
    request->headers[request->header_count++] = (struct field){line, value};
}

/* "@c" and so on stand for ids of the seeded office, which are others in every run. */
static char *put_ids_in(const char *bytes, size_t length)
{
    const struct uuid *const ids[] = {&seed.clearing.uuid, &seed.filed.uuid, &seed.scan.uuid,
                                      &seed.foreign_scan.uuid, &seed.refused.uuid};
    static const char letters[] = "cfsor";
    struct text text = {0};
    for (size_t i = 0; i < length; i++) {
        const char *letter = bytes[i] == '@' && i + 1 < length && bytes[i + 1] != '\0'
                                 ? strchr(letters, bytes[i + 1])
                                 : NULL;
        char id[UUID_TEXT_BYTES];
        if (letter == NULL) {
            text_append_bytes(&text, bytes + i, 1);
            continue;
        }
        uuid_to_text(ids[letter - letters], id);
        text_append(&text, id);
        i++;
    }
    return text_take(&text);
}

/* false: the library would not have passed it on. */
static bool take_apart(struct request *request, const uint8_t *bytes, size_t length)
{
    request->token = bytes[0] % PEOPLE == 0 ? NULL : tokens[bytes[0] % PEOPLE];
    request->room = put_ids_in((const char *)bytes + 1, length - 1);
    PROMISE(request->room != NULL);
    char *rest = request->room;
    char *end = request->room + strlen(request->room);
    char *line = strsep(&rest, "\n");
    if (!split_first_line(request, line))
        return false;
    while (rest != NULL) {
        line = strsep(&rest, "\n");
        if (line[0] == '\0' || line[0] == '\r')
            break;
        add_header(request, line);
    }
    request->body = rest == NULL ? end : rest;
    request->body_length = (size_t)(end - request->body);
    return request->body_length <= BODY_BYTES_MOST;
}

/* ---- its answer ----------------------------------------------------------------------------- */

static bool is_public(const char *path)
{
    static const char *const addresses[] = {"/api/v1/health", "/api/v1/session", "/api/v1/login",
                                            "/api/v1/logout"};
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++)
        if (string_equal(path, addresses[i]))
            return true;
    return !string_starts_with(path, "/api/v1/") || strstr(path, "openapi") != NULL ||
           strstr(path, "docs") != NULL;
}

static void check_answer(const struct request *request, const struct exchange *exchange)
{
    const struct answer *answer = &exchange->answer;
    PROMISE(answer->kind != ANSWER_NOTHING);
    PROMISE(answer->status >= 200 && answer->status < 600 && answer->status != 500);
    if (request->token == NULL && exchange->session == NULL && !exchange->is_machine &&
        answer->status < 300)
        PROMISE(is_public(request->path));
    if (answer->kind != ANSWER_BYTES)
        return;
    PROMISE(answer->bytes != NULL || answer->length == 0);
    if (answer->status == 204) {
        PROMISE(answer->length == 0);
        return;
    }
    if (answer->type != NULL && strstr(answer->type, "application/json") != NULL) {
        json_t *json = json_loadb(answer->bytes, answer->length, 0, NULL);
        PROMISE(json != NULL);
        json_decref(json);
    }
}

static void ask(const struct request *request)
{
    struct exchange exchange;
    struct fault fault = {0};
    exchange_init(&exchange);
    exchange.question = (struct question){.method = request->method,
                                          .path = request->path,
                                          .body = request->body,
                                          .body_length = request->body_length,
                                          .address = "127.0.0.1",
                                          .query = get_query,
                                          .header = get_header,
                                          .cookie = get_cookie,
                                          .each_query = each_query,
                                          .connection = request};
    enum status status = routes_answer(&service, &exchange, &fault);
    PROMISE(status != STATUS_HALT);
    if (exchange.work == WORK_CREDENTIALS) { // hashing is somebody else's: it never fits here
        exchange.work = WORK_DONE;
        status = routes_answer(&service, &exchange, &fault);
        PROMISE(status != STATUS_HALT && exchange.work != WORK_CREDENTIALS);
    }
    check_answer(request, &exchange);
    exchange_done(&exchange);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct request request = {0};
    if (length < 2)
        return 0;
    const char *token = bytes[0] % PEOPLE == 0 ? NULL : tokens[bytes[0] % PEOPLE];
    if (token != NULL &&
        sessions_find(&service.sessions, token, clock_wall_ms(clock_system()), true) == NULL)
        open_sessions(); // an input before this one ended it
    if (take_apart(&request, bytes, length))
        ask(&request);
    free(request.room);
    return 0;
}

/* world.c - see world.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/workers/world.h"

#include "base/clock.h"
#include "base/durable.h"
#include "base/text.h"

enum { STEP_MS = 10, HEARTBEAT_MS = 200, NOBODYS_JOB = 1000000 };

#define MUST(call)                                                                                 \
    do {                                                                                           \
        struct fault fault = {0};                                                                  \
        if ((call) != STATUS_OK)                                                                   \
            fail_msg("%s: %s", #call, fault.text);                                                 \
    } while (0)

static int64_t now_ms(void)
{
    return clock_monotonic_ms(clock_system());
}

/* ---- the instance --------------------------------------------------------------------------- */

static void replace(struct text *text, const char *old, const char *new)
{
    char *found = strstr(text->bytes, old);
    if (found == NULL)
        fail_msg("the sample configuration has no \"%s\"", old);
    struct text changed = {0};
    text_append_bytes(&changed, text->bytes, (size_t)(found - text->bytes));
    text_append(&changed, new);
    text_append(&changed, found + strlen(old));
    text_done(text);
    *text = changed;
}

static void write_config(const char *path)
{
    static const char *const sites[] = {"Demmin", "Waren"};
    struct text yaml = {0};
    config_append_sample(&yaml, sites, 2);
    replace(&yaml, "lease: 60s", "lease: 4s");
    replace(&yaml, "heartbeat: 1s", "heartbeat: 200ms");
    replace(&yaml, "vanished: 5s", "vanished: 3s");
    replace(&yaml, "backoff: 30s", "backoff: 200ms");
    replace(&yaml, "poll: 1s", "poll: 100ms");
    MUST(durable_write_file(path, yaml.bytes, yaml.length, 0600, &fault));
    text_done(&yaml);
}

int world_set_up(void **state)
{
    static int number;
    static char root[400];
    if (number == 0)
        assert_non_null(getcwd(root, sizeof root));
    char folder[500];
    (void)snprintf(folder, sizeof folder, "%s/%d", root, ++number);
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(chdir(folder), 0);
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    write_config("posteingang.yaml");
    MUST(config_load("posteingang.yaml", &world->config, NULL, &fault));
    char *parent = string_copy(world->config->store.ledger);
    *strrchr(parent, '/') = '\0';
    MUST(durable_make_folders(parent, 0700, &fault));
    free(parent);
    MUST(ledger_open(world->config->store.ledger, LEDGER_CREATE, clock_system(), &world->ledger,
                     &fault));
    MUST(spool_open(world->config->store.spool, &world->spool, &fault));
    MUST(messaging_open(&world->messaging, &fault));
    *state = world;
    return 0;
}

int world_tear_down(void **state)
{
    struct world *world = *state;
    if (world->dispatcher != 0)
        (void)world_end(world, SIGKILL);
    for (size_t i = 0; i < world->actor_count; i++)
        actor_vanish(&world->actors[i]);
    messaging_close(&world->messaging);
    spool_close(&world->spool);
    ledger_close(&world->ledger);
    (void)umount2(world->config->store.spool, MNT_DETACH); // of a test that failed in between
    (void)umount2("ledger", MNT_DETACH);
    config_free(&world->config);
    free(world);
    return 0;
}

static uint16_t free_port(void)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof name;
    int file = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(file >= 0);
    assert_int_equal(bind(file, (struct sockaddr *)&name, sizeof name), 0);
    assert_int_equal(getsockname(file, (struct sockaddr *)&name, &length), 0);
    (void)close(file);
    return ntohs(name.sin_port);
}

void world_open_door(struct world *world)
{
    char listen[80];
    struct key_file key = {0};
    (void)snprintf(listen, sizeof listen, "listen: tcp://127.0.0.1:%u", free_port());
    char *bytes = NULL;
    size_t length = 0;
    MUST(file_read("posteingang.yaml", 1 << 20, &bytes, &length, &fault));
    struct text yaml = {0};
    text_append(&yaml, bytes);
    free(bytes);
    replace(&yaml, "listen: ''", listen);
    MUST(durable_write_file("posteingang.yaml", yaml.bytes, yaml.length, 0600, &fault));
    text_done(&yaml);
    config_free(&world->config);
    MUST(config_load("posteingang.yaml", &world->config, NULL, &fault));
    MUST(durable_make_folders("keys", 0700, &fault));
    MUST(key_pair_new(&key.pair, &fault));
    MUST(key_file_write(world->config->dispatch.key, &key, &fault));
}

struct key_file world_new_key(struct world *world, const char *name, enum worker_role role)
{
    struct key_file server = {0};
    struct key_file key = {.has_server = true};
    MUST(key_file_read(world->config->dispatch.key, &server, &fault));
    MUST(key_pair_new(&key.pair, &fault));
    key.server = server.pair.public_key;
    if (name != NULL)
        MUST(worker_key_enrol(world->ledger, name, role, &key.pair.public_key, "test", &fault));
    return key;
}

/* ---- programs ------------------------------------------------------------------------------- */

pid_t world_spawn(const char *const *argv)
{
    char program[600];
    char log[128];
    (void)snprintf(program, sizeof program, "%s/%s", getenv("BIN_DIR"), argv[0]);
    (void)snprintf(log, sizeof log, "%s.log", argv[0]);
    posix_spawn_file_actions_t actions;
    assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
    assert_int_equal(posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log,
                                                      O_WRONLY | O_CREAT | O_APPEND, 0600),
                     0);
    extern char **environ;
    pid_t process = 0;
    char *const *arguments = (char *const *)(uintptr_t)argv;
    int error = posix_spawn(&process, program, &actions, NULL, arguments, environ);
    if (error != 0)
        fail_msg("cannot start %s: %s", program, strerror(error));
    (void)posix_spawn_file_actions_destroy(&actions);
    return process;
}

int world_wait(pid_t process)
{
    int status = 0;
    assert_int_equal(waitpid(process, &status, 0), process);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void world_start(struct world *world)
{
    static const char *const argv[] = {"posteingang-dispatch", "--config", "posteingang.yaml",
                                       NULL};
    world->dispatcher = world_spawn(argv);
}

int world_end(struct world *world, int signal_number)
{
    pid_t process = world->dispatcher;
    world->dispatcher = 0;
    assert_int_equal(kill(process, signal_number), 0);
    return world_wait(process);
}

/* ---- time ----------------------------------------------------------------------------------- */

/* Heartbeats; the answer to a heartbeat that crossed the end of its job; and that to a READY that
 * was said again before its first answer came. */
static bool means_nothing(struct actor *actor, const struct wire_message *message)
{
    bool is_late = message->command == WIRE_SETTLED &&
                   message->as.settled.settlement == WIRE_STALE && message->job != actor->job;
    if (is_late && message->job > NOBODYS_JOB)
        actor->answered = message->job;
    bool is_repeat = message->command == WIRE_WELCOME && actor->welcomed != 0 &&
                     message->as.welcome.session == actor->welcomed;
    return message->command == WIRE_HEARTBEAT || is_late || is_repeat;
}

static unsigned version_of(const struct actor *actor)
{
    return actor->version == 0 ? WIRE_VERSION : actor->version;
}

/* Puts one message into the inbox; false when none was there. */
static bool listen_once(struct actor *actor)
{
    struct messaging_message *raw = NULL;
    MUST(messaging_receive(actor->socket, &raw, &fault));
    if (raw == NULL)
        return false;
    struct messaging_frame frames[WIRE_FRAMES_MOST];
    size_t count = messaging_message_frames(raw);
    assert_true(count <= WIRE_FRAMES_MOST);
    for (size_t i = 0; i < count; i++)
        frames[i] = messaging_message_frame(raw, i);
    assert_true(actor->inbox_count < INBOX_MOST);
    struct heard *heard = &actor->inbox[actor->inbox_count];
    *heard = (struct heard){0};
    unsigned version = 0;
    MUST(wire_decode(frames, count, &heard->message, &version, &fault));
    assert_int_equal(version, version_of(actor));
    if (heard->message.command == WIRE_CHUNK)
        byte_writer_raw(&heard->bytes, heard->message.as.chunk.bytes,
                        heard->message.as.chunk.length);
    if (means_nothing(actor, &heard->message))
        wire_message_done(&heard->message);
    else
        actor->inbox_count++;
    messaging_message_done(&raw);
    return true;
}

static void say_heartbeat(struct actor *actor)
{
    const struct wire_message heartbeat = {
        .command = WIRE_HEARTBEAT, .job = actor->job, .attempt = actor->attempt};
    struct byte_writer head = {0};
    wire_encode_as(&heartbeat, version_of(actor), &head);
    struct messaging_frame frame = {head.bytes, head.length};
    (void)messaging_send(actor->socket, NULL, &frame, 1, NULL, NULL);
    byte_writer_done(&head);
    actor->said_ms = now_ms();
}

static void live(struct world *world)
{
    for (size_t i = 0; i < world->actor_count; i++) {
        struct actor *actor = &world->actors[i];
        if (actor->socket == NULL || actor->is_mute)
            continue;
        while (listen_once(actor)) {
        }
        if (actor->ready.session > 0 && now_ms() - actor->said_ms >= HEARTBEAT_MS)
            say_heartbeat(actor);
    }
}

void world_pass(struct world *world, int64_t milliseconds)
{
    int64_t until = now_ms() + milliseconds;
    do {
        live(world);
        (void)poll(NULL, 0, STEP_MS);
    } while (now_ms() < until);
}

/* ---- the ledger ----------------------------------------------------------------------------- */

struct scan_id world_scan(struct world *world, const void *bytes, size_t length)
{
    struct scan_arrival arrival = {.id = {uuid_new(clock_wall_ms(clock_system()))},
                                   .site = "Demmin",
                                   .source = "scan.tif",
                                   .format = "tiff",
                                   .size = length,
                                   .received_ms = clock_wall_ms(clock_system()),
                                   .actor = "intake"};
    struct scan_acceptance acceptance = {0};
    MUST(spool_put(world->spool, bytes, length, &arrival.digest, &fault));
    MUST(ledger_scan_accept(world->ledger, &arrival, &acceptance, &fault));
    assert_false(acceptance.is_duplicate);
    return arrival.id;
}

enum scan_state world_scan_state(struct world *world, struct scan_id id)
{
    struct scan_record record = {0};
    MUST(ledger_scan_get(world->ledger, id, &record, &fault));
    enum scan_state state = record.state;
    scan_record_done(&record);
    return state;
}

void world_await_scan(struct world *world, struct scan_id id, enum scan_state state)
{
    int64_t until = now_ms() + PATIENCE_MS;
    while (world_scan_state(world, id) != state) {
        if (now_ms() > until)
            fail_msg("the scan is %s, not %s", scan_state_name(world_scan_state(world, id)),
                     scan_state_name(state));
        world_pass(world, STEP_MS);
    }
}

uint64_t world_documents(struct world *world, enum document_state state)
{
    struct ledger_summary summary = {0};
    MUST(ledger_summarise(world->ledger, &summary, &fault));
    return summary.documents[state];
}

void world_await_documents(struct world *world, enum document_state state, uint64_t count)
{
    int64_t until = now_ms() + PATIENCE_MS;
    while (world_documents(world, state) != count) {
        if (now_ms() > until)
            fail_msg("%d documents are %s, not %d", (int)world_documents(world, state),
                     document_state_name(state), (int)count);
        world_pass(world, STEP_MS);
    }
}

/* The write-ahead log grows with every commit, and is reset only when it is checkpointed. */
uint64_t world_writes(void)
{
    static const char *const paths[] = {"ledger/posteingang.db", "ledger/posteingang.db-wal"};
    uint64_t sum = 0;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct stat found;
        if (stat(paths[i], &found) == 0)
            sum += (uint64_t)found.st_mtim.tv_sec * 1000000000 + (uint64_t)found.st_mtim.tv_nsec;
    }
    return sum;
}

/* ---- actors --------------------------------------------------------------------------------- */

static struct actor *add_actor(struct world *world, const char *name, enum wire_worker_kind kind)
{
    static char host[] = "testhost";
    static char version[] = "1.0";
    assert_true(world->actor_count < ACTORS_MOST);
    struct actor *actor = &world->actors[world->actor_count++];
    *actor = (struct actor){0};
    actor->ready = (struct wire_ready){.worker = (char *)(uintptr_t)name,
                                       .host = host,
                                       .version = version,
                                       .kind = (uint8_t)kind,
                                       .incarnation = world->actor_count,
                                       .jobs = 1};
    return actor;
}

struct actor *actor_new(struct world *world, const char *name, enum wire_worker_kind kind)
{
    struct actor *actor = add_actor(world, name, kind);
    MUST(
        messaging_dealer(world->messaging, world->config->workers.address, &actor->socket, &fault));
    return actor;
}

struct actor *actor_new_far(struct world *world, const char *name, enum wire_worker_kind kind,
                            const struct key_file *key)
{
    struct actor *actor = add_actor(world, name, kind);
    MUST(messaging_dealer_guarded(world->messaging, world->config->dispatch.listen, key,
                                  &actor->socket, &fault));
    return actor;
}

void actor_vanish(struct actor *actor)
{
    messaging_socket_close(&actor->socket);
    for (size_t i = 0; i < actor->inbox_count; i++) {
        wire_message_done(&actor->inbox[i].message);
        byte_writer_done(&actor->inbox[i].bytes);
    }
    actor->inbox_count = 0;
}

void actor_say(struct world *world, struct actor *actor, const struct wire_message *message)
{
    struct byte_writer head = {0};
    wire_encode_as(message, version_of(actor), &head);
    assert_false(head.failed);
    const struct messaging_frame frames[] = {
        {head.bytes,              head.length             },
        {message->as.chunk.bytes, message->as.chunk.length}
    };
    int64_t until = now_ms() + PATIENCE_MS;
    while (messaging_send(actor->socket, NULL, frames, message->command == WIRE_CHUNK ? 2 : 1, NULL,
                          NULL) != STATUS_OK) {
        if (now_ms() > until)
            fail_msg("%s cannot be sent", wire_command_name(message->command));
        world_pass(world, STEP_MS);
    }
    byte_writer_done(&head);
    actor->said_ms = now_ms();
}

/* Takes the first message out of the inbox; a chunk's bytes are added to `keep`, when given. */
static void hear(struct world *world, struct actor *actor, struct wire_message *ret_message,
                 struct byte_writer *keep)
{
    int64_t until = now_ms() + PATIENCE_MS;
    while (actor->inbox_count == 0 && !listen_once(actor)) {
        if (now_ms() > until)
            fail_msg("%s hears nothing", actor->ready.worker);
        world_pass(world, STEP_MS);
    }
    if (actor->inbox_count == 0) {
        hear(world, actor, ret_message, keep); // it was a heartbeat
        return;
    }
    struct heard heard = actor->inbox[0];
    actor->inbox_count--;
    memmove(&actor->inbox[0], &actor->inbox[1], actor->inbox_count * sizeof heard);
    if (keep != NULL && heard.bytes.length > 0)
        byte_writer_raw(keep, heard.bytes.bytes, heard.bytes.length);
    byte_writer_done(&heard.bytes);
    *ret_message = heard.message;
}

void actor_hear(struct world *world, struct actor *actor, struct wire_message *ret_message)
{
    hear(world, actor, ret_message, NULL);
}

void actor_expect(struct world *world, struct actor *actor, enum wire_command command,
                  struct wire_message *ret_message)
{
    hear(world, actor, ret_message, NULL);
    if (ret_message->command != command)
        fail_msg("%s heard %s instead of %s", actor->ready.worker,
                 wire_command_name(ret_message->command), wire_command_name(command));
}

void actor_hears_nothing(struct world *world, struct actor *actor, int64_t milliseconds)
{
    world_pass(world, milliseconds);
    if (actor->inbox_count > 0)
        fail_msg("%s heard %s", actor->ready.worker,
                 wire_command_name(actor->inbox[0].message.command));
}

/* The first `count` of the inbox mean nothing any more. */
static void forget(struct actor *actor, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        wire_message_done(&actor->inbox[i].message);
        byte_writer_done(&actor->inbox[i].bytes);
    }
    actor->inbox_count -= count;
    memmove(&actor->inbox[0], &actor->inbox[count], actor->inbox_count * sizeof actor->inbox[0]);
}

/* What came after a WELCOME that was being waited for, and only now means nothing. */
static void forget_repeats(struct actor *actor)
{
    size_t kept = 0;
    for (size_t i = 0; i < actor->inbox_count; i++) {
        struct heard heard = actor->inbox[i];
        if (means_nothing(actor, &heard.message)) {
            wire_message_done(&heard.message);
            byte_writer_done(&heard.bytes);
        } else {
            actor->inbox[kept++] = heard;
        }
    }
    actor->inbox_count = kept;
}

/* A READY may be lost with a connection that has just died: it is said until it is answered. */
void actor_join(struct world *world, struct actor *actor)
{
    enum { ASK_AGAIN_MS = 1000 };
    int64_t until = now_ms() + PATIENCE_MS;
    actor->ready.session++;
    struct wire_message ready = {
        .command = WIRE_READY, .job = actor->job, .attempt = actor->attempt};
    ready.as.ready = actor->ready;
    size_t welcome = 0;
    bool found = false;
    while (!found) {
        if (now_ms() > until)
            fail_msg("%s is not welcome", actor->ready.worker);
        actor_say(world, actor, &ready);
        for (int waited = 0; !found && waited < ASK_AGAIN_MS; waited += STEP_MS) {
            world_pass(world, STEP_MS);
            for (welcome = 0; !found && welcome < actor->inbox_count; welcome++)
                found = actor->inbox[welcome].message.command == WIRE_WELCOME &&
                        actor->inbox[welcome].message.as.welcome.session == actor->ready.session;
        }
    }
    forget(actor, welcome);
    actor->welcomed = actor->ready.session;
    forget_repeats(actor);
}

/* The lease of a job that nobody has is answered as lost. */
void actor_await_heard(struct world *world, struct actor *actor)
{
    int64_t until = now_ms() + PATIENCE_MS;
    struct wire_message question = {
        .command = WIRE_HEARTBEAT, .job = NOBODYS_JOB + 1 + actor->answered, .attempt = 1};
    actor_say(world, actor, &question);
    while (actor->answered != question.job) {
        if (now_ms() > until)
            fail_msg("%s is not heard", actor->ready.worker);
        world_pass(world, STEP_MS);
    }
}

static void give_credit(struct world *world, struct actor *actor, uint32_t chunks)
{
    struct wire_message credit = {
        .command = WIRE_CREDIT, .job = actor->job, .attempt = actor->attempt};
    credit.as.credit.chunks = chunks;
    actor_say(world, actor, &credit);
}

static void take_part(struct world *world, struct actor *actor, uint32_t index,
                      const struct wire_part *part)
{
    struct byte_writer bytes = {0};
    while (bytes.length < part->size) {
        struct wire_message chunk = {0};
        uint64_t offset = bytes.length;
        hear(world, actor, &chunk, &bytes);
        assert_int_equal(chunk.command, WIRE_CHUNK);
        assert_int_equal(chunk.as.chunk.part, index);
        assert_int_equal(chunk.as.chunk.offset, offset);
        give_credit(world, actor, 1);
    }
    struct digest digest = digest_of(bytes.bytes, bytes.length);
    assert_int_equal(bytes.length, part->size);
    assert_true(digest_equal(&digest, &part->digest));
    byte_writer_done(&bytes);
}

void actor_take_job(struct world *world, struct actor *actor, struct wire_message *ret_job)
{
    actor_expect(world, actor, WIRE_JOB, ret_job);
    actor->job = ret_job->job;
    actor->attempt = ret_job->attempt;
    if (parcel_advance(actor->version) == 0)
        give_credit(world, actor, 2);
    for (uint32_t i = 0; i < ret_job->as.job.directory.count; i++)
        take_part(world, actor, i, &ret_job->as.job.directory.parts[i]);
}

void actor_settlement(struct world *world, struct actor *actor, enum wire_settlement expected)
{
    struct wire_message message = {0};
    do {
        actor_hear(world, actor, &message);
    } while (message.command == WIRE_CREDIT); // left over from the delivery
    if (message.command != WIRE_SETTLED)
        fail_msg("%s heard %s instead of SETTLED", actor->ready.worker,
                 wire_command_name(message.command));
    if (message.as.settled.settlement != expected)
        fail_msg("settled as %d, not %d: %s", message.as.settled.settlement, (int)expected,
                 message.as.settled.reason);
    if (message.job == actor->job)
        actor->job = actor->attempt = 0;
    wire_message_done(&message);
}

void actor_fail(struct world *world, struct actor *actor, enum wire_failure failure,
                const char *reason)
{
    struct wire_message message = {
        .command = WIRE_FAIL, .job = actor->job, .attempt = actor->attempt};
    message.as.fail = (struct wire_fail){(uint8_t)failure, (char *)(uintptr_t)reason};
    actor_say(world, actor, &message);
}

/* ---- results -------------------------------------------------------------------------------- */

static void await_credit(struct world *world, struct actor *actor, uint32_t *credits)
{
    while (*credits == 0) {
        struct wire_message credit = {0};
        actor_expect(world, actor, WIRE_CREDIT, &credit);
        *credits += credit.as.credit.chunks;
    }
    (*credits)--;
}

static void announce(struct world *world, struct actor *actor, struct wire_message *result,
                     const struct result_part *parts, size_t count)
{
    struct wire_part directory[16] = {0};
    assert_true(count <= 16);
    for (size_t i = 0; i < count; i++)
        directory[i] = (struct wire_part){.name = (char *)(uintptr_t)parts[i].name,
                                          .size = parts[i].length,
                                          .digest = digest_of(parts[i].bytes, parts[i].length)};
    struct wire_directory *place = wire_message_directory(result);
    if (place != NULL)
        *place = (struct wire_directory){directory, (uint32_t)count};
    result->job = actor->job;
    result->attempt = actor->attempt;
    actor_say(world, actor, result);
    if (place != NULL)
        *place = (struct wire_directory){0};
}

unsigned actor_deliver(struct world *world, struct actor *actor, struct wire_message *result,
                       const struct result_part *parts, size_t count, unsigned chunks_most)
{
    announce(world, actor, result, parts, count);
    unsigned sent = 0;
    uint32_t credits = parcel_advance(actor->version);
    for (size_t i = 0; i < count; i++) {
        for (size_t offset = 0; offset < parts[i].length && sent < chunks_most;) {
            size_t left = parts[i].length - offset;
            struct wire_message chunk = {
                .command = WIRE_CHUNK, .job = actor->job, .attempt = actor->attempt};
            chunk.as.chunk = (struct wire_chunk){
                .part = (uint32_t)i,
                .offset = offset,
                .bytes = (const char *)parts[i].bytes + offset,
                .length = left < WIRE_CHUNK_BYTES_MOST ? left : WIRE_CHUNK_BYTES_MOST};
            if (actor->chunk_pause_ms > 0)
                world_pass(world, actor->chunk_pause_ms);
            await_credit(world, actor, &credits);
            actor_say(world, actor, &chunk);
            offset += chunk.as.chunk.length;
            sent++;
        }
    }
    return sent;
}

void sample_reading(struct byte_writer *writer)
{
    static char hallo[] = "Hallo";
    static char engine[] = "test 1";
    struct reading_word word = {
        .text = hallo,
        .box = {10, 10, 100, 20},
        .confidence = 0.9F,
        .break_after = READING_BREAK_BLOCK
    };
    struct reading_page page = {
        .number = 1, .width = 1000, .height = 1400, .dpi = 120, .words = &word, .word_count = 1};
    struct reading reading = {.engine = engine, .pages = &page, .page_count = 1};
    reading_encode(&reading, writer);
    assert_false(writer->failed);
}

void actor_deliver_reading(struct world *world, struct actor *actor, size_t pdf_length,
                           unsigned chunks_most)
{
    struct byte_writer reading = {0};
    sample_reading(&reading);
    char *pdf = calloc(1, pdf_length);
    assert_non_null(pdf);
    memcpy(pdf, "%PDF-1.7", 8);
    memcpy(pdf + pdf_length - sizeof actor->job, &actor->job, sizeof actor->job);
    const struct result_part parts[] = {
        {"1/reading", reading.bytes, reading.length},
        {"1/text",    "Hallo\n",     6             },
        {"1/pdf",     pdf,           pdf_length    },
        {"pages",     "",            0             },
    };
    struct page_facts page = {.number = 1, .outcome = PAGE_IN_DOCUMENT, .document = 1};
    struct wire_message result = {.command = WIRE_RESULT_READ};
    result.as.result_read.pages = (struct wire_pages){&page, 1};
    result.as.result_read.document_count = 1;
    (void)actor_deliver(world, actor, &result, parts, 4, chunks_most);
    free(pdf);
    byte_writer_done(&reading);
}

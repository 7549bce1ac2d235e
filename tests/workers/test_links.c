/* test_links.c - a worker with two dispatchers, both played here, and one hand. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "workers/links.h"

enum { POSTS = 2, STEP_MS = 5, HEARTBEAT_MS = 50, VANISHED_MS = 600, PATIENCE_MS = 60000 };

/* A dispatcher that gives one job after the other, while it is asked to. */
struct post {
    struct scene *scene;
    char address[64];
    struct messaging_socket *socket;
    struct messaging_peer peer;
    bool is_known;  /* somebody said READY */
    bool gives;     /* it has work */
    bool is_silent; /* it was stopped: it hears and says nothing */
    uint32_t jobs;  /* of the last READY */
    int64_t job;    /* in the worker's hand; 0: none */
    int64_t named;  /* in the head of the last READY */
    unsigned given, done, declined, adopted;
    int64_t said_ms;
};

struct scene {
    struct loop *loop;
    struct messaging *messaging;
    struct post posts[POSTS];
    struct links *links;
    const struct act *act; /* the one that goes on */
    int64_t until_ms;
    int64_t last_job;
    bool holds_back; /* jobs stay in hand until it is false */
    bool has_job;
    unsigned at_once; /* most jobs given and not done at one time */
};

/* What has to come about, and what is done then; a test is some acts, and ends without the last
 * one's `then`. */
struct act {
    bool (*is_over)(const struct scene *scene);
    void (*then)(struct scene *scene);
};

static int64_t now_ms(void)
{
    return clock_monotonic_ms(clock_system());
}

/* ---- the dispatchers ------------------------------------------------------------------------ */

static void say(struct post *post, const struct wire_message *message)
{
    struct byte_writer head = {0};
    wire_encode(message, &head);
    const struct messaging_frame frame = {head.bytes, head.length};
    (void)messaging_send(post->socket, &post->peer, &frame, 1, NULL, NULL);
    byte_writer_done(&head);
    post->said_ms = now_ms();
}

static void give(struct post *post)
{
    static char site[] = "Demmin", source[] = "scan.tif", format[] = "tiff", none[] = "";
    struct scene *scene = post->scene;
    unsigned open = 0;
    if (!post->gives || !post->is_known || post->jobs == 0 || post->job != 0)
        return;
    post->job = ++scene->last_job;
    post->given++;
    for (int i = 0; i < POSTS; i++)
        open += scene->posts[i].job != 0;
    scene->at_once = open > scene->at_once ? open : scene->at_once;
    struct wire_message job = {.command = WIRE_JOB, .job = post->job, .attempt = 1};
    job.as.job = (struct wire_job){.kind = WIRE_JOB_READ,
                                   .lease_ms = 60000,
                                   .site = site,
                                   .source = source,
                                   .format = format,
                                   .case_number = none,
                                   .team = none};
    say(post, &job);
}

static void take_ready(struct post *post, const struct wire_message *message)
{
    struct wire_message welcome = {.command = WIRE_WELCOME};
    post->is_known = true;
    post->jobs = message->as.ready.jobs;
    post->named = message->job;
    // As the ledger says it: whoever names it has it.
    for (int i = 0; i < POSTS && message->job != 0; i++) {
        struct post *other = &post->scene->posts[i];
        if (other != post && other->job == message->job) {
            other->job = 0;
            post->job = message->job;
            post->adopted++;
        }
    }
    welcome.as.welcome =
        (struct wire_welcome){message->as.ready.session, HEARTBEAT_MS, VANISHED_MS};
    say(post, &welcome);
}

static void take(struct post *post, const struct wire_message *message)
{
    struct wire_message settled = {
        .command = WIRE_SETTLED, .job = message->job, .attempt = message->attempt};
    static char none[] = "";
    settled.as.settled.reason = none;
    if (message->command == WIRE_READY)
        take_ready(post, message);
    if (message->command != WIRE_FAIL && message->command != WIRE_RESULT_FILE)
        return;
    assert_int_equal(message->job, post->job);
    post->declined += message->command == WIRE_FAIL;
    post->done += message->command == WIRE_RESULT_FILE;
    post->job = 0;
    say(post, &settled);
}

static void hear(struct post *post)
{
    struct messaging_message *raw = NULL;
    while (messaging_receive(post->socket, &raw, NULL) == STATUS_OK && raw != NULL) {
        struct messaging_frame frame = messaging_message_frame(raw, 0);
        struct wire_message message = {0};
        post->peer = *messaging_message_peer(raw);
        assert_int_equal(wire_decode(&frame, 1, &message, NULL, NULL), STATUS_OK);
        take(post, &message);
        wire_message_done(&message);
        messaging_message_done(&raw);
    }
}

static void step(void *context)
{
    struct scene *scene = context;
    for (int i = 0; i < POSTS; i++) {
        struct post *post = &scene->posts[i];
        if (post->is_silent)
            continue;
        hear(post);
        give(post);
        if (post->is_known && now_ms() - post->said_ms >= HEARTBEAT_MS)
            say(post, &(struct wire_message){.command = WIRE_HEARTBEAT});
    }
    if (now_ms() > scene->until_ms || (scene->act->is_over(scene) && scene->act->then == NULL)) {
        loop_stop(scene->loop);
    } else if (scene->act->is_over(scene)) {
        scene->act->then(scene);
        scene->act++;
    }
}

/* ---- the worker ----------------------------------------------------------------------------- */

static void work(void *context)
{
    struct scene *scene = context;
    if (!scene->has_job || scene->holds_back)
        return;
    struct wire_message result = {.command = WIRE_RESULT_FILE};
    struct outgoing none = {0};
    result.as.result_file = (struct wire_result_file){
        .place = string_copy("there"), .pdf = string_copy(""), .note = string_copy("")};
    scene->has_job = false;
    links_finish(scene->links, &result, &none);
}

static void take_job(void *context, const struct wire_job *job, struct memory_parts *parts)
{
    struct scene *scene = context;
    (void)job;
    (void)parts;
    assert_false(scene->has_job);
    scene->has_job = true;
}

static void drop_job(void *context)
{
    ((struct scene *)context)->has_job = false;
}

static void settled(void *context, enum wire_settlement settlement, const char *reason)
{
    (void)context;
    (void)reason;
    assert_int_equal(settlement, WIRE_ACCEPTED);
}

static void parted(void *context, enum wire_parting parting, const char *reason)
{
    (void)context;
    fail_msg("parted: %d %s", (int)parting, reason);
}

static void news(void *context, const char *said)
{
    (void)context;
    (void)said;
}

static void broken(void *context, const struct fault *fault)
{
    (void)context;
    fail_msg("%s", fault->text);
}

/* ---- scenes --------------------------------------------------------------------------------- */

static void play(struct scene *scene, const struct act *acts)
{
    struct fault fault = {0};
    scene->act = acts;
    scene->until_ms = now_ms() + PATIENCE_MS;
    assert_int_equal(loop_run(scene->loop, &fault), STATUS_OK);
    if (scene->act->then != NULL || !scene->act->is_over(scene))
        fail_msg("it took too long in act %d: given %u and %u, done %u and %u",
                 (int)(scene->act - acts), scene->posts[0].given, scene->posts[1].given,
                 scene->posts[0].done, scene->posts[1].done);
}

static int set_up(void **state)
{
    static int number = 0;
    static struct scene scene;
    struct fault fault = {0};
    const char *addresses[POSTS];
    number++;
    scene = (struct scene){0};
    assert_int_equal(loop_new(clock_system(), &scene.loop, &fault), STATUS_OK);
    assert_int_equal(messaging_open(&scene.messaging, &fault), STATUS_OK);
    for (int i = 0; i < POSTS; i++) {
        struct post *post = &scene.posts[i];
        post->scene = &scene;
        (void)snprintf(post->address, sizeof post->address, "ipc://post-%d-%d", number, i);
        assert_int_equal(messaging_router(scene.messaging, post->address, &post->socket, &fault),
                         STATUS_OK);
        addresses[i] = post->address;
    }
    const struct links_options options = {
        .addresses = addresses, .count = POSTS, .kind = WIRE_READER, .part_bytes_most = 1000};
    const struct link_events events = {.job = take_job,
                                       .dropped = drop_job,
                                       .settled = settled,
                                       .parted = parted,
                                       .news = news,
                                       .broken = broken,
                                       .context = &scene};
    if (links_new(scene.loop, clock_system(), &options, &events, &scene.links, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    assert_int_not_equal(loop_add_timer(scene.loop, STEP_MS, step, &scene), 0);
    assert_int_not_equal(loop_add_timer(scene.loop, STEP_MS, work, &scene), 0);
    *state = &scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    links_free(&scene->links);
    for (int i = 0; i < POSTS; i++)
        messaging_socket_close(&scene->posts[i].socket);
    messaging_close(&scene->messaging);
    loop_free(&scene->loop);
    return 0;
}

static bool both_are_known(const struct scene *scene)
{
    return scene->posts[0].is_known && scene->posts[1].is_known;
}

static bool both_did_some(const struct scene *scene)
{
    return scene->posts[0].done >= 5 && scene->posts[1].done >= 5;
}

static bool many_are_done(const struct scene *scene)
{
    return scene->posts[0].done + scene->posts[1].done >= 30;
}

static bool second_has_done_many(const struct scene *scene)
{
    return scene->posts[1].done >= 30;
}

static bool a_job_is_in_hand(const struct scene *scene)
{
    return scene->has_job;
}

static bool somebody_adopted(const struct scene *scene)
{
    return scene->posts[0].adopted + scene->posts[1].adopted == 1;
}

static bool adopted_one_is_done(const struct scene *scene)
{
    return somebody_adopted(scene) && scene->posts[0].done + scene->posts[1].done >= 5;
}

static void both_give(struct scene *scene)
{
    scene->posts[0].gives = scene->posts[1].gives = true;
}

static void second_gives(struct scene *scene)
{
    scene->posts[1].gives = true;
}

static void first_gives_what_takes_long(struct scene *scene)
{
    scene->holds_back = true;
    scene->posts[0].gives = true;
}

static void first_falls_silent(struct scene *scene)
{
    scene->posts[0].is_silent = true;
}

static void the_job_is_done(struct scene *scene)
{
    assert_true(scene->has_job); // it went on meanwhile
    scene->holds_back = false;
    scene->posts[1].gives = true;
}

static void first_comes_back(struct scene *scene)
{
    scene->posts[0].is_silent = false;
    scene->posts[0].done = scene->posts[1].done = 0;
}

static void two_with_work_are_served_alike_and_never_at_once(void **state)
{
    struct scene *scene = *state;
    static const struct act acts[] = {
        {both_are_known, both_give},
        {many_are_done,  NULL     }
    };
    play(scene, acts);
    assert_int_equal(scene->at_once, 1);
    for (int i = 0; i < POSTS; i++) {
        assert_true(scene->posts[i].done >= 10);
        assert_int_equal(scene->posts[i].declined, 0);
    }
}

static void one_without_work_does_not_hold_up_the_other(void **state)
{
    struct scene *scene = *state;
    static const struct act acts[] = {
        {both_are_known,       second_gives},
        {second_has_done_many, NULL        }
    };
    play(scene, acts);
    assert_int_equal(scene->posts[0].given, 0);
    assert_int_equal(scene->posts[1].declined, 0);
}

static void one_that_is_not_there_does_not_hold_up_the_other(void **state)
{
    struct scene *scene = *state;
    static const struct act acts[] = {
        {second_has_done_many, NULL}
    };
    first_falls_silent(scene);
    second_gives(scene);
    play(scene, acts);
}

static void a_job_is_brought_to_the_other_when_its_dispatcher_falls_silent(void **state)
{
    struct scene *scene = *state;
    static const struct act acts[] = {
        {both_are_known,      first_gives_what_takes_long},
        {a_job_is_in_hand,    first_falls_silent         },
        {somebody_adopted,    the_job_is_done            },
        {adopted_one_is_done, first_comes_back           },
        {both_did_some,       NULL                       }
    };
    play(scene, acts);
    assert_int_equal(scene->posts[1].adopted, 1);
    assert_int_equal(scene->posts[0].declined + scene->posts[1].declined, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(two_with_work_are_served_alike_and_never_at_once, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(one_without_work_does_not_hold_up_the_other, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(one_that_is_not_there_does_not_hold_up_the_other, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            a_job_is_brought_to_the_other_when_its_dispatcher_falls_silent, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

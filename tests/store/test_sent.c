/* test_sent.c - a desk's ledger: what waits to be sent, what was, and when its bytes may go. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "tests/store/scene.h"

#include "base/text.h"
#include "store/remote_sites.h"
#include "store/sent.h"

static struct scan_id next_of(struct scene *scene)
{
    struct scan_record record = {0};
    bool found = false;
    assert_ok(scene, sent_next(scene->ledger, &found, &record, &scene->fault));
    struct scan_id id = found ? record.id : (struct scan_id){0};
    scan_record_done(&record);
    return id;
}

static bool is_next(struct scene *scene, struct scan_id id)
{
    struct scan_id next = next_of(scene);
    return uuid_equal(&next.uuid, &id.uuid);
}

/* The same bytes once more, a second later. */
static struct scan_id accept_again(struct scene *scene, struct scan_id first)
{
    struct scan_record record = {0};
    struct scan_acceptance acceptance = {0};
    scene->wall_ms += 1000;
    assert_ok(scene, ledger_scan_get(scene->ledger, first, &record, &scene->fault));
    const struct scan_arrival arrival = {.id = {uuid_new(scene->wall_ms)},
                                         .site = "Demmin",
                                         .source = "again.pdf",
                                         .format = "pdf",
                                         .digest = record.digest,
                                         .size = record.size,
                                         .received_ms = scene->wall_ms,
                                         .actor = "intake"};
    assert_ok(scene, ledger_scan_accept(scene->ledger, &arrival, &acceptance, &scene->fault));
    assert_true(acceptance.is_duplicate);
    scan_record_done(&record);
    return arrival.id;
}

static void scans_are_sent_in_the_order_of_receipt_duplicates_too(void **state)
{
    struct scene *scene = *state;
    struct sent_backlog backlog = {0};
    struct sent_summary summary = {0};
    struct scan_id first = scene_accept(scene, "Demmin");
    struct scan_id second = accept_again(scene, first);
    scene->wall_ms += 1000;
    struct scan_id third = scene_accept(scene, "Demmin");
    assert_ok(scene, sent_backlog(scene->ledger, &backlog, &scene->fault));
    assert_int_equal(backlog.scans, 3);
    assert_true(backlog.bytes > 0);
    const struct scan_id order[] = {first, second, third};
    for (size_t i = 0; i < 3; i++) {
        if (!is_next(scene, order[i]))
            fail_msg("number %zu is not next", i);
        assert_ok(scene, sent_mark(scene->ledger, order[i], &scene->fault));
        assert_ok(scene, sent_mark(scene->ledger, order[i], &scene->fault)); // harmless
        assert_int_equal(scene_scan_state(scene, order[i]), SCAN_SENT);
    }
    assert_true(is_next(scene, (struct scan_id){0}));
    assert_ok(scene, sent_backlog(scene->ledger, &backlog, &scene->fault));
    assert_int_equal(backlog.scans, 0);
    assert_int_equal(backlog.oldest_ms, 0);
    assert_ok(scene, sent_summarise(scene->ledger, &summary, &scene->fault));
    assert_int_equal(summary.scans, 3);
    assert_int_equal(summary.last_ms, scene->wall_ms);
    scene_assert_idle(scene, JOB_READ); // nobody here is to read them
    scene_assert_sound(scene);
}

static void what_the_centre_refuses_goes_back_before_and_after_it_was_sent(void **state)
{
    struct scene *scene = *state;
    struct scan_record record = {0};
    struct scan_id before = scene_accept(scene, "Demmin");
    struct scan_id after = scene_accept(scene, "Demmin");
    struct scan_id duplicate = accept_again(scene, before);
    assert_ok(scene, sent_mark(scene->ledger, after, &scene->fault));
    const struct scan_id all[] = {before, after, duplicate};
    for (size_t i = 0; i < 3; i++) {
        assert_ok(scene, sent_refuse(scene->ledger, all[i], "Zu groß.", &scene->fault));
        assert_ok(scene, sent_refuse(scene->ledger, all[i], "Zu groß.", &scene->fault));
        assert_ok(scene, ledger_scan_get(scene->ledger, all[i], &record, &scene->fault));
        assert_int_equal(record.state, SCAN_REFUSED);
        assert_string_equal(record.error, "Zu groß.");
        assert_true(record.has_bytes);
        assert_false(record.returned); // the intake does that
        scan_record_done(&record);
    }
    const struct scan_id stranger = {uuid_new(scene->wall_ms)};
    assert_status(scene, sent_refuse(scene->ledger, stranger, "?", &scene->fault), STATUS_REFUSE);
    assert_status(scene, sent_mark(scene->ledger, stranger, &scene->fault), STATUS_REFUSE);
    scene_assert_sound(scene);
}

static uint32_t clear(struct scene *scene, int64_t before_ms, int64_t quiet_ms)
{
    uint32_t count = 0;
    assert_ok(scene,
              sent_clear(scene->ledger, scene->spool, before_ms, quiet_ms, &count, &scene->fault));
    return count;
}

static bool has_object(struct scene *scene, struct scan_id id)
{
    struct scan_record record = {0};
    assert_ok(scene, ledger_scan_get(scene->ledger, id, &record, &scene->fault));
    bool has = spool_has(scene->spool, &record.digest);
    scan_record_done(&record);
    return has;
}

static void own_copies_go_when_the_centre_has_had_them_long_enough(void **state)
{
    struct scene *scene = *state;
    struct scan_id sent = scene_accept(scene, "Demmin");
    struct scan_id waiting = scene_accept(scene, "Demmin");
    assert_ok(scene, sent_mark(scene->ledger, sent, &scene->fault));
    int64_t sent_ms = scene->wall_ms;
    assert_int_equal(clear(scene, sent_ms, 0), 0);           // not before that moment
    assert_int_equal(clear(scene, sent_ms + 1, 3600000), 0); // the file is too young
    assert_true(has_object(scene, sent));
    assert_int_equal(clear(scene, sent_ms + 1, 0), 1);
    assert_false(has_object(scene, sent));
    assert_true(has_object(scene, waiting));
    assert_int_equal(clear(scene, sent_ms + 1, 0), 0);
    assert_int_equal(scene_scan_state(scene, sent), SCAN_SENT);
    scene_assert_sound(scene);
}

static void bytes_that_another_scan_needs_stay(void **state)
{
    struct scene *scene = *state;
    struct scan_id first = scene_accept(scene, "Demmin");
    struct scan_id second = accept_again(scene, first);
    assert_ok(scene, sent_mark(scene->ledger, first, &scene->fault));
    assert_int_equal(clear(scene, scene->wall_ms + 1, 0), 1);
    assert_true(has_object(scene, second)); // it was not sent yet
    assert_ok(scene, sent_mark(scene->ledger, second, &scene->fault));
    assert_int_equal(clear(scene, scene->wall_ms + 1, 0), 1);
    assert_false(has_object(scene, second));
    scene_assert_sound(scene);
}

struct seen {
    char name[32], trouble[32];
    uint64_t waiting, taken, done;
    int64_t taken_ms, rate;
    size_t count;
};

static enum status see(void *context, const struct remote_site *site, struct fault *fault)
{
    struct seen *seen = context;
    (void)fault;
    seen->count++;
    (void)snprintf(seen->name, sizeof seen->name, "%s", site->name);
    (void)snprintf(seen->trouble, sizeof seen->trouble, "%s", site->trouble);
    seen->waiting = site->waiting;
    seen->taken = site->taken;
    seen->done = site->done;
    seen->taken_ms = site->taken_ms;
    seen->rate = site->rate;
    return STATUS_OK;
}

static void the_last_word_of_a_desk_is_kept_and_its_scans_are_counted(void **state)
{
    struct scene *scene = *state;
    struct seen seen = {0};
    struct remote_site site = {.name = "Demmin",
                               .worker_key = "demmin",
                               .host = "h",
                               .version = "v",
                               .waiting = 4,
                               .rate = -1,
                               .source = "scan.pdf",
                               .size = 10,
                               .done = 5,
                               .trouble = ""};
    assert_ok(scene, remote_site_keep(scene->ledger, &site, &scene->fault));
    assert_ok(scene, remote_site_took(scene->ledger, "Demmin", &scene->fault));
    site.waiting = 3;
    site.trouble = "no room";
    assert_ok(scene, remote_site_keep(scene->ledger, &site, &scene->fault));
    assert_ok(scene, remote_sites_each(scene->ledger, see, &seen, &scene->fault));
    assert_int_equal(seen.count, 1);
    assert_string_equal(seen.name, "Demmin");
    assert_string_equal(seen.trouble, "no room");
    assert_int_equal(seen.waiting, 3);
    assert_int_equal(seen.rate, -1);
    assert_int_equal(seen.done, 5);
    assert_int_equal(seen.taken, 1);
    assert_int_equal(seen.taken_ms, scene->wall_ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(scans_are_sent_in_the_order_of_receipt_duplicates_too),
        SCENE_TEST(what_the_centre_refuses_goes_back_before_and_after_it_was_sent),
        SCENE_TEST(own_copies_go_when_the_centre_has_had_them_long_enough),
        SCENE_TEST(bytes_that_another_scan_needs_stay),
        SCENE_TEST(the_last_word_of_a_desk_is_kept_and_its_scans_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

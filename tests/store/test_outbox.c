/* test_outbox.c - notices are put in once and kept until they are out; alarms begin and end once. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "tests/store/scene.h"

#include "base/text.h"
#include "store/alarms.h"
#include "store/outbox.h"

#define SECOND_MS INT64_C(1000)
#define DAY_MS    (INT64_C(24) * 3600 * SECOND_MS)

static const struct outbox_rule rule = {
    .backoff_ms = 30 * SECOND_MS, .backoff_most_ms = 120 * SECOND_MS, .give_up_ms = DAY_MS};

static const struct notice good = {.once = "key",
                                   .channel = "mail",
                                   .recipient = "admin@example.org",
                                   .title = "Title",
                                   .body = "Body\n"};

static bool put(struct scene *scene, const struct notice *notice)
{
    bool is_new = false;
    assert_ok(scene, outbox_put(scene->ledger, notice, &is_new, &scene->fault));
    return is_new;
}

struct due {
    size_t count;
    int64_t id;
    uint32_t attempts;
    char title[64];
};

static enum status keep_due(void *context, const struct outbox_record *record, struct fault *fault)
{
    (void)fault;
    struct due *due = context;
    due->count++;
    due->id = record->id;
    due->attempts = record->attempts;
    (void)snprintf(due->title, sizeof due->title, "%s", record->title);
    return STATUS_OK;
}

static struct due what_is_due(struct scene *scene)
{
    struct due due = {0};
    assert_ok(scene, outbox_due(scene->ledger, 10, keep_due, &due, &scene->fault));
    return due;
}

static void a_notice_is_put_in_once_and_leaves_when_it_is_sent(void **state)
{
    struct scene *scene = *state;
    assert_true(put(scene, &good));
    assert_false(put(scene, &good));
    struct notice other = good;
    other.recipient = "second@example.org";
    assert_true(put(scene, &other));
    assert_int_equal(what_is_due(scene).count, 2);
    assert_ok(scene, outbox_sent(scene->ledger, what_is_due(scene).id, &scene->fault));
    assert_int_equal(what_is_due(scene).count, 1);
    assert_false(put(scene, &good)); // what was sent is not sent again
    scene_assert_sound(scene);
}

static void waits_between_attempts_double_up_to_their_limit(void **state)
{
    static const int64_t waits_s[] = {30, 60, 120, 120};
    struct scene *scene = *state;
    put(scene, &good);
    for (size_t i = 0; i < sizeof waits_s / sizeof waits_s[0]; i++) {
        bool given_up = true;
        struct due due = what_is_due(scene);
        assert_int_equal(due.count, 1);
        assert_int_equal(due.attempts, i);
        assert_ok(scene, outbox_failed(scene->ledger, due.id, "no answer", &rule, &given_up,
                                       &scene->fault));
        assert_false(given_up);
        scene->wall_ms += waits_s[i] * SECOND_MS - 1;
        assert_int_equal(what_is_due(scene).count, 0);
        scene->wall_ms += 1;
    }
    assert_int_equal(what_is_due(scene).count, 1);
}

static void a_notice_is_given_up_in_the_end_and_counted(void **state)
{
    struct scene *scene = *state;
    struct outbox_counts counts = {0};
    bool given_up = false;
    uint64_t removed = 0;
    put(scene, &good);
    scene->wall_ms += DAY_MS;
    assert_ok(scene, outbox_failed(scene->ledger, what_is_due(scene).id, "no answer", &rule,
                                   &given_up, &scene->fault));
    assert_true(given_up);
    scene->wall_ms += 10 * rule.backoff_most_ms;
    assert_int_equal(what_is_due(scene).count, 0);
    assert_ok(scene, outbox_count(scene->ledger, &counts, &scene->fault));
    assert_int_equal(counts.waiting, 0);
    assert_int_equal(counts.given_up, 1);
    assert_ok(scene, outbox_purge(scene->ledger, scene->wall_ms, &removed, &scene->fault));
    assert_int_equal(removed, 1);
}

static void what_cannot_be_sent_is_refused(void **state)
{
    struct scene *scene = *state;
    char long_title[OUTBOX_TITLE_BYTES_MOST + 2];
    memset(long_title, 'x', sizeof long_title - 1);
    long_title[sizeof long_title - 1] = '\0';
    const struct {
        const char *name;
        struct notice notice;
    } cases[] = {
        {"unknown channel",    {"k", "fax", "a@b", "t", "b"}                    },
        {"no address",         {"k", "mail", "nobody", "t", "b"}                },
        {"header in address",  {"k", "mail", "a@b\r\nBcc: c@d", "t", "b"}       },
        {"address with angle", {"k", "mail", "a@b>", "t", "b"}                  },
        {"no URL",             {"k", "webhook", "file:///etc/passwd", "t", "b"} },
        {"header in title",    {"k", "mail", "a@b", "t\nBcc: c@d", "b"}         },
        {"empty title",        {"k", "mail", "a@b", "", "b"}                    },
        {"long title",         {"k", "mail", "a@b", long_title, "b"}            },
        {"malformed body",     {"k", "mail", "a@b", "t", "\xff"}                },
        {"empty key",          {"", "webhook", "https://example.org/", "t", "b"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        print_message("%s\n", cases[i].name);
        assert_status(scene, outbox_put(scene->ledger, &cases[i].notice, NULL, &scene->fault),
                      STATUS_REFUSE);
    }
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM outbox"), 0);
}

/* ---- alarms ---------------------------------------------------------------------------------------- */

static bool raised(struct scene *scene, const char *subject, const char *words)
{
    bool is_new = false;
    const struct alarm_report report = {
        .kind = "site_silent", .subject = subject, .severity = ALARM_WARNING, .words = words};
    assert_ok(scene, alarm_raise(scene->ledger, &report, &is_new, &scene->fault));
    return is_new;
}

static bool cleared(struct scene *scene, const char *subject)
{
    bool did = false;
    assert_ok(scene, alarm_clear(scene->ledger, "site_silent", subject, &did, &scene->fault));
    return did;
}

struct told {
    size_t beginnings, ends;
};

static enum status tell(void *context, struct alarm_telling *telling,
                        const struct alarm_record *record, bool is_end, struct fault *fault)
{
    struct told *told = context;
    char once[64];
    (void)snprintf(once, sizeof once, "%s/%lld/%s", record->subject, (long long)record->raised_ms,
                   is_end ? "end" : "begin");
    *(is_end ? &told->ends : &told->beginnings) += 1;
    const struct notice notice = {.once = once,
                                  .channel = "mail",
                                  .recipient = "admin@example.org",
                                  .title = record->words,
                                  .body = record->words};
    return alarm_tell(telling, &notice, fault);
}

static struct told tell_all(struct scene *scene)
{
    struct told told = {0};
    assert_ok(scene, alarms_to_tell(scene->ledger, tell, &told, &scene->fault));
    return told;
}

static enum status count_standing(void *context, const struct alarm_record *record,
                                  struct fault *fault)
{
    (void)fault;
    assert_int_equal(record->cleared_ms, 0);
    *(size_t *)context += 1;
    return STATUS_OK;
}

static size_t standing(struct scene *scene)
{
    size_t count = 0;
    assert_ok(scene, alarms_standing(scene->ledger, count_standing, &count, &scene->fault));
    return count;
}

static void an_alarm_begins_once_and_ends_once(void **state)
{
    struct scene *scene = *state;
    assert_true(raised(scene, "Demmin", "silent for 1 h"));
    assert_false(raised(scene, "Demmin", "silent for 1 h"));
    assert_false(raised(scene, "Demmin", "silent for 2 h"));
    assert_true(raised(scene, "Malchin", "silent for 1 h"));
    assert_int_equal(standing(scene), 2);
    assert_true(cleared(scene, "Demmin"));
    assert_false(cleared(scene, "Demmin"));
    assert_false(cleared(scene, "Waren")); // never was
    assert_int_equal(standing(scene), 1);
    scene_assert_sound(scene);
}

static void beginning_and_end_are_told_once_each(void **state)
{
    struct scene *scene = *state;
    raised(scene, "Demmin", "silent");
    struct told told = tell_all(scene);
    assert_int_equal(told.beginnings, 1);
    assert_int_equal(told.ends, 0);
    raised(scene, "Demmin", "silent for longer");
    told = tell_all(scene);
    assert_int_equal(told.beginnings + told.ends, 0);
    cleared(scene, "Demmin");
    told = tell_all(scene);
    assert_int_equal(told.beginnings, 0);
    assert_int_equal(told.ends, 1);
    told = tell_all(scene);
    assert_int_equal(told.beginnings + told.ends, 0);
    assert_int_equal(what_is_due(scene).count, 2);
}

static void what_came_and_went_unseen_is_told_as_both(void **state)
{
    struct scene *scene = *state;
    raised(scene, "Demmin", "silent");
    cleared(scene, "Demmin");
    struct told told = tell_all(scene);
    assert_int_equal(told.beginnings, 1);
    assert_int_equal(told.ends, 1);
    scene->wall_ms += SECOND_MS;
    assert_true(raised(scene, "Demmin", "silent again"));
    told = tell_all(scene);
    assert_int_equal(told.beginnings, 1);
    assert_int_equal(what_is_due(scene).count, 3);
}

static void only_ended_alarms_are_removed(void **state)
{
    struct scene *scene = *state;
    uint64_t removed = 0;
    raised(scene, "Demmin", "silent");
    raised(scene, "Malchin", "silent");
    cleared(scene, "Demmin");
    tell_all(scene);
    scene->wall_ms += DAY_MS;
    assert_ok(scene, alarms_purge(scene->ledger, scene->wall_ms, &removed, &scene->fault));
    assert_int_equal(removed, 1);
    assert_int_equal(standing(scene), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_notice_is_put_in_once_and_leaves_when_it_is_sent),
        SCENE_TEST(waits_between_attempts_double_up_to_their_limit),
        SCENE_TEST(a_notice_is_given_up_in_the_end_and_counted),
        SCENE_TEST(what_cannot_be_sent_is_refused),
        SCENE_TEST(an_alarm_begins_once_and_ends_once),
        SCENE_TEST(beginning_and_end_are_told_once_each),
        SCENE_TEST(what_came_and_went_unseen_is_told_as_both),
        SCENE_TEST(only_ended_alarms_are_removed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

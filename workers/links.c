/* links.c - see links.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "workers/links.h"

enum { LOOK_MS = 50 };

/* A key file as it was when it was last read. */
struct key_state {
    const char *path; /* borrowed */
    struct timespec changed;
    ino_t number;
};

struct one {
    struct links *links;
    struct link *link;
    const char *address;   /* borrowed */
    struct key_state *key; /* NULL: none is needed */
    bool had_work;         /* in its last turn */
    bool is_out;           /* it does not want us */
    int64_t dry_ms;        /* monotonic: end of its last turn without work; 0: none */
    int64_t there_ms;      /* monotonic: when it was last there; 0: never */
    int64_t out_ms;        /* monotonic: since when it is out */
};

struct links {
    struct loop *loop;
    const struct clock *clock;
    struct link_events events;
    struct one ones[LINKS_MOST];
    size_t count;
    struct key_state keys[LINKS_MOST];
    size_t key_count;
    size_t home;         /* whose turn it is */
    int64_t turn_ms;     /* monotonic: since when */
    bool is_withdrawing; /* its turn is over, and its answer is waited for */
    bool is_leaving;
    int64_t key_ms; /* monotonic: when key files were last looked at */
    unsigned timer;
};

static int64_t now(const struct links *links)
{
    return clock_monotonic_ms(links->clock);
}

/* The one with a job in hand; NULL for none. */
static struct one *busy_one(struct links *links)
{
    for (size_t i = 0; i < links->count; i++)
        if (links->ones[i].link != NULL && link_is_busy(links->ones[i].link))
            return &links->ones[i];
    return NULL;
}

static bool is_there(const struct one *one)
{
    return !one->is_out && link_is_there(one->link);
}

/* ---- turns ---------------------------------------------------------------------------------- */

static bool somebody_else_had_work(const struct links *links)
{
    for (size_t i = 0; i < links->count; i++)
        if (i != links->home && links->ones[i].had_work && is_there(&links->ones[i]))
            return true;
    return false;
}

/* One that had no work is looked in on only now and then. */
static bool is_worth_a_turn(const struct one *one, int64_t time)
{
    return is_there(one) &&
           (one->had_work || one->dry_ms == 0 || time - one->dry_ms >= LINKS_TURN_MS);
}

/* The next one after `home`; home itself when there is no other. */
static size_t next_home(const struct links *links)
{
    int64_t time = now(links);
    for (size_t i = 1; i <= links->count; i++) {
        size_t at = (links->home + i) % links->count;
        if (is_worth_a_turn(&links->ones[at], time))
            return at;
    }
    for (size_t i = 1; i <= links->count; i++) {
        size_t at = (links->home + i) % links->count;
        if (is_there(&links->ones[at]))
            return at;
    }
    return links->home;
}

static void begin_turn(struct links *links, size_t at)
{
    links->home = at;
    links->turn_ms = now(links);
    links->is_withdrawing = false;
    link_offer(links->ones[at].link, true);
}

static void end_turn(struct links *links)
{
    struct one *one = &links->ones[links->home];
    if (!link_is_busy(one->link)) {
        one->had_work = false;
        one->dry_ms = now(links);
    }
    links->is_withdrawing = true;
    links->turn_ms = now(links);
    link_offer(one->link, false);
}

static bool turn_is_over(const struct links *links)
{
    int64_t turn_ms = somebody_else_had_work(links) ? LINKS_SHORT_TURN_MS : LINKS_TURN_MS;
    return now(links) - links->turn_ms >= turn_ms;
}

/* With an empty hand. */
static void look_at_turn(struct links *links)
{
    struct one *home = &links->ones[links->home];
    size_t next = next_home(links);
    if (!is_there(home)) {
        link_offer(home->link, next == links->home); // for when it comes back
        if (next != links->home)
            begin_turn(links, next);
    } else if (links->is_withdrawing) {
        if (link_has_answered(home->link))
            begin_turn(links, next);
        else if (now(links) - links->turn_ms >= LINKS_ANSWER_MS)
            link_begin_anew(home->link); // its answer was lost
    } else if (next != links->home && turn_is_over(links)) {
        end_turn(links);
    }
}

/* ---- jobs that change their dispatcher ------------------------------------------------------ */

/* Its dispatcher has been away for long enough, and another one is there. */
static void look_at_job(struct links *links, struct one *busy)
{
    if (is_there(busy) || !link_can_part_with_job(busy->link) ||
        now(links) - busy->there_ms < LINKS_ABSENCE_MS)
        return;
    for (size_t i = 0; i < links->count; i++) {
        struct one *other = &links->ones[i];
        if (other == busy || !is_there(other))
            continue;
        struct text words = {0};
        text_append_format(&words, "%s is away; job %lld is brought to %s", busy->address,
                           (long long)link_job_number(busy->link), other->address);
        links->events.news(links->events.context, text_string(&words));
        text_done(&words);
        link_offer(busy->link, false);
        links->home = i;
        links->is_withdrawing = true;
        links->turn_ms = now(links);
        link_take_over(other->link, busy->link);
        return;
    }
}

/* ---- keys ----------------------------------------------------------------------------------- */

static bool is_unchanged(const struct key_state *state, const struct stat *found)
{
    return state->number == found->st_ino && state->changed.tv_sec == found->st_mtim.tv_sec &&
           state->changed.tv_nsec == found->st_mtim.tv_nsec;
}

static void note_state(struct key_state *state, const struct stat *found)
{
    state->number = found->st_ino;
    state->changed = found->st_mtim;
}

/* The first time, or when the file is another one by now. *ret_key is filled with *ret_changed. */
static enum status read_key(struct key_state *state, bool *ret_changed, struct key_file *ret_key,
                            struct fault *fault)
{
    struct stat found;
    *ret_changed = false;
    if (stat(state->path, &found) != 0)
        return fault_errno(fault, STATUS_REFUSE, "cannot look at \"%s\"", state->path);
    if (is_unchanged(state, &found))
        return STATUS_OK;
    note_state(state, &found); // what cannot be read is said once
    enum status status = key_file_read(state->path, ret_key, fault);
    *ret_changed = status == STATUS_OK;
    return status;
}

static void take_key(struct links *links, struct key_state *state)
{
    struct fault fault = {0};
    struct key_file key = {0};
    bool is_changed = false;
    enum status status = read_key(state, &is_changed, &key, &fault);
    if (status == STATUS_OK && is_changed)
        links->events.news(links->events.context, "the key file has changed; connecting with it");
    for (size_t i = 0; i < links->count && status == STATUS_OK && is_changed; i++)
        if (links->ones[i].key == state)
            status = link_rekey(links->ones[i].link, &key, &fault);
    key_file_wipe(&key);
    if (status != STATUS_OK && is_changed)
        links->events.broken(links->events.context, &fault);
    else if (status != STATUS_OK && fault.os_error == 0)
        links->events.news(links->events.context, fault.text);
}

static void look_at_keys(struct links *links)
{
    if (now(links) - links->key_ms < LINKS_KEY_LOOK_MS)
        return;
    links->key_ms = now(links);
    for (size_t i = 0; i < links->key_count; i++)
        take_key(links, &links->keys[i]);
}

/* ---- time ----------------------------------------------------------------------------------- */

static void look_at_those_out(struct links *links)
{
    for (size_t i = 0; i < links->count; i++) {
        struct one *one = &links->ones[i];
        if (!one->is_out || now(links) - one->out_ms < LINKS_RETRY_MS)
            continue;
        one->is_out = false;
        link_begin_anew(one->link);
    }
}

static void look(void *context)
{
    struct links *links = context;
    int64_t time = now(links);
    if (links->is_leaving)
        return;
    look_at_keys(links);
    look_at_those_out(links);
    for (size_t i = 0; i < links->count; i++)
        if (is_there(&links->ones[i]))
            links->ones[i].there_ms = time;
    struct one *busy = busy_one(links);
    if (links->count == 1)
        return;
    if (busy != NULL)
        look_at_job(links, busy);
    else
        look_at_turn(links);
}

/* ---- what the links say --------------------------------------------------------------------- */

static bool is_free(void *context)
{
    const struct one *one = context;
    const struct one *busy = busy_one(one->links);
    return busy == NULL || busy == one;
}

/* While it is worked on, the next one's turn is prepared. */
static void job_came(void *context, const struct wire_job *job, struct memory_parts *parts)
{
    struct one *one = context;
    struct links *links = one->links;
    one->had_work = true;
    links->home = (size_t)(one - links->ones);
    if (links->count > 1)
        end_turn(links);
    links->events.job(links->events.context, job, parts);
}

static void job_dropped(void *context)
{
    const struct one *one = context;
    one->links->events.dropped(one->links->events.context);
}

static void job_settled(void *context, enum wire_settlement settlement, const char *reason)
{
    struct one *one = context;
    struct links *links = one->links;
    links->events.settled(links->events.context, settlement, reason);
    look(links);
}

static void welcomed(void *context)
{
    struct one *one = context;
    one->there_ms = now(one->links);
    look(one->links);
}

static bool anybody_is_left(const struct links *links)
{
    for (size_t i = 0; i < links->count; i++)
        if (!links->ones[i].is_out)
            return true;
    return false;
}

static void parted(void *context, enum wire_parting parting, const char *reason)
{
    struct one *one = context;
    struct links *links = one->links;
    one->is_out = true;
    one->out_ms = now(links);
    link_rest(one->link);
    if (!anybody_is_left(links)) {
        links->events.parted(links->events.context, parting, reason);
        return;
    }
    if (parting == WIRE_LEAVING)
        return;
    struct text words = {0};
    text_append_format(&words, "%s does not want this worker: %s", one->address, reason);
    links->events.news(links->events.context, text_string(&words));
    text_done(&words);
}

static void news(void *context, const char *said)
{
    const struct one *one = context;
    struct links *links = one->links;
    struct text words = {0};
    if (links->count > 1)
        text_append_format(&words, "%s: ", one->address);
    text_append(&words, said);
    links->events.news(links->events.context, text_ok(&words) ? text_string(&words) : said);
    text_done(&words);
}

static void broken(void *context, const struct fault *fault)
{
    const struct one *one = context;
    one->links->events.broken(one->links->events.context, fault);
}

/* ---- verbs ---------------------------------------------------------------------------------- */

bool links_are_busy(struct links *links)
{
    return busy_one(links) != NULL;
}

void links_progress(struct links *links, uint32_t page, uint32_t page_count)
{
    const struct one *busy = busy_one(links);
    if (busy != NULL)
        link_progress(busy->link, page, page_count);
}

void links_finish(struct links *links, struct wire_message *result, struct outgoing *parts)
{
    const struct one *busy = busy_one(links);
    if (busy != NULL) {
        link_finish(busy->link, result, parts);
        return;
    }
    wire_message_done(result);
    outgoing_done(parts);
}

void links_fail(struct links *links, enum wire_failure failure, const char *reason)
{
    const struct one *busy = busy_one(links);
    if (busy != NULL)
        link_fail(busy->link, failure, reason);
}

void links_drain(struct links *links)
{
    for (size_t i = 0; i < links->count; i++)
        link_drain(links->ones[i].link);
}

void links_leave(struct links *links)
{
    links->is_leaving = true;
    for (size_t i = 0; i < links->count; i++) {
        links->ones[i].is_out = links->ones[i].is_out || !link_is_there(links->ones[i].link);
        link_leave(links->ones[i].link);
    }
}

/* ---- life ----------------------------------------------------------------------------------- */

static bool needs_key(const char *address)
{
    return string_starts_with(address, "tcp://");
}

enum status links_check(const struct links_options *options, struct fault *fault)
{
    size_t far = 0;
    for (size_t i = 0; i < options->count; i++)
        far += needs_key(options->addresses[i]);
    if (options->count == 0)
        return fault_set(fault, STATUS_REFUSE, "--connect is missing; see --help");
    if (options->count > LINKS_MOST)
        return fault_set(fault, STATUS_REFUSE, "at most %d dispatchers", LINKS_MOST);
    if (far > 0 && options->key_count == 0)
        return fault_set(fault, STATUS_REFUSE,
                         "--connect tcp://… needs --key FILE; see: posteingang key new --help");
    if (far == 0 && options->key_count > 0)
        return fault_set(fault, STATUS_REFUSE, "--key is for --connect tcp://HOST:PORT only");
    if (options->key_count > 1 && options->key_count != far)
        return fault_set(
            fault, STATUS_REFUSE,
            "--key is given once for all dispatchers, or once for each tcp:// address");
    return STATUS_OK;
}

static enum status add(struct links *links, const struct links_options *options, size_t at,
                       struct key_state *state, struct fault *fault)
{
    struct one *one = &links->ones[at];
    struct key_file key = {0};
    *one = (struct one){.links = links, .address = options->addresses[at], .key = state};
    enum status status = STATUS_OK;
    if (state != NULL) {
        struct stat found;
        if (stat(state->path, &found) == 0)
            note_state(state, &found);
        status = key_file_read(state->path, &key, fault);
    }
    const struct link_options own = {
        .address = one->address,
        .key = state == NULL ? NULL : &key,
        .name = options->name,
        .kind = options->kind,
        .part_bytes_most = options->part_bytes_most,
        .offers_nothing = at != links->home,
    };
    const struct link_events events = {
        .job = job_came,
        .dropped = job_dropped,
        .settled = job_settled,
        .parted = parted,
        .news = news,
        .broken = broken,
        .is_free = is_free,
        .welcomed = welcomed,
        .context = one,
    };
    if (status == STATUS_OK)
        status = link_new(links->loop, links->clock, &own, &events, &one->link, fault);
    key_file_wipe(&key);
    links->count += status == STATUS_OK;
    return status;
}

static enum status start(struct links *links, const struct links_options *options,
                         struct fault *fault)
{
    size_t far = 0;
    enum status status = links_check(options, fault);
    if (status != STATUS_OK)
        return status;
    links->key_count = options->key_count;
    for (size_t i = 0; i < options->key_count; i++)
        links->keys[i].path = options->keys[i];
    // Workers that start together are to begin with different ones.
    links->home = (size_t)getpid() % options->count;
    for (size_t i = 0; i < options->count && status == STATUS_OK; i++) {
        bool is_far = needs_key(options->addresses[i]);
        struct key_state *state = is_far ? &links->keys[options->key_count == 1 ? 0 : far] : NULL;
        far += is_far;
        status = add(links, options, i, state, fault);
    }
    links->turn_ms = links->key_ms = now(links);
    if (status != STATUS_OK)
        return status;
    links->timer =
        loop_add_timer(links->loop, links->count > 1 ? LOOK_MS : LINKS_KEY_LOOK_MS, look, links);
    return links->timer != 0 ? STATUS_OK : fault_set(fault, STATUS_LATER, "no timer left");
}

enum status links_new(struct loop *loop, const struct clock *clock,
                      const struct links_options *options, const struct link_events *events,
                      struct links **ret_links, struct fault *fault)
{
    struct links *links = calloc(1, sizeof *links);
    if (links == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    links->loop = loop;
    links->clock = clock;
    links->events = *events;
    enum status status = start(links, options, fault);
    if (status == STATUS_OK)
        *ret_links = links;
    else
        links_free(&links);
    return status;
}

void links_free(struct links **links_p)
{
    struct links *links = *links_p;
    if (links == NULL)
        return;
    if (links->timer != 0)
        loop_remove_timer(links->loop, links->timer);
    for (size_t i = 0; i < links->count; i++)
        link_free(&links->ones[i].link);
    free(links);
    *links_p = NULL;
}

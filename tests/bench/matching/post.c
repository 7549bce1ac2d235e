/* post.c - see post.h. The shares are guesses at a mail room's day, on the side that is harder for
 * the matcher: relatives and strangers share more envelopes here than they do in life. */
// SPDX-License-Identifier: EUPL-1.2
#include "tests/bench/matching/post.h"

#include <stdio.h>
#include <string.h>

static const double SAME_ENVELOPE = 0.12; /* letters that come with another one */
static const double ENVELOPE_PERSON = 0.75, ENVELOPE_RELATIVE = 0.05;
static const double BATCH_PERSON = 0.03, BATCH_RELATIVE = 0.01;
static const double REQUESTED = 0.06, REQUESTED_RELATIVE = 0.01;
static const double DECIDED_BY_PERSON = 0.3; /* of those in clearing, before the batch is over */

void post_init(struct post *post, const struct world *world, uint64_t seed)
{
    static const char *const kinds[] = {"", "", "kontoauszug", "mietbescheinigung", "widerspruch"};
    *post = (struct post){.chance = chance_of(seed ^ 0x706f7374)};
    for (size_t i = 0; i < POST_REQUESTS; i++) {
        post->requests[i].person = &world->citizens[chance_below(&post->chance, world->count)];
        post->requests[i].kind = kinds[chance_below(&post->chance, sizeof kinds / sizeof *kinds)];
    }
}

static const struct citizen *relative_of(const struct world *world, const struct citizen *person)
{
    return person == NULL || person->relative == WORLD_NONE ? NULL
                                                            : &world->citizens[person->relative];
}

/* One of two with these shares; NULL: neither. */
static const struct citizen *choose(struct post *post, const struct world *world,
                                    const struct citizen *person, double own, double relatives)
{
    double share = chance_share(&post->chance);
    if (share < own)
        return person;
    return share < own + relatives ? relative_of(world, person) : NULL;
}

static const struct citizen *likely_sender(struct post *post, const struct world *world,
                                           bool is_same_envelope)
{
    if (is_same_envelope)
        return choose(post, world, post->letters[post->count - 1].person, ENVELOPE_PERSON,
                      ENVELOPE_RELATIVE);
    const struct citizen *sender = NULL;
    if (post->count > 0)
        sender = choose(post, world, post->letters[chance_below(&post->chance, post->count)].person,
                        BATCH_PERSON, BATCH_RELATIVE);
    if (sender == NULL)
        sender =
            choose(post, world, post->requests[chance_below(&post->chance, POST_REQUESTS)].person,
                   REQUESTED, REQUESTED_RELATIVE);
    return sender;
}

struct classify_context post_next(struct post *post, struct world *world)
{
    size_t count = 0;
    if (post->count == POST_BATCH_LETTERS)
        post->count = 0;
    bool is_same_envelope = post->count > 0 && chance_is(&post->chance, SAME_ENVELOPE);
    post->envelope += is_same_envelope ? 0 : 1;
    world->likely = likely_sender(post, world, is_same_envelope);
    world->picked = NULL;
    for (size_t i = 0; i < post->count; i++) {
        const struct post_letter *letter = &post->letters[i];
        if (letter->case_number[0] != '\0')
            post->facts[count++] = (struct known_fact){
                letter->envelope == post->envelope ? KNOWN_ENVELOPE : KNOWN_BATCH,
                letter->case_number, "", letter->source};
    }
    for (size_t i = 0; i < POST_REQUESTS; i++)
        post->facts[count++] = (struct known_fact){KNOWN_EXPECTED, post->requests[i].person->number,
                                                   post->requests[i].kind, "request"};
    return (struct classify_context){post->facts, count};
}

void post_settle(struct post *post, const struct world *world, const struct story *story,
                 const struct classification *result)
{
    struct post_letter *letter = &post->letters[post->count];
    const char *decided = "";
    if (result->to_file)
        decided = result->candidates[0].case_number;
    else if (story->accepted_count > 0 && chance_is(&post->chance, DECIDED_BY_PERSON))
        decided = story->accepted[0];
    *letter = (struct post_letter){.person = world->picked, .envelope = post->envelope};
    (void)snprintf(letter->case_number, sizeof letter->case_number, "%s", decided);
    (void)snprintf(letter->source, sizeof letter->source, "letter %zu", post->count);
    post->count++;
}

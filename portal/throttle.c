/* throttle.c - see throttle.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "portal/throttle.h"

struct rule {
    bool by_name, by_address;
    uint32_t free;   /* failures without a wait */
    int64_t most_ms; /* longest wait */
};

enum { RULES = 3, FIRST_WAIT_MS = 1000 };

static const struct rule rules[RULES] = {
    {true,  true,  5,  300000}, /* somebody at one desk */
    {false, true,  30, 300000}, /* many names from one address */
    {true,  false, 50, 10000 }, /* one name from many addresses */
};

static struct digest key_of(const struct rule *rule, const char *name, const char *address)
{
    struct digest_stream stream;
    digest_begin(&stream);
    digest_add(&stream, rule, sizeof rule->by_name + sizeof rule->by_address);
    if (rule->by_name)
        digest_add(&stream, name, strlen(name) + 1);
    if (rule->by_address)
        digest_add(&stream, address, strlen(address) + 1);
    return digest_end(&stream);
}

static struct throttle_key *find(struct throttle *throttle, const struct digest *key)
{
    for (size_t i = 0; i < THROTTLE_KEYS_MOST; i++)
        if (throttle->items[i].failures > 0 && digest_equal(&throttle->items[i].key, key))
            return &throttle->items[i];
    return NULL;
}

static int64_t wait_of(const struct rule *rule, const struct throttle_key *key, int64_t now_ms)
{
    if (key->failures < rule->free || now_ms - key->last_ms >= THROTTLE_FORGET_MS)
        return 0;
    uint32_t doublings = key->failures - rule->free;
    int64_t wait = doublings >= 20 ? rule->most_ms : (int64_t)FIRST_WAIT_MS << doublings;
    if (wait > rule->most_ms)
        wait = rule->most_ms;
    int64_t left = key->last_ms + wait - now_ms;
    return left > 0 ? left : 0;
}

int64_t throttle_wait_ms(struct throttle *throttle, const char *name, const char *address,
                         int64_t now_ms)
{
    int64_t longest = 0;
    for (size_t i = 0; i < RULES; i++) {
        struct digest key = key_of(&rules[i], name, address);
        const struct throttle_key *found = find(throttle, &key);
        int64_t wait = found == NULL ? 0 : wait_of(&rules[i], found, now_ms);
        if (wait > longest)
            longest = wait;
    }
    return longest;
}

/* The place of the key, a free one, or the one whose last failure is longest ago. */
static struct throttle_key *place_for(struct throttle *throttle, const struct digest *key)
{
    struct throttle_key *place = find(throttle, key);
    if (place != NULL)
        return place;
    place = &throttle->items[0];
    for (size_t i = 0; i < THROTTLE_KEYS_MOST && place->failures > 0; i++)
        if (throttle->items[i].failures == 0 || throttle->items[i].last_ms < place->last_ms)
            place = &throttle->items[i];
    *place = (struct throttle_key){.key = *key};
    return place;
}

void throttle_failed(struct throttle *throttle, const char *name, const char *address,
                     int64_t now_ms)
{
    for (size_t i = 0; i < RULES; i++) {
        struct digest key = key_of(&rules[i], name, address);
        struct throttle_key *place = place_for(throttle, &key);
        if (now_ms - place->last_ms >= THROTTLE_FORGET_MS)
            place->failures = 0;
        place->failures++;
        place->last_ms = now_ms;
    }
}

void throttle_passed(struct throttle *throttle, const char *name, const char *address)
{
    struct digest key = key_of(&rules[0], name, address);
    struct throttle_key *found = find(throttle, &key);
    if (found != NULL)
        *found = (struct throttle_key){0};
}

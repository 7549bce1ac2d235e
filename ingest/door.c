/* door.c - see door.h. */
// SPDX-License-Identifier: EUPL-1.2
#include "ingest/door.h"

static enum door_answer refuse(enum refusal refusal, enum refusal *ret_refusal)
{
    *ret_refusal = refusal;
    return DOOR_REFUSE;
}

/* Why the file can never come in, whatever is in it. */
static bool is_barred(const struct door_rule *rule, const struct door_view *view,
                      enum refusal *ret_refusal)
{
    const struct {
        bool holds;
        enum refusal refusal;
    } bars[] = {
        {S_ISLNK(view->mode),            REFUSAL_LINK     },
        {!S_ISREG(view->mode),           REFUSAL_SPECIAL  },
        {view->links > 1,                REFUSAL_HARD_LINK},
        {view->is_long,                  REFUSAL_PATH     },
        {!view->is_plain,                REFUSAL_NAME     },
        {view->bytes > rule->bytes_most, REFUSAL_TOO_LARGE},
    };
    for (size_t i = 0; i < sizeof bars / sizeof bars[0]; i++) {
        if (bars[i].holds) {
            *ret_refusal = bars[i].refusal;
            return true;
        }
    }
    return false;
}

enum door_answer door_outside(const struct door_rule *rule, const struct door_view *view,
                              enum refusal *ret_refusal)
{
    bool is_quiet = view->rested_ms >= rule->quiet_ms;
    enum refusal refusal;
    if (is_barred(rule, view, &refusal))
        return is_quiet ? refuse(refusal, ret_refusal) : DOOR_WAIT;
    // Programs make a file long before they write to it.
    if (view->bytes == 0)
        return view->rested_ms >= rule->incomplete_ms ? refuse(REFUSAL_EMPTY, ret_refusal)
                                                      : DOOR_WAIT;
    return is_quiet || view->is_renamed_in ? DOOR_LOOK : DOOR_WAIT;
}

enum door_answer door_inside(const struct door_rule *rule, const struct door_view *view,
                             const struct door_look *look, enum refusal *ret_refusal)
{
    bool is_quiet = view->rested_ms >= rule->quiet_ms;
    bool is_over = view->rested_ms >= rule->incomplete_ms;
    if (!look->is_openable)
        return is_over ? refuse(REFUSAL_UNREADABLE, ret_refusal) : DOOR_WAIT;
    if (look->format == FILE_FORMAT_UNKNOWN && !look->has_writer)
        return is_quiet ? refuse(REFUSAL_FORMAT, ret_refusal) : DOOR_WAIT;
    if (look->format == FILE_FORMAT_UNKNOWN)
        return is_over ? refuse(REFUSAL_FORMAT, ret_refusal) : DOOR_WAIT;
    switch (look->whole) {
    case WHOLE_YES:
        return !look->has_writer || is_over ? DOOR_TAKE : DOOR_WAIT;
    case WHOLE_ODD:
        return is_over ? DOOR_TAKE : DOOR_WAIT;
    case WHOLE_NOT_YET:
        return is_over ? refuse(REFUSAL_INCOMPLETE, ret_refusal) : DOOR_WAIT;
    case WHOLE_UNREADABLE:
        break; // the share is ill, not the file
    }
    return DOOR_WAIT;
}

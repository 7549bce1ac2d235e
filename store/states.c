/* states.c - the words for the states, and the moves between them, as tables.
 *
 * The words stand in the database and in the contract: changing one is a migration and a
 * breaking change. A state's birth (a scan accepted as received, refused or duplicate) is not a
 * move and not listed here. */
// SPDX-License-Identifier: EUPL-1.2
#include <stddef.h>
#include <string.h>

#include "store/states.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const char *const scan_names[] = {
    [SCAN_RECEIVED] = "received", [SCAN_READING] = "reading", [SCAN_READ] = "read",
    [SCAN_FAILED] = "failed",     [SCAN_REFUSED] = "refused", [SCAN_DUPLICATE] = "duplicate",
    [SCAN_CORRUPT] = "corrupt",   [SCAN_PURGED] = "purged",   [SCAN_SENT] = "sent",
};

static const char *const document_names[] = {
    [DOCUMENT_MATCHING] = "matching",   [DOCUMENT_FILED] = "filed",
    [DOCUMENT_CLEARING] = "clearing",   [DOCUMENT_FORWARDED] = "forwarded",
    [DOCUMENT_DISCARDED] = "discarded", [DOCUMENT_RECALLED] = "recalled",
    [DOCUMENT_CORRUPT] = "corrupt",     [DOCUMENT_ARRANGING] = "arranging",
    [DOCUMENT_REPLACED] = "replaced",   [DOCUMENT_PURGED] = "purged",
};

static const char *const job_kind_names[] = {
    [JOB_READ] = "read",
    [JOB_MATCH] = "match",
    [JOB_FILE] = "file",
    [JOB_COMPOSE] = "compose",
};

static const char *const job_state_names[] = {
    [JOB_READY] = "ready",
    [JOB_LEASED] = "leased",
    [JOB_DONE] = "done",
    [JOB_DEAD] = "dead",
};

static const char *const outcome_names[] = {
    [PAGE_IN_DOCUMENT] = "document",  [PAGE_SEPARATOR] = "separator",
    [PAGE_BLANK_SET_ASIDE] = "blank", [PAGE_REFUSED] = "refused",
    [PAGE_DUPLICATE] = "duplicate",
};

struct move {
    int from, to;
};

static const struct move scan_moves[] = {
    {SCAN_RECEIVED,  SCAN_READING  }, // leased
    {SCAN_RECEIVED,  SCAN_DUPLICATE}, // found out before it was read
    {SCAN_RECEIVED,  SCAN_REFUSED  },
    {SCAN_READING,   SCAN_READ     },
    {SCAN_READING,   SCAN_RECEIVED }, // the attempt was given back
    {SCAN_READING,   SCAN_FAILED   },
    {SCAN_READING,   SCAN_REFUSED  },
    {SCAN_FAILED,    SCAN_RECEIVED }, // a person tries again
    {SCAN_FAILED,    SCAN_READING  },
    {SCAN_RECEIVED,  SCAN_CORRUPT  },
    {SCAN_READING,   SCAN_CORRUPT  },
    {SCAN_READ,      SCAN_CORRUPT  },
    {SCAN_FAILED,    SCAN_CORRUPT  },
    {SCAN_REFUSED,   SCAN_CORRUPT  },
    {SCAN_DUPLICATE, SCAN_CORRUPT  },
    {SCAN_CORRUPT,   SCAN_RECEIVED }, // a person has seen to it
    {SCAN_CORRUPT,   SCAN_READ     },
    {SCAN_READ,      SCAN_PURGED   }, // with the last of its documents
    {SCAN_RECEIVED,  SCAN_SENT     }, // the centre took it over
    {SCAN_DUPLICATE, SCAN_SENT     },
    {SCAN_DUPLICATE, SCAN_REFUSED  }, // the centre cannot take it
    {SCAN_SENT,      SCAN_REFUSED  }, // the centre could not read it
    {SCAN_SENT,      SCAN_CORRUPT  },
};

static const struct move document_moves[] = {
    {DOCUMENT_MATCHING,  DOCUMENT_FILED    },
    {DOCUMENT_MATCHING,  DOCUMENT_CLEARING },
    {DOCUMENT_CLEARING,  DOCUMENT_MATCHING }, // assigned, or matched again
    {DOCUMENT_CLEARING,  DOCUMENT_FILED    },
    {DOCUMENT_CLEARING,  DOCUMENT_FORWARDED},
    {DOCUMENT_CLEARING,  DOCUMENT_DISCARDED},
    {DOCUMENT_FILED,     DOCUMENT_MATCHING }, // moved to another case, or described anew
    {DOCUMENT_FILED,     DOCUMENT_RECALLED }, // a misfile was found
    {DOCUMENT_CLEARING,  DOCUMENT_RECALLED }, // it still lies in the cabinet
    {DOCUMENT_RECALLED,  DOCUMENT_CLEARING },
    {DOCUMENT_RECALLED,  DOCUMENT_MATCHING }, // out of a wrong case: matched again
    {DOCUMENT_RECALLED,  DOCUMENT_FORWARDED},
    {DOCUMENT_RECALLED,  DOCUMENT_DISCARDED},
    {DOCUMENT_FORWARDED, DOCUMENT_CLEARING }, // taken back
    {DOCUMENT_DISCARDED, DOCUMENT_CLEARING }, // taken back
    {DOCUMENT_MATCHING,  DOCUMENT_CORRUPT  },
    {DOCUMENT_FILED,     DOCUMENT_CORRUPT  },
    {DOCUMENT_CLEARING,  DOCUMENT_CORRUPT  },
    {DOCUMENT_FORWARDED, DOCUMENT_CORRUPT  },
    {DOCUMENT_DISCARDED, DOCUMENT_CORRUPT  },
    {DOCUMENT_RECALLED,  DOCUMENT_CORRUPT  },
    {DOCUMENT_CORRUPT,   DOCUMENT_MATCHING }, // a person has seen to it
    {DOCUMENT_FILED,     DOCUMENT_ARRANGING},
    {DOCUMENT_CLEARING,  DOCUMENT_ARRANGING},
    {DOCUMENT_ARRANGING, DOCUMENT_FILED    }, // it could not be done, or was taken back
    {DOCUMENT_ARRANGING, DOCUMENT_CLEARING },
    {DOCUMENT_ARRANGING, DOCUMENT_RECALLED }, // done, and it lies in the cabinet
    {DOCUMENT_ARRANGING, DOCUMENT_REPLACED },
    {DOCUMENT_ARRANGING, DOCUMENT_CORRUPT  },
    {DOCUMENT_RECALLED,  DOCUMENT_REPLACED },
    {DOCUMENT_CLEARING,  DOCUMENT_REPLACED }, // what was made is taken back
    {DOCUMENT_REPLACED,  DOCUMENT_CLEARING }, // and what it was made of comes back
    {DOCUMENT_REPLACED,  DOCUMENT_MATCHING },
    {DOCUMENT_REPLACED,  DOCUMENT_CORRUPT  },
    {DOCUMENT_FORWARDED, DOCUMENT_PURGED   }, // by two persons
    {DOCUMENT_DISCARDED, DOCUMENT_PURGED   },
    {DOCUMENT_REPLACED,  DOCUMENT_PURGED   },
    {DOCUMENT_RECALLED,  DOCUMENT_PURGED   }, // out of the cabinet
};

static const struct move job_moves[] = {
    {JOB_READY,  JOB_LEASED},
    {JOB_LEASED, JOB_DONE  },
    {JOB_LEASED, JOB_READY }, // failed, tried again later
    {JOB_LEASED, JOB_DEAD  },
    {JOB_READY,  JOB_DEAD  }, // its scan or document contradicts it
    {JOB_READY,  JOB_DONE  }, // a person took back what it was for
    {JOB_DEAD,   JOB_READY }, // a person tries again
    {JOB_DEAD,   JOB_DONE  }, // a person settled it without
};

static const bool scan_final[] = {
    [SCAN_READ] = true,    [SCAN_FAILED] = true, [SCAN_REFUSED] = true, [SCAN_DUPLICATE] = true,
    [SCAN_CORRUPT] = true, [SCAN_PURGED] = true, [SCAN_SENT] = true,
};

static const bool document_final[] = {
    [DOCUMENT_FILED] = true,     [DOCUMENT_CLEARING] = true, [DOCUMENT_FORWARDED] = true,
    [DOCUMENT_DISCARDED] = true, [DOCUMENT_CORRUPT] = true,  [DOCUMENT_REPLACED] = true,
    [DOCUMENT_PURGED] = true,
};

/* Numbers from outside (the wire, the database) come through here too: "?" for a stranger. */
static const char *name_of(const char *const *names, size_t count, size_t number)
{
    return number < count ? names[number] : "?";
}

static bool number_of(const char *const *names, size_t count, const char *name, size_t *ret_number)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            *ret_number = i;
            return true;
        }
    }
    return false;
}

static bool is_listed(const struct move *moves, size_t count, int from, int to)
{
    for (size_t i = 0; i < count; i++)
        if (moves[i].from == from && moves[i].to == to)
            return true;
    return false;
}

const char *scan_state_name(enum scan_state state)
{
    return name_of(scan_names, COUNT(scan_names), (size_t)state);
}

const char *document_state_name(enum document_state state)
{
    return name_of(document_names, COUNT(document_names), (size_t)state);
}

const char *job_kind_name(enum job_kind kind)
{
    return name_of(job_kind_names, COUNT(job_kind_names), (size_t)kind);
}

const char *job_state_name(enum job_state state)
{
    return name_of(job_state_names, COUNT(job_state_names), (size_t)state);
}

const char *page_outcome_name(enum page_outcome outcome)
{
    return name_of(outcome_names, COUNT(outcome_names), (size_t)outcome);
}

bool page_outcome_from_name(const char *name, enum page_outcome *ret_outcome)
{
    size_t number = 0;
    if (name == NULL || !number_of(outcome_names, COUNT(outcome_names), name, &number))
        return false;
    *ret_outcome = (enum page_outcome)number;
    return true;
}

bool scan_state_from_name(const char *name, enum scan_state *ret_state)
{
    size_t number = 0;
    if (!number_of(scan_names, COUNT(scan_names), name, &number))
        return false;
    *ret_state = (enum scan_state)number;
    return true;
}

bool document_state_from_name(const char *name, enum document_state *ret_state)
{
    size_t number = 0;
    if (!number_of(document_names, COUNT(document_names), name, &number))
        return false;
    *ret_state = (enum document_state)number;
    return true;
}

bool job_kind_from_name(const char *name, enum job_kind *ret_kind)
{
    size_t number = 0;
    if (!number_of(job_kind_names, COUNT(job_kind_names), name, &number))
        return false;
    *ret_kind = (enum job_kind)number;
    return true;
}

bool scan_move_is_legal(enum scan_state from, enum scan_state to)
{
    return is_listed(scan_moves, COUNT(scan_moves), (int)from, (int)to);
}

bool document_move_is_legal(enum document_state from, enum document_state to)
{
    return is_listed(document_moves, COUNT(document_moves), (int)from, (int)to);
}

bool job_move_is_legal(enum job_state from, enum job_state to)
{
    return is_listed(job_moves, COUNT(job_moves), (int)from, (int)to);
}

bool scan_state_is_final(enum scan_state state)
{
    return (size_t)state < COUNT(scan_final) && scan_final[state];
}

bool document_state_is_final(enum document_state state)
{
    return (size_t)state < COUNT(document_final) && document_final[state];
}

/* service.h - what the portal's answers are made from. One thread owns it. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_SERVICE_H
#define PORTAL_SERVICE_H

#include "base/clock.h"
#include "base/secret.h"
#include "config/config.h"
#include "portal/assets.h"
#include "portal/looks.h"
#include "portal/memo.h"
#include "portal/pulse.h"
#include "portal/sessions.h"
#include "portal/throttle.h"
#include "store/ledger.h"
#include "store/search.h"
#include "store/spool.h"

struct service {
    const struct config *config; /* borrowed */
    const struct clock *clock;   /* borrowed */
    struct ledger *ledger;
    struct spool *spool;
    struct search *search; /* to look; the indexer writes */
    struct assets assets;
    char *programs; /* folder of posteingang-intake; owned */
    char *openapi;  /* JSON; owned */
    struct sessions sessions;
    struct pulse *pulse;
    struct throttle throttle;
    struct memo lists;
    struct looks looks;
    bool has_factor_key; /* the file is there: second factors can be checked */
    uint8_t factor_key[SECRET_BYTES];
    int64_t silent_until_ms; /* monotonic; the directory is not asked before */
};

#endif

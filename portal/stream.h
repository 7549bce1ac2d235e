/* stream.h - a response that never ends: server-sent events for one browser.
 *
 * Each event is `event: change` with the numbers of pulse.h's topics; a page loads again what it
 * shows when one of its topics has another number. Nothing of content is ever sent here. A stream
 * ends when its session does, within PULSE_BEAT_MS, and when its account changes, at once: the
 * browser connects again and is let in, or not. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_STREAM_H
#define PORTAL_STREAM_H

#include <microhttpd.h>

#include "portal/pulse.h"
#include "portal/service.h"

/* NULL when there is no memory. The response is the caller's to queue and destroy; everything else
 * ends with it. `exchange` must be somebody's. */
struct MHD_Response *stream_response(struct service *service, struct MHD_Connection *connection,
                                     const struct exchange *exchange);

#endif

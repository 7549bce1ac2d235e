/* giveback.h - refused files, given back to their site: drop/_refused/<source> and a note beside
 * it, <source>.txt, that says why and what to do.
 *
 * The note is written first and carries the scan's id: who repeats this after a crash finds the
 * place again by it, so that nothing is given back twice. Each step is durable before the next. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef INGEST_GIVEBACK_H
#define INGEST_GIVEBACK_H

#include "base/digest.h"
#include "ingest/claim.h"
#include "ingest/refusal.h"

/* Moves a claimed file there. `slip` has everything; its source is where the file goes. */
enum status giveback_claim(int root, const struct claim *claim, const struct refusal_slip *slip,
                           struct fault *fault);
/* Copies `object`, a descriptor of the bytes of that digest, there. STATUS_REFUSE: its bytes do
 * not have that digest any more; nothing was given back. */
enum status giveback_copy(int root, int object, const struct digest *digest,
                          const struct refusal_slip *slip, struct fault *fault);
/* Only the note: there are no bytes to give back. */
enum status giveback_note(int root, const struct refusal_slip *slip, struct fault *fault);

#endif

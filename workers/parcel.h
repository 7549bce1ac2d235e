/* parcel.h - the parts that travel with a JOB or a RESULT, on their way out and on their way in.
 *
 * Parts go one after the other, each from its first byte to its last, in chunks. PARCEL_CREDITS
 * may follow the message at once; from then on the receiver says with CREDIT how many more, so
 * that neither side holds more than that in memory. Every part's SHA-256 stands in the directory
 * and is checked at its end. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef WORKERS_PARCEL_H
#define WORKERS_PARCEL_H

#include "workers/wire.h"

/* Chunks on the way at once; with the message before them fewer than the dealer's high-water mark.
 * Heartbeats wait behind them: with chunks of 32 KiB a line of 256 kbit/s needs 4 s for all, less
 * than workers.vanished. */
enum { PARCEL_CREDITS = 4 };

/* How many chunks a sender may send to, or have from, a peer of this version of the protocol (0: our
 * own) before the first CREDIT: PARCEL_CREDITS; none of one before version 5, which is told so by a
 * CREDIT of that many. */
uint32_t parcel_advance(unsigned version);

/* ---- out ------------------------------------------------------------------------------------ */

struct outgoing_source {
    int file;       /* read with pread(); -1: from memory */
    uint8_t *bytes; /* owned; NULL for a file */
};

struct outgoing {
    struct wire_directory directory;
    struct outgoing_source *sources; /* one for each part */
    uint32_t part;                   /* the next chunk's */
    uint64_t offset;
    uint32_t credits; /* chunks the receiver will take now */
};

/* Adds a part that is read from `file`, which the parcel closes, also when adding fails. */
enum status outgoing_add_file(struct outgoing *outgoing, const char *name, int file, uint64_t size,
                              const struct digest *digest, struct fault *fault);
/* Adds a part of bytes that the parcel frees, also when adding fails; computes the digest. */
enum status outgoing_add_bytes(struct outgoing *outgoing, const char *name, uint8_t *bytes,
                               size_t length, struct fault *fault);
/* Starts again from the first byte, without credit. */
void outgoing_rewind(struct outgoing *outgoing);
/* The receiver will take `chunks` more. */
void outgoing_credit(struct outgoing *outgoing, uint32_t chunks);
bool outgoing_is_complete(const struct outgoing *outgoing);
/* Spends a credit on the next chunk, read into `buffer` of WIRE_CHUNK_BYTES; *ret_chunk
 * borrows it. *ret_some false: no credit, or nothing left. STATUS_REFUSE: the file is shorter
 * than its part; LATER: it could not be read. */
enum status outgoing_next(struct outgoing *outgoing, uint8_t *buffer, bool *ret_some,
                          struct wire_chunk *ret_chunk, struct fault *fault);
void outgoing_done(struct outgoing *outgoing);

/* ---- in ------------------------------------------------------------------------------------- */

/* Where the bytes go. Each part is begun, added to and ended, in order; whatever they return
 * other than STATUS_OK ends the transfer. */
struct parcel_sink {
    enum status (*begin)(void *context, uint32_t index, const struct wire_part *part,
                         struct fault *fault);
    enum status (*add)(void *context, uint32_t index, const void *bytes, size_t length,
                       struct fault *fault);
    /* The part is complete, and its digest was right. */
    enum status (*end)(void *context, uint32_t index, const struct wire_part *part,
                       struct fault *fault);
    void *context; /* borrowed */
};

struct incoming {
    struct wire_directory directory;
    struct parcel_sink sink;
    uint32_t part; /* the next chunk's */
    uint64_t offset;
    struct digest_stream digest;
};

/* Takes over `directory`, also when it fails. Parts without bytes are done at once. */
enum status incoming_begin(struct incoming *incoming, struct wire_directory *directory,
                           const struct parcel_sink *sink, struct fault *fault);
/* STATUS_REFUSE: out of order, too long, or a digest that is not the directory's. Else what the
 * sink says. */
enum status incoming_take(struct incoming *incoming, const struct wire_chunk *chunk,
                          struct fault *fault);
bool incoming_is_complete(const struct incoming *incoming);
void incoming_done(struct incoming *incoming);

#endif

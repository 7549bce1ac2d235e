/* outbox.c - see outbox.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "workers/outbox.h"

static void letter_done(struct outbox_letter *letter)
{
    for (size_t i = 0; i < letter->count; i++)
        free((void *)(uintptr_t)letter->frames[i].bytes);
    *letter = (struct outbox_letter){0};
}

static enum status put_on_wire(struct outbox *outbox, const struct messaging_frame *frames,
                               size_t count, bool *ret_gone, struct fault *fault)
{
    return outbox->port.send(outbox->port.context, outbox->has_peer ? &outbox->peer : NULL, frames,
                             count, ret_gone, fault);
}

static bool copy_frame(struct outbox_letter *letter, const struct messaging_frame *frame)
{
    void *bytes = malloc(frame->length == 0 ? 1 : frame->length);
    if (bytes == NULL)
        return false;
    memcpy(bytes, frame->bytes, frame->length);
    struct messaging_frame *copy = &letter->frames[letter->count++];
    copy->bytes = bytes;
    copy->length = frame->length;
    return true;
}

static enum status keep(struct outbox *outbox, const struct messaging_frame *frames, size_t count,
                        struct fault *fault)
{
    if (outbox->count == OUTBOX_MESSAGES_MOST)
        return fault_set(fault, STATUS_LATER, "the peer takes nothing any more");
    struct outbox_letter letter = {0};
    for (size_t i = 0; i < count; i++) {
        if (!copy_frame(&letter, &frames[i])) {
            letter_done(&letter);
            return fault_set(fault, STATUS_LATER, "out of memory");
        }
    }
    outbox->waiting[(outbox->first + outbox->count++) % OUTBOX_MESSAGES_MOST] = letter;
    return STATUS_OK;
}

static enum status send_or_keep(struct outbox *outbox, const struct wire_message *message,
                                bool is_kept, bool *ret_gone, struct fault *fault)
{
    *ret_gone = false;
    struct byte_writer head = {0};
    wire_encode_as(message, outbox->version == 0 ? WIRE_VERSION : outbox->version, &head);
    if (head.failed) {
        byte_writer_done(&head);
        return fault_set(fault, STATUS_REFUSE, "cannot say %s: a field is beyond its limits",
                         wire_command_name(message->command));
    }
    const struct messaging_frame frames[] = {
        {head.bytes,              head.length             },
        {message->as.chunk.bytes, message->as.chunk.length}
    };
    size_t count = message->command == WIRE_CHUNK ? 2 : 1;
    enum status status = STATUS_LATER;
    bool is_behind = is_kept || outbox->kept > 0;
    if (outbox_is_empty(outbox) && !is_kept)
        status = put_on_wire(outbox, frames, count, ret_gone, fault);
    if (status == STATUS_LATER && !*ret_gone) {
        status = keep(outbox, frames, count, fault);
        outbox->kept += status == STATUS_OK && is_behind ? 1U : 0U;
    }
    byte_writer_done(&head);
    return status;
}

enum status outbox_send(struct outbox *outbox, const struct wire_message *message, bool *ret_gone,
                        struct fault *fault)
{
    return send_or_keep(outbox, message, false, ret_gone, fault);
}

enum status outbox_keep(struct outbox *outbox, const struct wire_message *message,
                        struct fault *fault)
{
    bool gone = false;
    return send_or_keep(outbox, message, true, &gone, fault);
}

enum status outbox_flush(struct outbox *outbox, bool *ret_gone, struct fault *fault)
{
    *ret_gone = false;
    outbox->kept = 0;
    while (outbox->count > 0) {
        struct outbox_letter *letter = &outbox->waiting[outbox->first];
        enum status status = put_on_wire(outbox, letter->frames, letter->count, ret_gone, fault);
        if (status == STATUS_LATER && !*ret_gone)
            return STATUS_OK;
        if (status != STATUS_OK)
            return status;
        letter_done(letter);
        outbox->first = (outbox->first + 1) % OUTBOX_MESSAGES_MOST;
        outbox->count--;
    }
    return STATUS_OK;
}

void outbox_drop_kept(struct outbox *outbox)
{
    for (; outbox->kept > 0; outbox->kept--)
        letter_done(&outbox->waiting[(outbox->first + --outbox->count) % OUTBOX_MESSAGES_MOST]);
}

bool outbox_is_empty(const struct outbox *outbox)
{
    return outbox->count == 0;
}

bool outbox_is_flowing(const struct outbox *outbox)
{
    return outbox->count == outbox->kept;
}

void outbox_done(struct outbox *outbox)
{
    outbox->kept = 0;
    for (; outbox->count > 0; outbox->count--) {
        letter_done(&outbox->waiting[outbox->first]);
        outbox->first = (outbox->first + 1) % OUTBOX_MESSAGES_MOST;
    }
}

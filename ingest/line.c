/* line.c - see line.h.
 *
 * Head of every message: u8 version, u8 command, u32 session. Then the fields of the command, in the
 * order of `fields` below. Strings are u32 length and bytes. */
// SPDX-License-Identifier: EUPL-1.2
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ingest/line.h"

/* One bit a field. */
enum {
    SCAN = 1 << 0,
    DIGEST = 1 << 1,
    SIZE = 1 << 2,
    OFFSET = 1 << 3,
    RECEIVED = 1 << 4,
    CLOCK = 1 << 5,
    WAITING = 1 << 6,
    WAITING_BYTES = 1 << 7,
    OLDEST = 1 << 8,
    RATE = 1 << 9,
    WAIT = 1 << 10,
    PARTING = 1 << 11,
    SITE = 1 << 12,
    HOST = 1 << 13,
    VERSION = 1 << 14,
    SOURCE = 1 << 15,
    FORMAT = 1 << 16,
    REASON = 1 << 17,
    PIECE_FRAME = 1 << 18
};

static const struct {
    const char *name;
    unsigned fields;
} commands[LINE_COMMANDS] = {
    [LINE_HELLO] = {"HELLO",    CLOCK | SITE | HOST | VERSION                    },
    [LINE_WELCOME] = {"WELCOME",  CLOCK | WAIT                                     },
    [LINE_REPORT] = {"REPORT",   CLOCK | WAITING | WAITING_BYTES | OLDEST | RATE  },
    [LINE_HEARD] = {"HEARD",    0                                                },
    [LINE_OFFER] = {"OFFER",    SCAN | DIGEST | SIZE | RECEIVED | SOURCE | FORMAT},
    [LINE_WANT] = {"WANT",     SCAN | OFFSET                                    },
    [LINE_PIECE] = {"PIECE",    SCAN | OFFSET | PIECE_FRAME                      },
    [LINE_HAVE] = {"HAVE",     SCAN | OFFSET                                    },
    [LINE_TAKEN] = {"TAKEN",    SCAN                                             },
    [LINE_REFUSED] = {"REFUSED",  SCAN | REASON                                    },
    [LINE_LATER] = {"LATER",    SCAN | WAIT | REASON                             },
    [LINE_DAMAGED] = {"DAMAGED",  SCAN                                             },
    [LINE_RETURN] = {"RETURN",   SCAN | REASON                                    },
    [LINE_RETURNED] = {"RETURNED", SCAN                                             },
    [LINE_BYE] = {"BYE",      PARTING | REASON                                 },
};

/* Numbers that are stored as such must be so in every ledger. */
enum field_shape {
    SHAPE_UUID,
    SHAPE_DIGEST,
    SHAPE_COUNT,
    SHAPE_MOMENT,
    SHAPE_RATE,
    SHAPE_U32,
    SHAPE_U8,
    SHAPE_NAME,
    SHAPE_SOURCE,
    SHAPE_REASON
};

#define PLACE(member) offsetof(struct line_message, member)

static const struct field {
    unsigned bit;
    enum field_shape shape;
    size_t offset;
} fields[] = {
    {SCAN,          SHAPE_UUID,   PLACE(scan)         },
    {DIGEST,        SHAPE_DIGEST, PLACE(digest)       },
    {SIZE,          SHAPE_COUNT,  PLACE(size)         },
    {OFFSET,        SHAPE_COUNT,  PLACE(offset)       },
    {RECEIVED,      SHAPE_MOMENT, PLACE(received_ms)  },
    {CLOCK,         SHAPE_MOMENT, PLACE(clock_ms)     },
    {WAITING,       SHAPE_COUNT,  PLACE(waiting)      },
    {WAITING_BYTES, SHAPE_COUNT,  PLACE(waiting_bytes)},
    {OLDEST,        SHAPE_MOMENT, PLACE(oldest_ms)    },
    {RATE,          SHAPE_RATE,   PLACE(rate)         },
    {WAIT,          SHAPE_U32,    PLACE(wait_ms)      },
    {PARTING,       SHAPE_U8,     PLACE(parting)      },
    {SITE,          SHAPE_NAME,   PLACE(site)         },
    {HOST,          SHAPE_NAME,   PLACE(host)         },
    {VERSION,       SHAPE_NAME,   PLACE(version)      },
    {SOURCE,        SHAPE_SOURCE, PLACE(source)       },
    {FORMAT,        SHAPE_NAME,   PLACE(format)       },
    {REASON,        SHAPE_REASON, PLACE(reason)       },
};

enum { FIELDS = sizeof fields / sizeof fields[0] };

/* Far enough for every clock, and so small that differences cannot overflow. */
#define MOMENT_MOST (INT64_C(1) << 52)
#define COUNT_MOST  (UINT64_C(1) << 52)

static size_t string_most(enum field_shape shape)
{
    if (shape == SHAPE_NAME)
        return LINE_NAME_BYTES_MOST;
    return shape == SHAPE_SOURCE ? LINE_SOURCE_BYTES_MOST : LINE_REASON_BYTES_MOST;
}

static bool is_string(enum field_shape shape)
{
    return shape >= SHAPE_NAME;
}

const char *line_command_name(enum line_command command)
{
    size_t number = (size_t)command;
    return number > 0 && number < LINE_COMMANDS ? commands[number].name : "?";
}

/* No control characters, and UTF-8. */
static bool is_plain(const char *text)
{
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return false;
    return utf8_is_valid(text, length);
}

/* ---- writing -------------------------------------------------------------------------------- */

static void write_string(struct byte_writer *writer, enum field_shape shape, const char *string)
{
    const char *text = string == NULL ? "" : string;
    if (strlen(text) > string_most(shape) || !is_plain(text))
        writer->failed = true;
    else
        byte_writer_string(writer, text);
}

static void write_field(struct byte_writer *writer, const struct field *field,
                        const struct line_message *message)
{
    const char *place = (const char *)message + field->offset;
    uint64_t count = 0;
    int64_t moment = 0;
    uint32_t small = 0;
    char *string = NULL;
    if (field->shape == SHAPE_UUID || field->shape == SHAPE_DIGEST) {
        byte_writer_raw(writer, place, field->shape == SHAPE_UUID ? UUID_BYTES : DIGEST_BYTES);
    } else if (field->shape == SHAPE_COUNT) {
        memcpy(&count, place, sizeof count);
        writer->failed |= count > COUNT_MOST;
        byte_writer_u64(writer, count);
    } else if (field->shape == SHAPE_MOMENT || field->shape == SHAPE_RATE) {
        memcpy(&moment, place, sizeof moment);
        byte_writer_i64(writer, moment);
    } else if (field->shape == SHAPE_U32) {
        memcpy(&small, place, sizeof small);
        byte_writer_u32(writer, small);
    } else if (field->shape == SHAPE_U8) {
        byte_writer_u8(writer, *(const uint8_t *)place);
    } else {
        memcpy(&string, place, sizeof string);
        write_string(writer, field->shape, string);
    }
}

void line_encode(const struct line_message *message, struct byte_writer *writer)
{
    assert(message->command > 0 && message->command < LINE_COMMANDS);
    byte_writer_u8(writer, LINE_VERSION);
    byte_writer_u8(writer, (uint8_t)message->command);
    byte_writer_u32(writer, message->session);
    for (size_t i = 0; i < FIELDS; i++)
        if ((commands[message->command].fields & fields[i].bit) != 0)
            write_field(writer, &fields[i], message);
}

/* ---- reading -------------------------------------------------------------------------------- */

static bool read_string(struct byte_reader *reader, enum field_shape shape, void *place)
{
    char *string = byte_reader_string(reader, string_most(shape));
    memcpy(place, &string, sizeof string);
    return string == NULL || is_plain(string);
}

static bool read_number(struct byte_reader *reader, enum field_shape shape, void *place)
{
    if (shape == SHAPE_COUNT) {
        uint64_t count = byte_reader_u64(reader);
        memcpy(place, &count, sizeof count);
        return count <= COUNT_MOST;
    }
    int64_t number = byte_reader_i64(reader);
    memcpy(place, &number, sizeof number);
    return number >= (shape == SHAPE_RATE ? -1 : 0) && number <= MOMENT_MOST;
}

static bool read_field(struct byte_reader *reader, const struct field *field,
                       struct line_message *message)
{
    void *place = (char *)message + field->offset;
    if (is_string(field->shape))
        return read_string(reader, field->shape, place);
    if (field->shape == SHAPE_UUID || field->shape == SHAPE_DIGEST) {
        byte_reader_raw(reader, place, field->shape == SHAPE_UUID ? UUID_BYTES : DIGEST_BYTES);
        return true;
    }
    if (field->shape == SHAPE_U32) {
        uint32_t number = byte_reader_u32(reader);
        memcpy(place, &number, sizeof number);
        return true;
    }
    if (field->shape == SHAPE_U8) {
        uint8_t number = byte_reader_u8(reader);
        memcpy(place, &number, sizeof number);
        return number < LINE_PARTINGS;
    }
    return read_number(reader, field->shape, place);
}

static bool take_piece(const struct messaging_frame *frames, size_t count,
                       struct line_message *message)
{
    bool has_piece = (commands[message->command].fields & PIECE_FRAME) != 0;
    if (count != (has_piece ? 2U : 1U))
        return false;
    if (!has_piece)
        return true;
    message->piece = frames[1].bytes;
    message->piece_length = frames[1].length;
    return frames[1].length > 0 && frames[1].length <= LINE_PIECE_BYTES_MOST;
}

/* *starved: memory ran out, which is not the message's fault. */
static bool read_message(const struct messaging_frame *frames, size_t count,
                         struct line_message *message, unsigned *version, bool *starved)
{
    struct byte_reader reader = byte_reader_over(frames[0].bytes, frames[0].length);
    *version = byte_reader_u8(&reader);
    unsigned command = byte_reader_u8(&reader);
    message->session = byte_reader_u32(&reader);
    bool is_known = *version == LINE_VERSION || (*version != 0 && command == LINE_BYE);
    if (!is_known || command == 0 || command >= LINE_COMMANDS)
        return false;
    message->command = (enum line_command)command;
    bool is_good = take_piece(frames, count, message);
    for (size_t i = 0; i < FIELDS && is_good; i++)
        if ((commands[command].fields & fields[i].bit) != 0)
            is_good = read_field(&reader, &fields[i], message);
    *starved = reader.starved;
    return is_good && byte_reader_finished(&reader);
}

enum status line_decode(const struct messaging_frame *frames, size_t count,
                        struct line_message *ret_message, unsigned *ret_version,
                        struct fault *fault)
{
    struct line_message message = {0};
    unsigned version = 0;
    bool starved = false;
    bool is_good = count >= 1 && count <= LINE_FRAMES_MOST &&
                   read_message(frames, count, &message, &version, &starved);
    if (ret_version != NULL)
        *ret_version = version;
    if (is_good) {
        *ret_message = message;
        return STATUS_OK;
    }
    line_message_done(&message);
    if (starved)
        return fault_set(fault, STATUS_LATER, "out of memory");
    return fault_set(fault, STATUS_REFUSE,
                     "this is no message of version %d of the line's protocol", LINE_VERSION);
}

void line_message_done(struct line_message *message)
{
    free(message->site);
    free(message->host);
    free(message->version);
    free(message->source);
    free(message->format);
    free(message->reason);
    *message = (struct line_message){0};
}

/* ---- taking --------------------------------------------------------------------------------- */

static enum status hand_on(struct messaging_message *message, line_hear *hear, void *context,
                           struct fault *fault)
{
    struct messaging_frame frames[MESSAGING_FRAMES_MOST];
    size_t count = messaging_message_frames(message);
    for (size_t i = 0; i < count; i++)
        frames[i] = messaging_message_frame(message, i);
    return hear(context, messaging_message_user(message), messaging_message_peer(message), frames,
                count, fault);
}

enum status line_take(struct messaging_socket *socket, line_hear *hear, void *context,
                      struct fault *fault)
{
    enum status status = STATUS_OK;
    while (status == STATUS_OK) {
        struct messaging_message *message = NULL;
        status = messaging_receive(socket, &message, fault);
        if (message == NULL)
            break;
        status = hand_on(message, hear, context, fault);
        messaging_message_done(&message);
    }
    return status;
}

/* ---- sending -------------------------------------------------------------------------------- */

static enum status send_to_socket(void *context, const struct messaging_peer *peer,
                                  const struct messaging_frame *frames, size_t count,
                                  bool *ret_gone, struct fault *fault)
{
    return messaging_send(context, peer, frames, count, ret_gone, fault);
}

struct line_port line_port_of(struct messaging_socket *socket)
{
    return (struct line_port){.send = send_to_socket, .context = socket};
}

enum status line_send(const struct line_port *port, const struct messaging_peer *peer,
                      const struct line_message *message, bool *ret_gone, struct fault *fault)
{
    struct byte_writer writer = {0};
    enum status status = STATUS_OK;
    line_encode(message, &writer);
    if (writer.failed)
        status = fault_set(fault, STATUS_REFUSE, "a %s cannot be put into words",
                           line_command_name(message->command));
    const struct messaging_frame frames[] = {
        {writer.bytes,   writer.length        },
        {message->piece, message->piece_length},
    };
    size_t count = message->command == LINE_PIECE ? 2 : 1;
    if (status == STATUS_OK)
        status = port->send(port->context, peer, frames, count, ret_gone, fault);
    byte_writer_done(&writer);
    return status;
}

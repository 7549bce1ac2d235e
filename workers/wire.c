/* wire.c - see wire.h.
 *
 * Which fields a command has stands in tables; two loops write and read them. A field's place is
 * its offset in struct wire_message. */
// SPDX-License-Identifier: EUPL-1.2
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "workers/wire.h"

enum {
    WIRE_MAGIC = 0x47455050, /* "PPEG" as little-endian bytes */
    PART_BYTES_LEAST = 4 + 1 + 8 + DIGEST_BYTES
};

enum field_kind {
    FIELD_U8,
    FIELD_U32,
    FIELD_U64,
    FIELD_I64,
    FIELD_SHARE,     /* double from 0 to 1, as its IEEE 754 bits */
    FIELD_UUID,      /* 16 bytes */
    FIELD_NAME,      /* visible ASCII, not empty */
    FIELD_TEXT,      /* UTF-8 without controls */
    FIELD_PATH,      /* any bytes but NUL */
    FIELD_DIRECTORY, /* struct wire_directory */
    FIELD_PAGES      /* struct wire_pages */
};

struct field {
    const char *name; /* for faults; NULL ends a list */
    enum field_kind kind;
    size_t offset;        /* in struct wire_message */
    uint32_t least, most; /* U8, U32: value; strings: `most` bytes */
};

#define AT(member) offsetof(struct wire_message, as.member)

static const struct field no_fields[] = {
    {NULL, FIELD_U8, 0, 0, 0}
};

static const struct field ready_fields[] = {
    {"worker",      FIELD_NAME, AT(ready.worker),      0, WIRE_NAME_BYTES_MOST },
    {"host",        FIELD_NAME, AT(ready.host),        0, WIRE_NAME_BYTES_MOST },
    {"version",     FIELD_NAME, AT(ready.version),     0, WIRE_NAME_BYTES_MOST },
    {"kind",        FIELD_U8,   AT(ready.kind),        0, WIRE_WORKER_KINDS - 1},
    {"incarnation", FIELD_U64,  AT(ready.incarnation), 0, 0                    },
    {"session",     FIELD_U32,  AT(ready.session),     1, UINT32_MAX           },
    {"jobs",        FIELD_U32,  AT(ready.jobs),        0, WIRE_JOBS_MOST       },
    {NULL,          FIELD_U8,   0,                     0, 0                    }
};

static const struct field welcome_fields[] = {
    {"session",      FIELD_U32, AT(welcome.session),      1, UINT32_MAX           },
    {"heartbeat_ms", FIELD_U32, AT(welcome.heartbeat_ms), 1, WIRE_INTERVAL_MS_MOST},
    {"vanished_ms",  FIELD_U32, AT(welcome.vanished_ms),  1, WIRE_INTERVAL_MS_MOST},
    {NULL,           FIELD_U8,  0,                        0, 0                    }
};

static const struct field job_fields[] = {
    {"kind",        FIELD_U8,        AT(job.kind),        0, WIRE_JOB_KINDS - 1   },
    {"lease_ms",    FIELD_U32,       AT(job.lease_ms),    1, WIRE_INTERVAL_MS_MOST},
    {"scan",        FIELD_UUID,      AT(job.scan),        0, 0                    },
    {"document",    FIELD_UUID,      AT(job.document),    0, 0                    },
    {"site",        FIELD_PATH,      AT(job.site),        0, WIRE_TEXT_BYTES_MOST },
    {"source",      FIELD_PATH,      AT(job.source),      0, WIRE_TEXT_BYTES_MOST },
    {"format",      FIELD_TEXT,      AT(job.format),      0, WIRE_NAME_BYTES_MOST },
    {"received_ms", FIELD_I64,       AT(job.received_ms), 0, 0                    },
    {"case_number", FIELD_TEXT,      AT(job.case_number), 0, WIRE_TEXT_BYTES_MOST },
    {"team",        FIELD_TEXT,      AT(job.team),        0, WIRE_TEXT_BYTES_MOST },
    {"directory",   FIELD_DIRECTORY, AT(job.directory),   0, 0                    },
    {NULL,          FIELD_U8,        0,                   0, 0                    }
};

static const struct field chunk_fields[] = {
    {"part",   FIELD_U32, AT(chunk.part),   0, WIRE_PARTS_MOST - 1},
    {"offset", FIELD_U64, AT(chunk.offset), 0, 0                  },
    {NULL,     FIELD_U8,  0,                0, 0                  }
};

static const struct field credit_fields[] = {
    {"chunks", FIELD_U32, AT(credit.chunks), 1, WIRE_CREDITS_MOST},
    {NULL,     FIELD_U8,  0,                 0, 0                }
};

static const struct field progress_fields[] = {
    {"page",       FIELD_U32, AT(progress.page),       0, WIRE_PAGES_MOST},
    {"page_count", FIELD_U32, AT(progress.page_count), 0, WIRE_PAGES_MOST},
    {NULL,         FIELD_U8,  0,                       0, 0              }
};

static const struct field result_read_fields[] = {
    {"pages",          FIELD_PAGES,     AT(result_read.pages),          0, 0              },
    {"document_count", FIELD_U32,       AT(result_read.document_count), 0, WIRE_PAGES_MOST},
    {"directory",      FIELD_DIRECTORY, AT(result_read.directory),      0, 0              },
    {NULL,             FIELD_U8,        0,                              0, 0              }
};

static const struct field result_match_fields[] = {
    {"to_file",          FIELD_U8,        AT(result_match.to_file),          0, 1                   },
    {"case_number",      FIELD_TEXT,      AT(result_match.case_number),      0, WIRE_TEXT_BYTES_MOST},
    {"team",             FIELD_TEXT,      AT(result_match.team),             0, WIRE_TEXT_BYTES_MOST},
    {"confidence",       FIELD_SHARE,     AT(result_match.confidence),       0, 0                   },
    {"runner_up",        FIELD_SHARE,     AT(result_match.runner_up),        0, 0                   },
    {"reason",           FIELD_TEXT,      AT(result_match.reason),           0, WIRE_TEXT_BYTES_MOST},
    {"kind",             FIELD_TEXT,      AT(result_match.kind),             0, WIRE_TEXT_BYTES_MOST},
    {"kind_confidence",  FIELD_SHARE,     AT(result_match.kind_confidence),  0, 0                   },
    {"flags",            FIELD_TEXT,      AT(result_match.flags),            0, WIRE_TEXT_BYTES_MOST},
    {"rules_version",    FIELD_TEXT,      AT(result_match.rules_version),    0, WIRE_TEXT_BYTES_MOST},
    {"register_version", FIELD_I64,       AT(result_match.register_version), 0, 0                   },
    {"copies",           FIELD_TEXT,      AT(result_match.copies),           0, WIRE_TEXT_BYTES_MOST},
    {"days",             FIELD_TEXT,      AT(result_match.days),             0, WIRE_TEXT_BYTES_MOST},
    {"directory",        FIELD_DIRECTORY, AT(result_match.directory),        0, 0                   },
    {NULL,               FIELD_U8,        0,                                 0, 0                   }
};

static const struct field result_file_fields[] = {
    {"place", FIELD_TEXT, AT(result_file.place), 0, WIRE_TEXT_BYTES_MOST},
    {"pdf",   FIELD_TEXT, AT(result_file.pdf),   0, WIRE_TEXT_BYTES_MOST},
    {"note",  FIELD_TEXT, AT(result_file.note),  0, WIRE_TEXT_BYTES_MOST},
    {NULL,    FIELD_U8,   0,                     0, 0                   }
};

static const struct field result_compose_fields[] = {
    {"document_count", FIELD_U32,       AT(result_compose.document_count), 1, WIRE_PAGES_MOST},
    {"directory",      FIELD_DIRECTORY, AT(result_compose.directory),      0, 0              },
    {NULL,             FIELD_U8,        0,                                 0, 0              }
};

static const struct field settled_fields[] = {
    {"settlement", FIELD_U8,   AT(settled.settlement), 0, WIRE_SETTLEMENTS - 1},
    {"reason",     FIELD_TEXT, AT(settled.reason),     0, WIRE_TEXT_BYTES_MOST},
    {NULL,         FIELD_U8,   0,                      0, 0                   }
};

static const struct field fail_fields[] = {
    {"failure", FIELD_U8,   AT(fail.failure), 0, WIRE_FAILURES - 1   },
    {"reason",  FIELD_TEXT, AT(fail.reason),  0, WIRE_TEXT_BYTES_MOST},
    {NULL,      FIELD_U8,   0,                0, 0                   }
};

static const struct field bye_fields[] = {
    {"parting", FIELD_U8,   AT(bye.parting), 0, WIRE_PARTINGS - 1   },
    {"reason",  FIELD_TEXT, AT(bye.reason),  0, WIRE_TEXT_BYTES_MOST},
    {NULL,      FIELD_U8,   0,               0, 0                   }
};

static const struct command {
    const char *name;
    const struct field *fields;
    size_t frames;
} commands[WIRE_COMMANDS] = {
    [WIRE_READY] = {"READY",          ready_fields,          1},
    [WIRE_WELCOME] = {"WELCOME",        welcome_fields,        1},
    [WIRE_UNKNOWN] = {"UNKNOWN",        no_fields,             1},
    [WIRE_JOB] = {"JOB",            job_fields,            1},
    [WIRE_CHUNK] = {"CHUNK",          chunk_fields,          2},
    [WIRE_CREDIT] = {"CREDIT",         credit_fields,         1},
    [WIRE_PROGRESS] = {"PROGRESS",       progress_fields,       1},
    [WIRE_RESULT_READ] = {"RESULT_READ",    result_read_fields,    1},
    [WIRE_RESULT_MATCH] = {"RESULT_MATCH",   result_match_fields,   1},
    [WIRE_RESULT_FILE] = {"RESULT_FILE",    result_file_fields,    1},
    [WIRE_FAIL] = {"FAIL",           fail_fields,           1},
    [WIRE_SETTLED] = {"SETTLED",        settled_fields,        1},
    [WIRE_HEARTBEAT] = {"HEARTBEAT",      no_fields,             1},
    [WIRE_DRAIN] = {"DRAIN",          no_fields,             1},
    [WIRE_BYE] = {"BYE",            bye_fields,            1},
    [WIRE_RESULT_COMPOSE] = {"RESULT_COMPOSE", result_compose_fields, 1},
};

const char *wire_command_name(enum wire_command command)
{
    return command >= WIRE_READY && command < WIRE_COMMANDS ? commands[command].name : "?";
}

/* ---- what may stand in a field -------------------------------------------------------------- */

static bool is_visible_ascii(const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        if (*c <= ' ' || *c > '~')
            return false;
    return *text != '\0';
}

static bool is_plain_utf8(const char *text)
{
    size_t length = strlen(text);
    for (size_t position = 0; position < length;) {
        uint32_t code_point = utf8_next(text, length, &position);
        if (code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0))
            return false;
    }
    return utf8_is_valid(text, length);
}

static bool string_fits(enum field_kind kind, const char *text)
{
    switch ((int)kind) {
    case FIELD_NAME:
        return is_visible_ascii(text);
    case FIELD_TEXT:
        return is_plain_utf8(text);
    default:
        return true;
    }
}

static bool share_fits(double share)
{
    return isfinite(share) && share >= 0.0 && share <= 1.0;
}

static bool part_fits(const struct wire_part *part)
{
    return part->name != NULL && strlen(part->name) <= WIRE_PART_NAME_BYTES_MOST &&
           is_visible_ascii(part->name) && part->size <= WIRE_PART_BYTES_MOST;
}

static bool number_fits(const struct field *field, uint32_t value)
{
    return value >= field->least && value <= field->most;
}

/* ---- writing -------------------------------------------------------------------------------- */

static void write_directory(struct byte_writer *writer, const struct wire_directory *directory)
{
    if (directory->count > WIRE_PARTS_MOST)
        writer->failed = true;
    byte_writer_u32(writer, directory->count);
    for (uint32_t i = 0; !writer->failed && i < directory->count; i++) {
        const struct wire_part *part = &directory->parts[i];
        if (!part_fits(part)) {
            writer->failed = true;
            return;
        }
        byte_writer_string(writer, part->name);
        byte_writer_u64(writer, part->size);
        byte_writer_raw(writer, part->digest.bytes, sizeof part->digest.bytes);
    }
}

static void write_pages(struct byte_writer *writer, const struct wire_pages *pages)
{
    if (pages->count > WIRE_PAGES_MOST)
        writer->failed = true;
    byte_writer_u32(writer, pages->count);
    for (uint32_t i = 0; !writer->failed && i < pages->count; i++)
        page_facts_encode(&pages->pages[i], writer);
}

static void write_share(struct byte_writer *writer, double share)
{
    uint64_t bits = 0;
    memcpy(&bits, &share, sizeof bits);
    if (!share_fits(share))
        writer->failed = true;
    byte_writer_u64(writer, bits);
}

static void write_string(struct byte_writer *writer, const struct field *field, const char *string)
{
    const char *text = string == NULL ? "" : string;
    if (strlen(text) > field->most || !string_fits(field->kind, text))
        writer->failed = true;
    byte_writer_string(writer, text);
}

static void write_number(struct byte_writer *writer, const struct field *field, const void *place)
{
    uint32_t value = field->kind == FIELD_U8 ? *(const uint8_t *)place : *(const uint32_t *)place;
    if (!number_fits(field, value))
        writer->failed = true;
    if (field->kind == FIELD_U8)
        byte_writer_u8(writer, (uint8_t)value);
    else
        byte_writer_u32(writer, value);
}

static void write_field(struct byte_writer *writer, const struct field *field, const void *place)
{
    switch (field->kind) {
    case FIELD_U8:
    case FIELD_U32:
        write_number(writer, field, place);
        break;
    case FIELD_U64:
        byte_writer_u64(writer, *(const uint64_t *)place);
        break;
    case FIELD_I64:
        byte_writer_i64(writer, *(const int64_t *)place);
        break;
    case FIELD_SHARE:
        write_share(writer, *(const double *)place);
        break;
    case FIELD_UUID:
        byte_writer_raw(writer, place, UUID_BYTES);
        break;
    case FIELD_NAME:
    case FIELD_TEXT:
    case FIELD_PATH:
        write_string(writer, field, *(char *const *)place);
        break;
    case FIELD_DIRECTORY:
        write_directory(writer, place);
        break;
    case FIELD_PAGES:
        write_pages(writer, place);
        break;
    }
}

/* The bytes of version 4 are those of version 5; parts travel otherwise, see parcel_advance(). */
bool wire_speaks(unsigned version)
{
    return version >= WIRE_VERSION_OLDEST && version <= WIRE_VERSION;
}

void wire_encode_as(const struct wire_message *message, unsigned version,
                    struct byte_writer *writer)
{
    assert(message->command >= WIRE_READY && message->command < WIRE_COMMANDS);
    assert(wire_speaks(version));
    byte_writer_u32(writer, WIRE_MAGIC);
    byte_writer_u16(writer, (uint16_t)version);
    byte_writer_u16(writer, (uint16_t)message->command);
    byte_writer_i64(writer, message->job);
    byte_writer_u32(writer, message->attempt);
    for (const struct field *field = commands[message->command].fields; field->name != NULL;
         field++)
        write_field(writer, field, (const char *)message + field->offset);
    if (writer->length > MESSAGING_FRAME_BYTES_MOST)
        writer->failed = true;
}

void wire_encode(const struct wire_message *message, struct byte_writer *writer)
{
    wire_encode_as(message, WIRE_VERSION, writer);
}

bool wire_fits(const struct wire_message *message)
{
    struct byte_writer head = {0};
    wire_encode(message, &head);
    bool fits = !head.failed;
    byte_writer_done(&head);
    return fits;
}

/* ---- reading -------------------------------------------------------------------------------- */

/* A count that `each` bytes apiece could still follow; 0 and failed otherwise. */
static uint32_t read_count(struct byte_reader *reader, uint32_t most, size_t each)
{
    uint32_t count = byte_reader_u32(reader);
    if (reader->failed || count > most || count > (reader->length - reader->position) / each) {
        reader->failed = true;
        return 0;
    }
    return count;
}

static void read_directory(struct byte_reader *reader, struct wire_directory *directory)
{
    uint32_t count = read_count(reader, WIRE_PARTS_MOST, PART_BYTES_LEAST);
    if (count == 0)
        return;
    directory->parts = calloc(count, sizeof *directory->parts);
    if (directory->parts == NULL) {
        reader->failed = true;
        return;
    }
    directory->count = count;
    for (uint32_t i = 0; !reader->failed && i < count; i++) {
        struct wire_part *part = &directory->parts[i];
        part->name = byte_reader_string(reader, WIRE_PART_NAME_BYTES_MOST);
        part->size = byte_reader_u64(reader);
        byte_reader_raw(reader, part->digest.bytes, sizeof part->digest.bytes);
        if (!part_fits(part))
            reader->failed = true;
    }
}

static void read_pages(struct byte_reader *reader, struct wire_pages *pages)
{
    uint32_t count = read_count(reader, WIRE_PAGES_MOST, PAGE_FACTS_BYTES_LEAST);
    if (count == 0)
        return;
    pages->pages = calloc(count, sizeof *pages->pages);
    if (pages->pages == NULL) {
        reader->failed = true;
        return;
    }
    pages->count = count;
    for (uint32_t i = 0; i < count; i++)
        page_facts_decode(reader, &pages->pages[i]);
}

static double read_share(struct byte_reader *reader)
{
    uint64_t bits = byte_reader_u64(reader);
    double share = 0.0;
    memcpy(&share, &bits, sizeof share);
    if (!share_fits(share))
        reader->failed = true;
    return share;
}

static char *read_string(struct byte_reader *reader, const struct field *field)
{
    char *text = byte_reader_string(reader, field->most);
    if (text == NULL || !string_fits(field->kind, text))
        reader->failed = true;
    return text;
}

static uint32_t read_number(struct byte_reader *reader, const struct field *field)
{
    uint32_t value = field->kind == FIELD_U8 ? byte_reader_u8(reader) : byte_reader_u32(reader);
    if (!number_fits(field, value))
        reader->failed = true;
    return value;
}

static void read_field(struct byte_reader *reader, const struct field *field, void *place)
{
    switch (field->kind) {
    case FIELD_U8:
        *(uint8_t *)place = (uint8_t)read_number(reader, field);
        break;
    case FIELD_U32:
        *(uint32_t *)place = read_number(reader, field);
        break;
    case FIELD_U64:
        *(uint64_t *)place = byte_reader_u64(reader);
        break;
    case FIELD_I64:
        *(int64_t *)place = byte_reader_i64(reader);
        break;
    case FIELD_SHARE:
        *(double *)place = read_share(reader);
        break;
    case FIELD_UUID:
        byte_reader_raw(reader, place, UUID_BYTES);
        break;
    case FIELD_NAME:
    case FIELD_TEXT:
    case FIELD_PATH:
        *(char **)place = read_string(reader, field);
        break;
    case FIELD_DIRECTORY:
        read_directory(reader, place);
        break;
    case FIELD_PAGES:
        read_pages(reader, place);
        break;
    }
}

/* The head: everything up to the command's own fields. A BYE is understood in any version. */
static enum status read_head(struct byte_reader *reader, struct wire_message *message,
                             unsigned *ret_version, struct fault *fault)
{
    uint32_t magic = byte_reader_u32(reader);
    unsigned version = byte_reader_u16(reader);
    unsigned command = byte_reader_u16(reader);
    message->job = byte_reader_i64(reader);
    message->attempt = byte_reader_u32(reader);
    if (reader->failed || magic != WIRE_MAGIC)
        return fault_set(fault, STATUS_REFUSE, "not a message of this protocol");
    *ret_version = version;
    if (!wire_speaks(version) && command != WIRE_BYE)
        return fault_set(fault, STATUS_REFUSE,
                         "it speaks version %u of the protocol, this program version %d", version,
                         WIRE_VERSION);
    if (command < WIRE_READY || command >= WIRE_COMMANDS)
        return fault_set(fault, STATUS_REFUSE, "unknown command %u", command);
    if (message->job < 0)
        return fault_set(fault, STATUS_REFUSE, "a job's number is negative");
    message->command = (enum wire_command)command;
    return STATUS_OK;
}

static enum status read_chunk_bytes(const struct messaging_frame *frame,
                                    struct wire_message *message, struct fault *fault)
{
    if (frame->length < 1 || frame->length > WIRE_CHUNK_BYTES_MOST)
        return fault_set(fault, STATUS_REFUSE, "a CHUNK of %zu bytes", frame->length);
    message->as.chunk.bytes = frame->bytes;
    message->as.chunk.length = frame->length;
    return STATUS_OK;
}

static enum status read_fields(struct byte_reader *reader, struct wire_message *message,
                               struct fault *fault)
{
    const struct command *command = &commands[message->command];
    for (const struct field *field = command->fields; field->name != NULL; field++) {
        read_field(reader, field, (char *)message + field->offset);
        if (reader->failed)
            return fault_set(fault, STATUS_REFUSE, "%s with a wrong or missing field \"%s\"",
                             command->name, field->name);
    }
    if (!byte_reader_finished(reader))
        return fault_set(fault, STATUS_REFUSE, "%s with bytes behind its end", command->name);
    return STATUS_OK;
}

enum status wire_decode(const struct messaging_frame *frames, size_t count,
                        struct wire_message *ret_message, unsigned *ret_version,
                        struct fault *fault)
{
    struct wire_message message = {0};
    unsigned version = 0;
    if (count < 1)
        return fault_set(fault, STATUS_REFUSE, "a message without frames");
    struct byte_reader reader = byte_reader_over(frames[0].bytes, frames[0].length);
    enum status status = read_head(&reader, &message, &version, fault);
    if (ret_version != NULL)
        *ret_version = version;
    if (status != STATUS_OK)
        return status;
    if (count != commands[message.command].frames)
        return fault_set(fault, STATUS_REFUSE, "%s of %zu frames", commands[message.command].name,
                         count);
    status = read_fields(&reader, &message, fault);
    if (status == STATUS_OK && message.command == WIRE_CHUNK)
        status = read_chunk_bytes(&frames[1], &message, fault);
    if (status == STATUS_OK)
        *ret_message = message;
    else
        wire_message_done(&message);
    return status;
}

/* ---- freeing -------------------------------------------------------------------------------- */

struct wire_directory *wire_message_directory(struct wire_message *message)
{
    switch ((int)message->command) {
    case WIRE_JOB:
        return &message->as.job.directory;
    case WIRE_RESULT_READ:
        return &message->as.result_read.directory;
    case WIRE_RESULT_MATCH:
        return &message->as.result_match.directory;
    case WIRE_RESULT_COMPOSE:
        return &message->as.result_compose.directory;
    default:
        return NULL;
    }
}

char *wire_text(const char *text)
{
    enum { CODE_POINT_BYTES_MOST = 4, REPLACEMENT = 0xfffd };
    struct text plain = {0};
    size_t length = strlen(text);
    text_append(&plain, "");
    for (size_t position = 0;
         position < length && plain.length + CODE_POINT_BYTES_MOST <= WIRE_TEXT_BYTES_MOST;) {
        uint32_t code_point = utf8_next(text, length, &position);
        bool is_control = code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0);
        text_append_code_point(&plain, is_control ? REPLACEMENT : code_point);
    }
    return text_take(&plain);
}

struct wire_directory wire_directory_take(struct wire_directory *directory)
{
    struct wire_directory taken = *directory;
    *directory = (struct wire_directory){0};
    return taken;
}

void wire_directory_done(struct wire_directory *directory)
{
    for (uint32_t i = 0; i < directory->count; i++)
        free(directory->parts[i].name);
    free(directory->parts);
    *directory = (struct wire_directory){0};
}

uint64_t wire_directory_bytes(const struct wire_directory *directory)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < directory->count; i++)
        bytes += directory->parts[i].size;
    return bytes;
}

static void free_field(const struct field *field, void *place)
{
    switch ((int)field->kind) {
    case FIELD_NAME:
    case FIELD_TEXT:
    case FIELD_PATH:
        free(*(char **)place);
        break;
    case FIELD_DIRECTORY:
        wire_directory_done(place);
        break;
    case FIELD_PAGES:
        free(((struct wire_pages *)place)->pages);
        break;
    default:
        break;
    }
}

void wire_message_done(struct wire_message *message)
{
    if (message->command >= WIRE_READY && message->command < WIRE_COMMANDS)
        for (const struct field *field = commands[message->command].fields; field->name != NULL;
             field++)
            free_field(field, (char *)message + field->offset);
    *message = (struct wire_message){0};
}

/* register_csv.c - see register_csv.h.
 *
 * Encoding: a byte order mark or bytes that are valid UTF-8 throughout mean UTF-8, everything else
 * is Windows-1252 (which every byte string nearly is). UTF-16 is refused with words.
 *
 * Rows equal to an earlier one are found by 128-bit keyed hashes and not by the rows themselves,
 * so that two million persons take some 100 MiB; two different rows would be taken for one with a
 * probability of about 2^-87. */
// SPDX-License-Identifier: EUPL-1.2
#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "store/csv.h"
#include "store/register_csv.h"

enum {
    HASH_BYTES = crypto_shorthash_siphashx24_BYTES,
    SET_FIRST_SLOTS = 1 << 10,
    OTHER_COLUMNS_MOST = 16, /* columns that together are other_ids or old_numbers */
    REASON_BYTES_SHOWN = 40, /* of a wrong value */
    NAME_BYTES_SHOWN = 100,  /* of a column's name */
    YEAR_LEAST = 1850,
    YEAR_MOST = 2199
};

static const char *const field_names[] = {
    [REGISTER_CASE_NUMBER] = "case_number",
    [REGISTER_SURNAME] = "surname",
    [REGISTER_GIVEN_NAMES] = "given_names",
    [REGISTER_BIRTH_DATE] = "birth_date",
    [REGISTER_STREET] = "street",
    [REGISTER_HOUSE_NUMBER] = "house_number",
    [REGISTER_POSTCODE] = "postcode",
    [REGISTER_CITY] = "city",
    [REGISTER_TEAM] = "team",
    [REGISTER_BENEFIT] = "benefit",
    [REGISTER_CASEWORKER] = "caseworker",
    [REGISTER_SITE] = "site",
    [REGISTER_STATUS] = "status",
    [REGISTER_OTHER_IDS] = "other_ids",
    [REGISTER_OLD_NUMBERS] = "old_numbers",
    [REGISTER_BLOCKED] = "blocked",
};

const char *register_field_name(enum register_field field)
{
    return (size_t)field < REGISTER_FIELDS ? field_names[field] : "?";
}

/* ---- a set of hashes ------------------------------------------------------------------------ */

struct hash {
    uint64_t words[2]; /* both zero: an empty slot */
};

struct hash_set {
    struct hash *slots;
    size_t slot_count; /* a power of two */
    size_t count;
    uint8_t key[crypto_shorthash_siphashx24_KEYBYTES];
};

static bool hash_set_init(struct hash_set *set)
{
    *set = (struct hash_set){.slot_count = SET_FIRST_SLOTS};
    randombytes_buf(set->key, sizeof set->key);
    set->slots = calloc(set->slot_count, sizeof *set->slots);
    return set->slots != NULL;
}

static void hash_set_done(struct hash_set *set)
{
    free(set->slots);
    *set = (struct hash_set){0};
}

static struct hash *find_slot(struct hash *slots, size_t slot_count, const struct hash *hash)
{
    size_t slot = (size_t)hash->words[0] & (slot_count - 1);
    while ((slots[slot].words[0] | slots[slot].words[1]) != 0 &&
           memcmp(&slots[slot], hash, sizeof *hash) != 0)
        slot = (slot + 1) & (slot_count - 1);
    return &slots[slot];
}

static bool grow(struct hash_set *set)
{
    size_t wider = set->slot_count * 2;
    struct hash *slots = calloc(wider, sizeof *slots);
    if (slots == NULL)
        return false;
    for (size_t i = 0; i < set->slot_count; i++)
        if ((set->slots[i].words[0] | set->slots[i].words[1]) != 0)
            *find_slot(slots, wider, &set->slots[i]) = set->slots[i];
    free(set->slots);
    set->slots = slots;
    set->slot_count = wider;
    return true;
}

/* *ret_is_new: it was not in the set before. False: out of memory. */
static bool hash_set_add(struct hash_set *set, const void *bytes, size_t length, bool *ret_is_new)
{
    uint8_t raw[HASH_BYTES];
    struct hash hash;
    (void)crypto_shorthash_siphashx24(raw, bytes, length, set->key);
    memcpy(&hash, raw, sizeof hash);
    if ((hash.words[0] | hash.words[1]) == 0)
        hash.words[0] = 1;
    if (set->count >= set->slot_count / 4 * 3 && !grow(set))
        return false;
    struct hash *slot = find_slot(set->slots, set->slot_count, &hash);
    *ret_is_new = (slot->words[0] | slot->words[1]) == 0;
    if (*ret_is_new) {
        *slot = hash;
        set->count++;
    }
    return true;
}

/* ---- the parse ------------------------------------------------------------------------------ */

enum encoding { ENCODING_UTF_8, ENCODING_WINDOWS_1252 };

/* Which columns of the file a field comes from; several for lists. */
struct source {
    size_t columns[OTHER_COLUMNS_MOST];
    size_t count;
};

struct parse {
    const struct register_csv *csv;
    enum encoding encoding;
    struct csv_reader reader;
    size_t column_count; /* of the header */
    struct source sources[REGISTER_FIELDS];
    struct text values; /* of the current row, each followed by a NUL */
    size_t starts[REGISTER_FIELDS];
    char birth_date[11];
    struct hash_set rows, cases;
    struct register_csv_counts counts;
    char reason[256]; /* of the current row's rejection */
};

/* ---- dates ---------------------------------------------------------------------------------- */

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && is_leap ? 29 : days[month - 1];
}

/* Digits at *text, at least one and at most `most`; -1 for none. */
static int take_number(const char **text, int most)
{
    int number = 0;
    int digits = 0;
    while (digits < most && **text >= '0' && **text <= '9') {
        number = number * 10 + (**text - '0');
        (*text)++;
        digits++;
    }
    return digits == 0 ? -1 : number;
}

static bool take_date(const char *text, int *ret_year, int *ret_month, int *ret_day)
{
    const char *next = text;
    bool is_iso = strlen(text) == 10 && text[4] == '-';
    char mark = is_iso ? '-' : '.';
    int first = take_number(&next, is_iso ? 4 : 2);
    if (first < 0 || *next++ != mark)
        return false;
    int second = take_number(&next, 2);
    if (second < 0 || *next++ != mark)
        return false;
    const char *last_start = next;
    int last = take_number(&next, is_iso ? 2 : 4);
    if (last < 0 || *next != '\0' || next - last_start != (is_iso ? 2 : 4))
        return false;
    *ret_year = is_iso ? first : last;
    *ret_month = second;
    *ret_day = is_iso ? last : first;
    return true;
}

bool register_birth_date(const char *text, char ret_date[11])
{
    static const char *const unknown[] = {"", "-", "?", "unbekannt", "unknown"};
    int year = 0;
    int month = 0;
    int day = 0;
    ret_date[0] = '\0';
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        if (strcmp(text, unknown[i]) == 0)
            return true;
    if (!take_date(text, &year, &month, &day))
        return false;
    // Registers write a day or month that nobody knows as zero.
    if (year == 0 || month == 0 || day == 0)
        return month <= 12 && day <= 31;
    if (year < YEAR_LEAST || year > YEAR_MOST || month > 12 || day > days_in(year, month))
        return false;
    char date[40];
    (void)snprintf(date, sizeof date, "%04d-%02d-%02d", year, month, day);
    memcpy(ret_date, date, 10);
    ret_date[10] = '\0';
    return true;
}

/* ---- one row -------------------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static bool reject(struct parse *parse, const char *format,
                                                         ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(parse->reason, sizeof parse->reason, format, arguments);
    va_end(arguments);
    return false;
}

/* How many of the first `most` bytes can be shown without cutting a character in two. */
static int shown_bytes(const char *text, size_t most)
{
    size_t length = strlen(text);
    if (length > most) {
        length = most;
        while (length > 0 && ((unsigned char)text[length] & 0xC0U) == 0x80U)
            length--;
    }
    return (int)length;
}

/* Appends a field's bytes as UTF-8 with blanks for line breaks and tabs, without blanks at its
 * ends. False: it cannot be text. */
static bool append_clean(struct parse *parse, const char *bytes, size_t length)
{
    size_t start = parse->values.length;
    text_append(&parse->values, "");
    if (parse->encoding == ENCODING_WINDOWS_1252)
        text_append_windows_1252(&parse->values, bytes, length);
    else if (!utf8_is_valid(bytes, length))
        return reject(parse, "a field is not UTF-8, as the rest of the file is");
    else
        text_append_bytes(&parse->values, bytes, length);
    if (!text_ok(&parse->values))
        return reject(parse, "out of memory");
    char *value = parse->values.bytes;
    for (size_t i = start; i < parse->values.length; i++) {
        if (value[i] == '\n' || value[i] == '\t')
            value[i] = ' ';
        if ((unsigned char)value[i] < 0x20 || value[i] == 0x7F)
            return reject(parse, "a field holds a control character");
    }
    while (parse->values.length > start && value[parse->values.length - 1] == ' ')
        parse->values.length--;
    size_t blanks = 0;
    while (start + blanks < parse->values.length && value[start + blanks] == ' ')
        blanks++;
    memmove(value + start, value + start + blanks, parse->values.length - start - blanks);
    parse->values.length -= blanks;
    return true;
}

/* A field of the register out of its column, or out of several joined by `;`. */
static bool append_field(struct parse *parse, enum register_field field)
{
    const struct source *source = &parse->sources[field];
    parse->starts[field] = parse->values.length;
    for (size_t i = 0; i < source->count; i++) {
        size_t length = 0;
        const char *bytes = csv_field(&parse->reader, source->columns[i], &length);
        size_t before = parse->values.length;
        bool joins = before > parse->starts[field];
        if (joins)
            text_append_char(&parse->values, ';');
        size_t start = parse->values.length;
        if (!append_clean(parse, bytes, length))
            return false;
        if (joins && parse->values.length == start)
            parse->values.length = before; // an empty column adds nothing
    }
    text_append_char(&parse->values, '\0');
    return true;
}

/* Fields beyond the header's are forgiven when they are empty. */
static bool has_right_count(struct parse *parse, const struct csv_row *row)
{
    for (size_t i = parse->column_count; i < row->count; i++) {
        size_t length = 0;
        (void)csv_field(&parse->reader, i, &length);
        if (length > 0)
            return false;
    }
    return row->count >= parse->column_count;
}

/* Does `value` begin with one of the words, and end there or go on with no letter? */
static bool begins_with_word(const char *words, const char *value)
{
    while (words != NULL && *words != '\0') {
        size_t length = strcspn(words, ";");
        size_t next = length + (words[length] == ';' ? 1 : 0);
        const char *word = words;
        for (; length > 0 && *word == ' '; length--)
            word++;
        while (length > 0 && word[length - 1] == ' ')
            length--;
        unsigned char after = length == 0 ? 0 : (unsigned char)value[strnlen(value, length)];
        if (length > 0 && strncasecmp(word, value, length) == 0 && !isalnum(after) && after < 0x80)
            return true;
        words += next;
    }
    return false;
}

static void find_standing(const struct register_words *words, struct register_row *row,
                          bool *ret_is_removed)
{
    const char *status = row->fields[REGISTER_STATUS];
    const char *blocked = row->fields[REGISTER_BLOCKED];
    row->is_closed = begins_with_word(words->closed, status);
    row->is_staff =
        begins_with_word(words->staff, status) || begins_with_word(words->staff, blocked);
    row->is_blocked = row->is_staff || begins_with_word(words->blocked, status) ||
                      (blocked[0] != '\0' && !begins_with_word(words->not_blocked, blocked));
    *ret_is_removed = begins_with_word(words->removed, status);
}

/* Builds the row's values and checks them. */
static bool build_row(struct parse *parse, struct register_row *ret_row)
{
    text_clear(&parse->values);
    for (int field = 0; field < REGISTER_FIELDS; field++)
        if (!append_field(parse, (enum register_field)field))
            return false;
    if (!text_ok(&parse->values))
        return reject(parse, "out of memory");
    for (int field = 0; field < REGISTER_FIELDS; field++)
        ret_row->fields[field] = parse->values.bytes + parse->starts[field];
    if (ret_row->fields[REGISTER_CASE_NUMBER][0] == '\0')
        return reject(parse, "there is no case number");
    if (!register_birth_date(ret_row->fields[REGISTER_BIRTH_DATE], parse->birth_date))
        return reject(parse, "\"%.*s\" is not a birth date (YYYY-MM-DD or TT.MM.JJJJ)",
                      shown_bytes(ret_row->fields[REGISTER_BIRTH_DATE], REASON_BYTES_SHOWN),
                      ret_row->fields[REGISTER_BIRTH_DATE]);
    ret_row->fields[REGISTER_BIRTH_DATE] = parse->birth_date;
    return true;
}

static enum status take_out(struct parse *parse, uint64_t line, const struct register_row *row,
                            struct fault *fault)
{
    parse->counts.removed++;
    if (parse->csv->removed == NULL)
        return STATUS_OK;
    return parse->csv->removed(parse->csv->context, line, row, fault);
}

static enum status accept_row(struct parse *parse, uint64_t line, struct register_row *row,
                              struct fault *fault)
{
    bool is_removed = false;
    find_standing(&parse->csv->words, row, &is_removed);
    if (is_removed)
        return take_out(parse, line, row, fault);
    bool is_new = false;
    bool is_new_case = false;
    const char *case_number = row->fields[REGISTER_CASE_NUMBER];
    if (!hash_set_add(&parse->rows, parse->values.bytes, parse->values.length, &is_new) ||
        !hash_set_add(&parse->cases, case_number, strlen(case_number), &is_new_case))
        return fault_set(fault, STATUS_LATER, "out of memory");
    if (!is_new) {
        parse->counts.folded++;
        return STATUS_OK;
    }
    parse->counts.persons++;
    parse->counts.cases += is_new_case ? 1 : 0;
    if (parse->csv->accepted == NULL)
        return STATUS_OK;
    return parse->csv->accepted(parse->csv->context, line, row, fault);
}

static void set_row_aside(struct parse *parse, const struct csv_row *row, const char *reason)
{
    parse->counts.rejected++;
    if (parse->csv->rejected != NULL)
        parse->csv->rejected(parse->csv->context, row->line, reason);
}

static enum status take_rows(struct parse *parse, struct fault *fault)
{
    struct csv_row row;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && csv_next(&parse->reader, &row)) {
        struct register_row built = {0};
        if (row.problem != NULL) {
            set_row_aside(parse, &row, row.problem);
        } else if (!has_right_count(parse, &row)) {
            (void)reject(parse, "there are %zu fields; the header has %zu", row.count,
                         parse->column_count);
            set_row_aside(parse, &row, parse->reason);
            csv_resume_after_first_line(&parse->reader, &row);
        } else if (!build_row(parse, &built)) {
            set_row_aside(parse, &row, parse->reason);
        } else {
            status = accept_row(parse, row.line, &built, fault);
        }
        if (!text_ok(&parse->values))
            status = fault_set(fault, STATUS_LATER, "out of memory");
    }
    if (status == STATUS_OK && csv_reader_failed(&parse->reader))
        status = fault_set(fault, STATUS_LATER, "out of memory");
    return status;
}

/* ---- the header ----------------------------------------------------------------------------- */

/* The file's own names of its columns, for look-ups and suggestions. */
struct header {
    char *names[CSV_FIELDS_MOST + 1]; /* NULL-terminated; owned */
    size_t count;
};

static void header_done(struct header *header)
{
    for (size_t i = 0; i < header->count; i++)
        free(header->names[i]);
    *header = (struct header){0};
}

static enum status read_header(struct parse *parse, struct header *header, struct fault *fault)
{
    struct csv_row row = {0};
    if (!csv_next(&parse->reader, &row))
        return csv_reader_failed(&parse->reader)
                   ? fault_set(fault, STATUS_LATER, "out of memory")
                   : fault_set(fault, STATUS_REFUSE, "the file is empty");
    if (row.problem != NULL)
        return fault_set(fault, STATUS_REFUSE, "the header (line %" PRIu64 "): %s", row.line,
                         row.problem);
    for (size_t i = 0; i < row.count; i++) {
        size_t length = 0;
        const char *bytes = csv_field(&parse->reader, i, &length);
        text_clear(&parse->values);
        if (!append_clean(parse, bytes, length))
            return fault_set(fault, STATUS_REFUSE, "the header (line %" PRIu64 "): %s", row.line,
                             parse->reason);
        header->names[i] = string_copy_bytes(parse->values.bytes == NULL ? "" : parse->values.bytes,
                                             parse->values.length);
        if (header->names[i] == NULL)
            return fault_set(fault, STATUS_LATER, "out of memory");
        header->count++;
    }
    parse->column_count = row.count;
    return STATUS_OK;
}

/* *ret_column is header->count when there is none of that name. */
static enum status find_column(const struct header *header, const char *name, size_t *ret_column,
                               struct fault *fault)
{
    *ret_column = header->count;
    for (size_t i = 0; i < header->count; i++) {
        if (strcmp(header->names[i], name) != 0)
            continue;
        if (*ret_column != header->count)
            return fault_set(fault, STATUS_REFUSE, "there are two columns \"%.*s\"",
                             shown_bytes(name, NAME_BYTES_SHOWN), name);
        *ret_column = i;
    }
    return STATUS_OK;
}

static enum status no_column(const struct header *header, enum register_field field,
                             const char *name, struct fault *fault)
{
    const char *closest = string_closest(name, (const char *const *)header->names);
    if (closest != NULL)
        return fault_set(fault, STATUS_REFUSE, "there is no column \"%.*s\" (%s); is it \"%s\"?",
                         shown_bytes(name, NAME_BYTES_SHOWN), name, field_names[field], closest);
    return fault_set(fault, STATUS_REFUSE,
                     "there is no column \"%.*s\" (%s); the header has %zu columns, the first is "
                     "\"%.*s\"",
                     shown_bytes(name, NAME_BYTES_SHOWN), name, field_names[field], header->count,
                     shown_bytes(header->names[0], NAME_BYTES_SHOWN), header->names[0]);
}

/* One column of a field. A column that the configuration names must be there, and so must the
 * required ones. */
static enum status map_column(struct parse *parse, const struct header *header,
                              enum register_field field, const char *name, bool is_needed,
                              struct fault *fault)
{
    size_t column = 0;
    struct source *source = &parse->sources[field];
    enum status status = find_column(header, name, &column, fault);
    if (status != STATUS_OK)
        return status;
    if (column == header->count)
        return is_needed ? no_column(header, field, name, fault) : STATUS_OK;
    if (source->count == OTHER_COLUMNS_MOST)
        return fault_set(fault, STATUS_REFUSE, "%s comes from more than %d columns",
                         field_names[field], OTHER_COLUMNS_MOST);
    source->columns[source->count++] = column;
    return STATUS_OK;
}

/* Lists may come from several columns, whose names are then parted by `;`. */
static enum status map_several(struct parse *parse, const struct header *header,
                               enum register_field field, const char *names, struct fault *fault)
{
    enum status status = STATUS_OK;
    while (status == STATUS_OK && *names != '\0') {
        size_t length = strcspn(names, ";");
        while (length > 0 && *names == ' ') {
            names++;
            length--;
        }
        size_t trimmed = length;
        while (trimmed > 0 && names[trimmed - 1] == ' ')
            trimmed--;
        char *name = string_copy_bytes(names, trimmed);
        if (name == NULL)
            return fault_set(fault, STATUS_LATER, "out of memory");
        if (trimmed > 0)
            status = map_column(parse, header, field, name, true, fault);
        free(name);
        names += length + (names[length] == ';' ? 1 : 0);
    }
    return status;
}

static enum status map_columns(struct parse *parse, const struct header *header,
                               struct fault *fault)
{
    enum status status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && i < REGISTER_FIELDS; i++) {
        enum register_field field = (enum register_field)i;
        const char *named = parse->csv->columns[field];
        const char *name = named == NULL ? field_names[field] : named;
        bool is_default = strcmp(name, field_names[field]) == 0;
        bool is_list = field == REGISTER_OTHER_IDS || field == REGISTER_OLD_NUMBERS;
        if (is_list && !is_default)
            status = map_several(parse, header, field, name, fault);
        else
            status = map_column(parse, header, field, name, field <= REGISTER_TEAM || !is_default,
                                fault);
    }
    return status;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static enum status parse_all(struct parse *parse, struct fault *fault)
{
    struct header header = {0};
    enum status status = read_header(parse, &header, fault);
    if (status == STATUS_OK)
        status = map_columns(parse, &header, fault);
    header_done(&header);
    if (status == STATUS_OK && !(hash_set_init(&parse->rows) && hash_set_init(&parse->cases)))
        status = fault_set(fault, STATUS_LATER, "out of memory");
    if (status == STATUS_OK)
        status = take_rows(parse, fault);
    return status;
}

/* Past the byte order mark; STATUS_REFUSE for that of UTF-16. */
static enum status find_encoding(const char **bytes, size_t *length, enum encoding *ret_encoding,
                                 struct fault *fault)
{
    if (*length >= 2 && (memcmp(*bytes, "\xFF\xFE", 2) == 0 || memcmp(*bytes, "\xFE\xFF", 2) == 0))
        return fault_set(fault, STATUS_REFUSE,
                         "the file is UTF-16; save it as \"CSV UTF-8\" or in Windows-1252");
    if (*length >= 3 && memcmp(*bytes, "\xEF\xBB\xBF", 3) == 0) {
        *bytes += 3;
        *length -= 3;
        *ret_encoding = ENCODING_UTF_8;
        return STATUS_OK;
    }
    *ret_encoding = utf8_is_valid(*bytes, *length) ? ENCODING_UTF_8 : ENCODING_WINDOWS_1252;
    return STATUS_OK;
}

enum status register_csv_parse(const char *bytes, size_t length, const struct register_csv *csv,
                               struct register_csv_counts *ret_counts, struct fault *fault)
{
    struct parse *parse = calloc(1, sizeof *parse);
    if (parse == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    parse->csv = csv;
    enum status status = find_encoding(&bytes, &length, &parse->encoding, fault);
    if (status == STATUS_OK) {
        csv_reader_init(&parse->reader, bytes, length, csv_find_delimiter(bytes, length, ";,"));
        status = parse_all(parse, fault);
    }
    if (status == STATUS_OK)
        *ret_counts = parse->counts;
    csv_reader_done(&parse->reader);
    text_done(&parse->values);
    hash_set_done(&parse->rows);
    hash_set_done(&parse->cases);
    free(parse);
    return status;
}

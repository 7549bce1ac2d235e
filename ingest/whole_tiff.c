/* whole_tiff.c - TIFF and BigTIFF: every directory, and every strip and tile, inside the file.
 *
 * Walks the chain of directories from the header, and the sub-directories they name, each offset
 * once. Missing are: a directory or its link that is 0 or beyond the end while the file is being
 * written, and image data beyond the end. A value of any other field beyond the end, a loop, or
 * more directories than WHOLE_TIFF_DIRECTORIES_MOST is odd. Where a directory gives no byte
 * counts (as TIFF 5 allowed), only the beginnings of its strips can be checked. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "ingest/whole.h"

enum {
    TIFF_STRIP_OFFSETS = 273,
    TIFF_STRIP_BYTE_COUNTS = 279,
    TIFF_TILE_OFFSETS = 324,
    TIFF_TILE_BYTE_COUNTS = 325,
    TIFF_SUB_DIRECTORIES = 330,
    TIFF_JPEG_OFFSET = 513, /* of the old kind of JPEG in TIFF */
    TIFF_JPEG_BYTE_COUNT = 514,
    TIFF_EXIF_DIRECTORY = 34665
};

enum {
    VISITED_SLOTS = 2 * WHOLE_TIFF_DIRECTORIES_MOST, /* a power of two, at most half full */
    ARRAY_PIECE = 64                                 /* numbers read at a time */
};

/* Bytes of one value of each field type (TIFF 6.0 page 15, BigTIFF 13, 16 to 18); 0: unknown. */
static const uint8_t type_bytes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};
enum { TYPES = sizeof type_bytes / sizeof type_bytes[0] };

struct walk {
    struct byte_source *source;
    bool is_big_endian;
    bool is_big; /* BigTIFF */
    bool odd;
    bool cut;
    uint32_t directory_count;
    uint64_t visited[VISITED_SLOTS]; /* offsets; 0: free slot */
    uint64_t branches[WHOLE_TIFF_BRANCHES_MOST];
    size_t branch_count;
};

/* One field of a directory; its values are `count` of `type` from `offset` on. */
struct field {
    uint16_t type;
    uint64_t count; /* 0: the directory has no such field */
    uint64_t offset;
};

/* The fields of a directory that say where bytes are. */
struct fields {
    struct field strip_offsets, strip_counts, tile_offsets, tile_counts;
    struct field jpeg_offset, jpeg_count;
    struct field sub_directories, exif;
};

static uint64_t number_at(const struct walk *walk, const uint8_t *bytes, size_t length)
{
    uint64_t number = 0;
    for (size_t i = 0; i < length; i++)
        number = number << 8 | bytes[walk->is_big_endian ? i : length - 1 - i];
    return number;
}

/* Reads a number of `length` bytes; false when it is not all there. */
static bool read_number(const struct walk *walk, uint64_t offset, size_t length,
                        uint64_t *ret_number)
{
    uint8_t bytes[8];
    if (!byte_source_get(walk->source, offset, bytes, length))
        return false;
    *ret_number = number_at(walk, bytes, length);
    return true;
}

static bool visit_once(struct walk *walk, uint64_t offset)
{
    uint64_t mixed = offset * UINT64_C(0x9E3779B97F4A7C15); // Fibonacci hashing
    size_t slot = (size_t)(mixed >> 32) % VISITED_SLOTS;
    while (walk->visited[slot] != 0) {
        if (walk->visited[slot] == offset)
            return false;
        slot = (slot + 1) % VISITED_SLOTS;
    }
    walk->visited[slot] = offset;
    return true;
}

static void add_branch(struct walk *walk, uint64_t offset)
{
    if (walk->branch_count == WHOLE_TIFF_BRANCHES_MOST)
        walk->odd = true;
    else
        walk->branches[walk->branch_count++] = offset;
}

static struct field *field_for(struct fields *fields, uint64_t tag)
{
    switch (tag) {
    case TIFF_STRIP_OFFSETS:
        return &fields->strip_offsets;
    case TIFF_STRIP_BYTE_COUNTS:
        return &fields->strip_counts;
    case TIFF_TILE_OFFSETS:
        return &fields->tile_offsets;
    case TIFF_TILE_BYTE_COUNTS:
        return &fields->tile_counts;
    case TIFF_JPEG_OFFSET:
        return &fields->jpeg_offset;
    case TIFF_JPEG_BYTE_COUNT:
        return &fields->jpeg_count;
    case TIFF_SUB_DIRECTORIES:
        return &fields->sub_directories;
    case TIFF_EXIF_DIRECTORY:
        return &fields->exif;
    default:
        return NULL;
    }
}

/* Takes in the entry at `position`; false when it is not all there. */
static bool read_entry(struct walk *walk, uint64_t position, struct fields *fields)
{
    size_t inline_bytes = walk->is_big ? 8 : 4;
    uint64_t tag = 0;
    uint64_t type = 0;
    uint64_t count = 0;
    if (!read_number(walk, position, 2, &tag) || !read_number(walk, position + 2, 2, &type) ||
        !read_number(walk, position + 4, inline_bytes, &count))
        return false;
    if (type >= TYPES || type_bytes[type] == 0 || count == 0)
        return true; // of a type to come: readers step over it
    uint64_t offset = position + 4 + inline_bytes;
    bool is_inside = count <= inline_bytes / type_bytes[type];
    if (!is_inside) {
        if (!read_number(walk, offset, inline_bytes, &offset))
            return false;
        is_inside = count <= walk->source->size / type_bytes[type] &&
                    byte_source_holds(walk->source, offset, count * type_bytes[type]);
    }
    struct field *field = field_for(fields, tag);
    if (is_inside && field != NULL)
        *field = (struct field){.type = (uint16_t)type, .count = count, .offset = offset};
    else if (!is_inside && field != NULL)
        walk->cut = true;
    else if (!is_inside)
        walk->odd = true;
    return true;
}

/* Fills `ret_numbers` with up to ARRAY_PIECE values from number `first` on; how many. */
static size_t read_numbers(const struct walk *walk, const struct field *field, uint64_t first,
                           uint64_t ret_numbers[ARRAY_PIECE])
{
    size_t width = type_bytes[field->type];
    uint64_t left = field->count > first ? field->count - first : 0;
    size_t wanted = left < ARRAY_PIECE ? (size_t)left : ARRAY_PIECE;
    uint8_t bytes[ARRAY_PIECE * 8];
    if (!byte_source_get(walk->source, field->offset + first * width, bytes, wanted * width))
        return 0;
    for (size_t i = 0; i < wanted; i++)
        ret_numbers[i] = number_at(walk, bytes + i * width, width);
    return wanted;
}

/* Checks that each of the pieces of image data is inside the file. Pieces that are all "nothing,
 * nowhere" are still to be written. */
static void check_pieces(struct walk *walk, const struct field *offsets, const struct field *counts)
{
    bool has_any = false;
    uint64_t done = 0;
    while (done < offsets->count && !walk->cut) {
        uint64_t starts[ARRAY_PIECE];
        uint64_t lengths[ARRAY_PIECE] = {0};
        size_t got = read_numbers(walk, offsets, done, starts);
        if (got == 0)
            break; // not at hand: the source says why
        (void)read_numbers(walk, counts, done, lengths);
        for (size_t i = 0; i < got; i++) {
            has_any = has_any || starts[i] != 0;
            if (!byte_source_holds(walk->source, starts[i], lengths[i]))
                walk->cut = true;
        }
        done += got;
    }
    if (offsets->count > 0 && done == offsets->count && !has_any)
        walk->cut = true;
}

static void add_branches(struct walk *walk, const struct field *field)
{
    uint64_t offsets[ARRAY_PIECE];
    size_t got = read_numbers(walk, field, 0, offsets);
    for (size_t i = 0; i < got; i++)
        if (offsets[i] != 0)
            add_branch(walk, offsets[i]);
    if (field->count > got)
        walk->odd = true;
}

/* Visits the directory at `offset`; *ret_next is the next in the chain, 0 for none. False when
 * the directory itself is not all there. */
static bool visit_directory(struct walk *walk, uint64_t offset, uint64_t *ret_next)
{
    uint64_t count_bytes = walk->is_big ? 8 : 2;
    uint64_t entry_bytes = walk->is_big ? 20 : 12;
    uint64_t link_bytes = walk->is_big ? 8 : 4;
    uint64_t count = 0;
    // A directory has at least one entry (TIFF 6.0 page 14): none is a place not written yet.
    if (!read_number(walk, offset, count_bytes, &count) || count == 0 ||
        count > walk->source->size / entry_bytes)
        return false;
    uint64_t first = offset + count_bytes;
    uint64_t next = 0;
    if (!read_number(walk, first + count * entry_bytes, link_bytes, &next))
        return false;
    struct fields fields = {0};
    for (uint64_t i = 0; i < count; i++)
        if (!read_entry(walk, first + i * entry_bytes, &fields))
            return false;
    check_pieces(walk, &fields.strip_offsets, &fields.strip_counts);
    check_pieces(walk, &fields.tile_offsets, &fields.tile_counts);
    check_pieces(walk, &fields.jpeg_offset, &fields.jpeg_count);
    add_branches(walk, &fields.sub_directories);
    add_branches(walk, &fields.exif);
    *ret_next = next;
    return true;
}

/* Walks the chain that begins at `offset`. False when a directory of it is not all there. */
static bool walk_chain(struct walk *walk, uint64_t offset)
{
    while (offset != 0 && !walk->cut) {
        if (walk->directory_count == WHOLE_TIFF_DIRECTORIES_MOST || !visit_once(walk, offset)) {
            walk->odd = true;
            return true;
        }
        walk->directory_count++;
        if (!visit_directory(walk, offset, &offset))
            return false;
    }
    return true;
}

static enum whole walk_directories(struct walk *walk, uint64_t first)
{
    if (!walk_chain(walk, first))
        return whole_without_bytes(walk->source);
    // What hangs beside the chain, like camera data, may be wrong in a file that is all there.
    while (walk->branch_count > 0 && !walk->cut)
        if (!walk_chain(walk, walk->branches[--walk->branch_count]))
            walk->odd = true;
    if (walk->cut)
        return WHOLE_NOT_YET;
    if (walk->source->failed || walk->source->exhausted)
        return whole_without_bytes(walk->source);
    return walk->odd ? WHOLE_ODD : WHOLE_YES;
}

enum whole whole_check_tiff(struct byte_source *source)
{
    struct walk walk = {.source = source};
    uint8_t head[4];
    if (!byte_source_get(source, 0, head, sizeof head))
        return whole_without_bytes(source);
    walk.is_big_endian = head[0] == 'M';
    walk.is_big = number_at(&walk, head + 2, 2) == 43;
    uint64_t first = 0;
    if (!read_number(&walk, walk.is_big ? 8 : 4, walk.is_big ? 8 : 4, &first))
        return whole_without_bytes(source);
    return first == 0 ? WHOLE_NOT_YET : walk_directories(&walk, first);
}

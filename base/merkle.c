/* merkle.c - see merkle.h. The recursions go as deep as the tree is high. */
// SPDX-License-Identifier: EUPL-1.2
#include <assert.h>

#include "base/merkle.h"

static const uint8_t LEAF = 0x00, NODE = 0x01;

static struct digest node_of(const struct digest *left, const struct digest *right)
{
    struct digest_stream stream;
    digest_begin(&stream);
    digest_add(&stream, &NODE, 1);
    digest_add(&stream, left->bytes, sizeof left->bytes);
    digest_add(&stream, right->bytes, sizeof right->bytes);
    return digest_end(&stream);
}

/* The largest power of two below `count`, which is at least 2. */
static size_t split(size_t count)
{
    size_t power = 1;
    while (power < count - power)
        power *= 2;
    return power;
}

struct digest merkle_leaf(const void *bytes, size_t length)
{
    struct digest_stream stream;
    digest_begin(&stream);
    digest_add(&stream, &LEAF, 1);
    digest_add(&stream, bytes, length);
    return digest_end(&stream);
}

struct digest merkle_root(const struct digest *leaves, size_t count)
{
    if (count == 0)
        return digest_of("", 0);
    if (count == 1)
        return leaves[0];
    size_t left = split(count);
    struct digest one = merkle_root(leaves, left);
    struct digest other = merkle_root(leaves + left, count - left);
    return node_of(&one, &other);
}

/* Whole subtrees of one size join: as many as the new count has low zero bits. */
void merkle_add(struct merkle_stream *stream, const struct digest *leaf)
{
    stream->subtrees[stream->depth++] = *leaf;
    stream->count++;
    for (uint64_t rest = stream->count; rest % 2 == 0; rest /= 2) {
        struct digest *left = &stream->subtrees[stream->depth - 2];
        *left = node_of(left, left + 1);
        stream->depth--;
    }
}

struct digest merkle_so_far(const struct merkle_stream *stream)
{
    if (stream->depth == 0)
        return digest_of("", 0);
    struct digest root = stream->subtrees[stream->depth - 1];
    for (size_t i = stream->depth - 1; i > 0; i--)
        root = node_of(&stream->subtrees[i - 1], &root);
    return root;
}

size_t merkle_path(const struct digest *leaves, size_t count, size_t index,
                   struct digest ret_path[MERKLE_PATH_MOST])
{
    assert(index < count);
    if (count == 1)
        return 0;
    size_t left = split(count);
    bool is_left = index < left;
    size_t length = is_left ? merkle_path(leaves, left, index, ret_path)
                            : merkle_path(leaves + left, count - left, index - left, ret_path);
    ret_path[length] =
        is_left ? merkle_root(leaves + left, count - left) : merkle_root(leaves, left);
    return length + 1;
}

/* The root that the leaf and its path give; *at counts the digests of the path that were used. */
static struct digest climb(const struct digest *leaf, size_t index, size_t count,
                           const struct digest *path, size_t path_length, size_t *at)
{
    if (count == 1)
        return *leaf;
    size_t left = split(count);
    bool is_left = index < left;
    struct digest below = is_left ? climb(leaf, index, left, path, path_length, at)
                                  : climb(leaf, index - left, count - left, path, path_length, at);
    if (*at >= path_length) {
        *at = path_length + 1; // too short
        return below;
    }
    const struct digest *beside = &path[(*at)++];
    return is_left ? node_of(&below, beside) : node_of(beside, &below);
}

bool merkle_holds(const struct digest *leaf, size_t index, size_t count, const struct digest *path,
                  size_t path_length, const struct digest *root)
{
    size_t at = 0;
    if (index >= count)
        return false;
    struct digest top = climb(leaf, index, count, path, path_length, &at);
    return at == path_length && digest_equal(&top, root);
}

/* test_merkle.c - roots are those of RFC 6962, and a path proves its own leaf only. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/merkle.h"

enum { LEAVES_MOST = 40 };

/* Leaf i holds i bytes of the value i. */
static void fill(struct digest leaves[LEAVES_MOST])
{
    for (size_t i = 0; i < LEAVES_MOST; i++) {
        uint8_t content[LEAVES_MOST];
        memset(content, (int)i, sizeof content);
        leaves[i] = merkle_leaf(content, i);
    }
}

static void roots_are_those_of_another_program(void **state)
{
    (void)state;
    static const struct {
        size_t count;
        const char *root;
    } cases[] = {
        {0,  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {1,  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
        {2,  "5397b75fcd025549e5c6c04c86b73ee49d8a3135745f4e082f08397d79fa37b3"},
        {3,  "12c35e40e6189d661c70a762621a48f8bac032746c1712e8d6e73d7c1ef0beb1"},
        {7,  "b0cc4f00cd89333eef11e629a34d1c746aa6e4d6493bb553e4dac36871ab00e5"},
        {8,  "c596bdd1cd29b0aec1e58487d6f764fc058a66ec9b3b17836e08338c844c6bc1"},
        {13, "6299c5be9d3e70d3a62defbe4580d462368e8e03784415fdcbcc8d2b7fcc8f8b"},
    };
    struct digest leaves[LEAVES_MOST];
    fill(leaves);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char hex[DIGEST_HEX_BYTES];
        struct digest root = merkle_root(leaves, cases[i].count);
        digest_to_hex(&root, hex);
        assert_string_equal(hex, cases[i].root);
    }
}

static void leaves_as_they_come_give_the_same_root(void **state)
{
    (void)state;
    struct digest leaves[LEAVES_MOST];
    struct merkle_stream stream = {0};
    fill(leaves);
    for (size_t count = 0; count <= LEAVES_MOST; count++) {
        struct digest whole = merkle_root(leaves, count), so_far = merkle_so_far(&stream);
        assert_memory_equal(&whole, &so_far, sizeof whole);
        if (count < LEAVES_MOST)
            merkle_add(&stream, &leaves[count]);
    }
    assert_int_equal(stream.count, LEAVES_MOST);
}

static void a_path_proves_its_leaf_and_no_other(void **state)
{
    (void)state;
    struct digest leaves[LEAVES_MOST], path[MERKLE_PATH_MOST];
    fill(leaves);
    for (size_t count = 1; count <= LEAVES_MOST; count++) {
        struct digest root = merkle_root(leaves, count);
        for (size_t i = 0; i < count; i++) {
            size_t length = merkle_path(leaves, count, i, path);
            assert_true(merkle_holds(&leaves[i], i, count, path, length, &root));
            for (size_t k = 0; k < count; k++)
                assert_int_equal(merkle_holds(&leaves[k], i, count, path, length, &root), k == i);
            if (length == 0)
                continue;
            assert_false(merkle_holds(&leaves[i], i, count, path, length - 1, &root));
            path[length - 1].bytes[0] ^= 1;
            assert_false(merkle_holds(&leaves[i], i, count, path, length, &root));
        }
        assert_false(merkle_holds(&leaves[0], count, count, path, 0, &root));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roots_are_those_of_another_program),
        cmocka_unit_test(leaves_as_they_come_give_the_same_root),
        cmocka_unit_test(a_path_proves_its_leaf_and_no_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

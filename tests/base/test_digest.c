/* test_digest.c - SHA-256 and its hexadecimal form. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/digest.h"

/* The example digests of FIPS 180-2, appendix B. */
static const struct {
    const char *bytes;
    const char *hex;
} known[] = {
    {"abc",                                                      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"                                                            },
    {"",                                                         "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
};

static void known_bytes_give_known_digests(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct digest digest = digest_of(known[i].bytes, strlen(known[i].bytes));
        char hex[DIGEST_HEX_BYTES];
        digest_to_hex(&digest, hex);
        assert_string_equal(hex, known[i].hex);
    }
}

static void pieces_give_the_same_as_the_whole(void **state)
{
    (void)state;
    struct digest_stream stream;
    digest_begin(&stream);
    digest_add(&stream, "a", 1);
    digest_add(&stream, "", 0);
    digest_add(&stream, "bc", 2);
    struct digest pieces = digest_end(&stream);
    struct digest whole = digest_of("abc", 3);
    assert_true(digest_equal(&pieces, &whole));
    whole.bytes[31] ^= 1;
    assert_false(digest_equal(&pieces, &whole));
}

static void only_64_hex_digits_are_a_digest(void **state)
{
    (void)state;
    struct digest digest;
    char hex[DIGEST_HEX_BYTES + 1];
    assert_true(digest_from_hex(known[0].hex, &digest));
    struct digest abc = digest_of("abc", 3);
    assert_true(digest_equal(&digest, &abc));
    memcpy(hex, known[0].hex, DIGEST_HEX_BYTES);
    hex[0] = 'B';
    assert_true(digest_from_hex(hex, &digest));
    assert_true(digest_equal(&digest, &abc));
    hex[63] = '\0';
    assert_false(digest_from_hex(hex, &digest));
    memcpy(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015adf", 66);
    assert_false(digest_from_hex(hex, &digest));
    memcpy(hex, known[0].hex, DIGEST_HEX_BYTES);
    hex[10] = 'g';
    assert_false(digest_from_hex(hex, &digest));
    assert_false(digest_from_hex("", &digest));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_bytes_give_known_digests),
        cmocka_unit_test(pieces_give_the_same_as_the_whole),
        cmocka_unit_test(only_64_hex_digits_are_a_digest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_states.c - the words and the legal moves, against the picture in docs/architecture.md. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "store/ledger.h"
#include "store/states.h"

enum { JOB_STATES = JOB_DEAD + 1, JOB_KINDS = JOB_COMPOSE + 1 };

static void every_state_has_its_own_word_and_is_found_by_it(void **state)
{
    (void)state;
    for (int i = 0; i < SCAN_STATES; i++) {
        enum scan_state found = SCAN_CORRUPT;
        assert_true(scan_state_from_name(scan_state_name((enum scan_state)i), &found));
        assert_int_equal(found, i);
    }
    for (int i = 0; i < DOCUMENT_STATES; i++) {
        enum document_state found = DOCUMENT_CORRUPT;
        assert_true(document_state_from_name(document_state_name((enum document_state)i), &found));
        assert_int_equal(found, i);
    }
    for (int i = 0; i < JOB_KINDS; i++) {
        enum job_kind found = JOB_READ;
        assert_true(job_kind_from_name(job_kind_name((enum job_kind)i), &found));
        assert_int_equal(found, i);
    }
}

static void words_of_the_contract_are_these(void **state)
{
    (void)state;
    assert_string_equal(scan_state_name(SCAN_FAILED), "failed");
    assert_string_equal(scan_state_name(SCAN_REFUSED), "refused");
    assert_string_equal(document_state_name(DOCUMENT_MATCHING), "matching");
    assert_string_equal(document_state_name(DOCUMENT_CLEARING), "clearing");
    assert_string_equal(document_state_name(DOCUMENT_RECALLED), "recalled");
}

static void strange_words_and_numbers_are_refused(void **state)
{
    (void)state;
    enum scan_state scan = SCAN_READ;
    enum document_state document = DOCUMENT_FILED;
    enum job_kind kind = JOB_READ;
    assert_false(scan_state_from_name("filed", &scan));
    assert_false(scan_state_from_name("", &scan));
    assert_false(document_state_from_name("Filed", &document));
    assert_false(job_kind_from_name("reading", &kind));
    assert_string_equal(scan_state_name((enum scan_state)99), "?");
    assert_false(scan_state_is_final((enum scan_state)99));
    assert_false(document_state_is_final((enum document_state)99));
}

/* One line a state: which it may go to. */
static const struct {
    enum scan_state from;
    const char *to; /* words parted by blanks */
} scans[] = {
    {SCAN_RECEIVED,  "reading refused duplicate corrupt sent"},
    {SCAN_READING,   "received read failed refused corrupt"  },
    {SCAN_READ,      "corrupt purged"                        },
    {SCAN_FAILED,    "received reading corrupt"              },
    {SCAN_REFUSED,   "corrupt"                               },
    {SCAN_DUPLICATE, "corrupt sent refused"                  },
    {SCAN_CORRUPT,   "received read"                         },
    {SCAN_PURGED,    ""                                      },
    {SCAN_SENT,      "refused corrupt"                       },
};

static const struct {
    enum document_state from;
    const char *to;
} documents[] = {
    {DOCUMENT_MATCHING,  "filed clearing corrupt"                                                },
    {DOCUMENT_FILED,     "matching recalled corrupt arranging"                                   },
    {DOCUMENT_CLEARING,  "matching filed forwarded discarded recalled corrupt arranging replaced"},
    {DOCUMENT_FORWARDED, "clearing corrupt purged"                                               },
    {DOCUMENT_DISCARDED, "clearing corrupt purged"                                               },
    {DOCUMENT_RECALLED,  "matching clearing forwarded discarded corrupt replaced purged"         },
    {DOCUMENT_CORRUPT,   "matching"                                                              },
    {DOCUMENT_ARRANGING, "filed clearing recalled replaced corrupt"                              },
    {DOCUMENT_REPLACED,  "clearing matching corrupt purged"                                      },
    {DOCUMENT_PURGED,    ""                                                                      },
};

static const struct {
    enum job_state from;
    const char *to;
} jobs[] = {
    {JOB_READY,  "leased done dead"},
    {JOB_LEASED, "ready done dead" },
    {JOB_DONE,   ""                },
    {JOB_DEAD,   "ready done"      },
};

/* Is `word` one of the words in `words`? */
static bool is_among(const char *words, const char *word)
{
    size_t length = strlen(word);
    for (const char *found = strstr(words, word); found != NULL;
         found = strstr(found + length, word)) {
        bool starts = found == words || found[-1] == ' ';
        bool ends = found[length] == '\0' || found[length] == ' ';
        if (starts && ends)
            return true;
    }
    return false;
}

static void exactly_the_moves_of_the_picture_are_legal(void **state)
{
    (void)state;
    for (size_t i = 0; i < SCAN_STATES; i++)
        for (int to = 0; to < SCAN_STATES; to++) {
            const char *word = scan_state_name((enum scan_state)to);
            if (scan_move_is_legal(scans[i].from, (enum scan_state)to) !=
                is_among(scans[i].to, word))
                fail_msg("scan %s -> %s", scan_state_name(scans[i].from), word);
        }
    for (size_t i = 0; i < DOCUMENT_STATES; i++)
        for (int to = 0; to < DOCUMENT_STATES; to++) {
            const char *word = document_state_name((enum document_state)to);
            if (document_move_is_legal(documents[i].from, (enum document_state)to) !=
                is_among(documents[i].to, word))
                fail_msg("document %s -> %s", document_state_name(documents[i].from), word);
        }
    for (size_t i = 0; i < JOB_STATES; i++)
        for (int to = 0; to < JOB_STATES; to++) {
            const char *word = job_state_name((enum job_state)to);
            if (job_move_is_legal(jobs[i].from, (enum job_state)to) != is_among(jobs[i].to, word))
                fail_msg("job %s -> %s", job_state_name(jobs[i].from), word);
        }
}

static void only_what_moves_by_itself_is_not_final(void **state)
{
    (void)state;
    for (int i = 0; i < SCAN_STATES; i++)
        assert_int_equal(scan_state_is_final((enum scan_state)i),
                         i != SCAN_RECEIVED && i != SCAN_READING);
    for (int i = 0; i < DOCUMENT_STATES; i++)
        assert_int_equal(document_state_is_final((enum document_state)i),
                         i != DOCUMENT_MATCHING && i != DOCUMENT_RECALLED &&
                             i != DOCUMENT_ARRANGING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_has_its_own_word_and_is_found_by_it),
        cmocka_unit_test(words_of_the_contract_are_these),
        cmocka_unit_test(strange_words_and_numbers_are_refused),
        cmocka_unit_test(exactly_the_moves_of_the_picture_are_legal),
        cmocka_unit_test(only_what_moves_by_itself_is_not_final),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

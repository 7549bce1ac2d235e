/* test_identifiers.c - other bodies' numbers are found as people and scanners write them. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "classify/identifiers.h"

static void finds_each_kind(void **state)
{
    static const struct {
        enum identifier_kind kind;
        const char *text;
        const char *folded; /* NULL: nothing is found */
        bool is_checked;
    } rows[] = {
        {IDENTIFIER_IBAN,                "IBAN: DE89 3704 0044 0532 0130 00, Inhaber", "DE89370400440532013000",
         true                                                                                                         },
        {IDENTIFIER_IBAN,                "DE89370400440532013001",                     "DE89370400440532013001", false},
        {IDENTIFIER_IBAN,                "DE89 37O4 0044 0532 Ol30 00",                "DE89370400440532013000", true },
        {IDENTIFIER_IBAN,                "DE89 3704 0044",                             NULL,                     false},
        {IDENTIFIER_BG_NUMBER,           "BG-Nummer: 12345//0012345",                  "123450012345",           false},
        {IDENTIFIER_BG_NUMBER,           "12345BG0012345",                             "123450012345",           false},
        {IDENTIFIER_BG_NUMBER,           "12345 BG 0012345",                           "123450012345",           false},
        {IDENTIFIER_BG_NUMBER,           "12345ll0012345",                             "123450012345",           false},
        {IDENTIFIER_INSURANCE_NUMBER,    "65 170839 J 003",                            "65170839J003",           true },
        {IDENTIFIER_INSURANCE_NUMBER,    "65170839J008",                               "65170839J008",           false},
        {IDENTIFIER_HEALTH_NUMBER,       "KVNR A123456780",                            "A123456780",             true },
        {IDENTIFIER_HEALTH_NUMBER,       "A123456780 109519005 8 (Karte)",             "A123456780",             true },
        {IDENTIFIER_HEALTH_NUMBER,       "A1234567801095190",                          NULL,                     false},
        {IDENTIFIER_INSTITUTION_NUMBER,  "IK: 260326822, Rechnung",                    "260326822",              true },
        {IDENTIFIER_INSTITUTION_NUMBER,  "IK-Nr. 10 95 19 005",                        "109519005",              true },
        {IDENTIFIER_INSTITUTION_NUMBER,  "IK 109519004",                               NULL,                     false},
        {IDENTIFIER_INSTITUTION_NUMBER,  "109519005",                                  NULL,                     false},
        {IDENTIFIER_HEALTH_NUMBER,       "KVNR A123456781",                            NULL,                     false},
        {IDENTIFIER_TAX_ID,              "86 095 742 719",                             "86095742719",            true },
        {IDENTIFIER_TAX_ID,              "50211002009",                                NULL,                     false},
        {IDENTIFIER_CHILD_BENEFIT,       "111 FK 396431",                              "111FK396431",            false},
        {IDENTIFIER_ID_CARD,             "L01X00T471",                                 "L01X00T471",             true },
        {IDENTIFIER_ID_CARD,             "L01X00T472",                                 NULL,                     false},
        {IDENTIFIER_CUSTOMER_NUMBER,     "Kundennummer: 123D456789",                   "123D456789",             false},
        {IDENTIFIER_CUSTOMER_NUMBER,     "123 D 456789",                               "123D456789",             false},
        {IDENTIFIER_CUSTOMER_NUMBER,     "65170839J003",                               NULL,                     false},
        {IDENTIFIER_CUSTOMER_NUMBER,     "111 FK 396431",                              NULL,                     false},
        {IDENTIFIER_COURT_REFERENCE,     "Az. S 13 SO 226/12 vom",                     "S13SO22612",             false},
        {IDENTIFIER_COURT_REFERENCE,     "L 8 SO 15/16 B ER",                          "L8SO1516",               false},
        {IDENTIFIER_COURT_REFERENCE,     "Amtsgericht, 12 XVII 345/20",                "12XVII34520",            false},
        {IDENTIFIER_COURT_REFERENCE,     "S 13 XY 226/12",                             NULL,                     false},
        {IDENTIFIER_COURT_REFERENCE,     "am 12 C 3",                                  NULL,                     false},
        {IDENTIFIER_AUTHORITY_REFERENCE, "Wohngeldnummer: 13-071/00815 vom",           "1307100815",             false},
        {IDENTIFIER_AUTHORITY_REFERENCE, "Gesch.-Z.: SB4711/22",                       "SB471122",               false},
        {IDENTIFIER_AUTHORITY_REFERENCE, "WG-Nr. 4711 0815",                           "47110815",               false},
        {IDENTIFIER_AUTHORITY_REFERENCE, "Geschäftszeichen: unbekannt",               NULL,                     false},
        {IDENTIFIER_AUTHORITY_REFERENCE, "13-071/00815",                               NULL,                     false},
    };
    struct identifier_patterns patterns;
    (void)state;
    assert_int_equal(identifier_patterns_init(&patterns, NULL), STATUS_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct identifier identifier = {0};
        bool found = identifier_find(&patterns, rows[i].kind, rows[i].text, strlen(rows[i].text), 0,
                                     &identifier);
        if (found != (rows[i].folded != NULL))
            fail_msg("\"%s\": found %d", rows[i].text, found);
        if (!found)
            continue;
        assert_string_equal(identifier.folded, rows[i].folded);
        if (identifier.is_checked != rows[i].is_checked)
            fail_msg("\"%s\": check digit", rows[i].text);
    }
    identifier_patterns_done(&patterns);
}

static void recognises_register_entries(void **state)
{
    static const struct {
        const char *entry;
        enum identifier_kind kind;
    } rows[] = {
        {"DE89370400440532013000", IDENTIFIER_IBAN               },
        {"12345//0012345",         IDENTIFIER_BG_NUMBER          },
        {"65170839J003",           IDENTIFIER_INSURANCE_NUMBER   },
        {"X110411675",             IDENTIFIER_HEALTH_NUMBER      },
        {"86095742719",            IDENTIFIER_TAX_ID             },
        {"123D456789",             IDENTIFIER_CUSTOMER_NUMBER    },
        {"S 13 SO 226/12",         IDENTIFIER_COURT_REFERENCE    },
        {"WG-Nr 13-071/00815",     IDENTIFIER_AUTHORITY_REFERENCE},
        {"IK 109519005",           IDENTIFIER_INSTITUTION_NUMBER },
    };
    struct identifier_patterns patterns;
    struct identifier identifier;
    (void)state;
    assert_int_equal(identifier_patterns_init(&patterns, NULL), STATUS_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(identifier_recognise(&patterns, rows[i].entry, &identifier));
        assert_int_equal(identifier.kind, rows[i].kind);
    }
    assert_false(identifier_recognise(&patterns, "", &identifier));
    assert_false(identifier_recognise(&patterns, "Kundennummer 4711", &identifier));
    identifier_patterns_done(&patterns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_each_kind),
        cmocka_unit_test(recognises_register_entries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

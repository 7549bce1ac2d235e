/* sheet_fuzzer.c - what a code on paper says: separators, batch covers, return sheets.
 *
 * Promises: any line is foreign, malformed or good; what is good is written to the very same line
 * again, unless it was written with more percent signs than it needs; and no seal but the key's
 * own is valid. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "base/sheet.h"
#include "base/text.h"
#include "tests/fuzz/fuzzer.h"

static struct sheet_key key;

int LLVMFuzzerInitialize(int *argument_count, char ***arguments)
{
    (void)argument_count;
    (void)arguments;
    memset(key.bytes, 7, sizeof key.bytes);
    return 0;
}

static void check_good(const struct sheet *sheet)
{
    char code[SHEET_CODE_BYTES];
    struct sheet again;
    char seal[SHEET_SEAL_BYTES];
    PROMISE(utf8_is_valid(sheet->site, strlen(sheet->site)));
    PROMISE(utf8_is_valid(sheet->case_number, strlen(sheet->case_number)));
    PROMISE(sheet->number <= SHEET_NUMBER_MOST && sheet->of <= SHEET_NUMBER_MOST);
    if (sheet_write(sheet, code)) {
        PROMISE(strlen(code) < SHEET_CODE_BYTES);
        PROMISE(sheet_read(code, &again) == SHEET_GOOD);
        PROMISE(again.kind == sheet->kind && again.number == sheet->number);
        PROMISE(string_equal(again.case_number, sheet->case_number));
        PROMISE(string_equal(again.site, sheet->site));
        PROMISE(again.request == sheet->request && sheet->request <= SHEET_REQUEST_MOST);
    }
    if (sheet->kind == SHEET_RETURN && sheet_seal_is_valid(&key, sheet)) {
        sheet_seal(&key, sheet, seal);
        PROMISE(string_equal(seal, sheet->seal));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    char *code = string_copy_bytes((const char *)bytes, length);
    struct sheet sheet = {0};
    PROMISE(code != NULL);
    enum sheet_verdict verdict = sheet_read(code, &sheet);
    PROMISE(verdict == SHEET_FOREIGN || verdict == SHEET_MALFORMED || verdict == SHEET_GOOD);
    if (verdict == SHEET_GOOD)
        check_good(&sheet);
    free(code);
    return 0;
}

/* code128.c - see code128.h. Code set B throughout: our codes are short, and no digits need to be
 * packed. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "base/code128.h"

enum { START_B = 104, STOP = 106, MODULUS = 103 };

/* Widths of bar, gap, bar, gap, bar, gap of each symbol character; the stop has one bar more. */
static const char patterns[][8] = {
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312",  "132212",
    "221213", "221312", "231212", "112232", "122132", "122231", "113222", "123122",  "123221",
    "223211", "221132", "221231", "213212", "223112", "312131", "311222", "321122",  "321221",
    "312212", "322112", "322211", "212123", "212321", "232121", "111323", "131123",  "131321",
    "112313", "132113", "132311", "211313", "231113", "231311", "112133", "112331",  "132131",
    "113123", "113321", "133121", "313121", "211331", "231131", "213113", "213311",  "213131",
    "311123", "311321", "331121", "312113", "312311", "332111", "314111", "221411",  "431111",
    "111224", "111422", "121124", "121421", "141122", "141221", "112214", "112412",  "122114",
    "122411", "142112", "142211", "241211", "221114", "413111", "241112", "134111",  "111242",
    "121142", "121241", "114212", "124112", "124211", "411212", "421112", "421211",  "212141",
    "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113",  "411311",
    "113141", "114131", "311141", "411131", "211412", "211214", "211232", "2331112",
};

struct pen {
    void (*bar)(void *context, unsigned start, unsigned width);
    void *context;
    unsigned at; /* modules */
};

static void draw_symbol(struct pen *pen, unsigned symbol)
{
    for (unsigned i = 0; patterns[symbol][i] != '\0'; i++) {
        unsigned width = (unsigned)(patterns[symbol][i] - '0');
        if (i % 2 == 0 && pen->bar != NULL)
            pen->bar(pen->context, pen->at, width);
        pen->at += width;
    }
}

unsigned code128_draw(const char *words, void (*bar)(void *context, unsigned start, unsigned width),
                      void *context)
{
    size_t length = strlen(words);
    struct pen pen = {bar, context, 0};
    unsigned check = START_B;
    if (length == 0 || length > CODE128_CHARACTERS_MOST)
        return 0;
    for (size_t i = 0; i < length; i++)
        if (words[i] < ' ' || words[i] > '~')
            return 0;
    draw_symbol(&pen, START_B);
    for (size_t i = 0; i < length; i++) {
        unsigned symbol = (unsigned)(words[i] - ' ');
        check = (check + (unsigned)(i + 1) * symbol) % MODULUS;
        draw_symbol(&pen, symbol);
    }
    draw_symbol(&pen, check);
    draw_symbol(&pen, STOP);
    return pen.at;
}

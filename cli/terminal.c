/* terminal.c - see terminal.h. ECMA-48 sequences only; every terminal since the VT100 has them. */
// SPDX-License-Identifier: EUPL-1.2
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "cli/terminal.h"

static const char *const paints[] = {
    [PAINT_NONE] = "\033[0m",  [PAINT_BOLD] = "\033[1m",       [PAINT_DIM] = "\033[2m",
    [PAINT_GOOD] = "\033[32m", [PAINT_ATTENTION] = "\033[33m", [PAINT_BAD] = "\033[31m",
};

static struct termios keys_before;
static bool keys_are_taken;

bool terminal_is(FILE *stream)
{
    return isatty(fileno(stream)) == 1;
}

size_t terminal_columns(FILE *stream)
{
    struct winsize size = {0};
    if (ioctl(fileno(stream), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return TERMINAL_COLUMNS_DEFAULT;
    return size.ws_col;
}

size_t terminal_rows(FILE *stream)
{
    struct winsize size = {0};
    if (ioctl(fileno(stream), TIOCGWINSZ, &size) != 0 || size.ws_row == 0)
        return TERMINAL_ROWS_DEFAULT;
    return size.ws_row;
}

/* The first of the three that is set counts (POSIX.1-2017, 8.2). */
bool terminal_has_blocks(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != '\0')
            return strcasestr(value, "UTF-8") != NULL || strcasestr(value, "utf8") != NULL;
    }
    return false;
}

const char *terminal_paint(FILE *stream, enum paint paint)
{
    const char *refused = getenv("NO_COLOR");
    if ((refused != NULL && refused[0] != '\0') || !terminal_is(stream))
        return "";
    return paints[paint];
}

void terminal_redraw_line(FILE *stream, const char *line)
{
    fprintf(stream, "\r\033[K%s\r", line);
    (void)fflush(stream);
}

static void on_resize(int signal_number)
{
    (void)signal_number; // poll(2) ends, and the page is drawn in its new size
}

void terminal_page_begin(FILE *stream)
{
    const struct sigaction action = {.sa_handler = on_resize};
    (void)sigaction(SIGWINCH, &action, NULL);
    fputs("\033[?1049h\033[?25l", stream);
}

void terminal_page_end(FILE *stream)
{
    fputs("\033[?25h\033[?1049l", stream);
    (void)fflush(stream);
}

void terminal_page_draw(FILE *stream, const struct text *lines, size_t count)
{
    fputs("\033[H", stream);
    for (size_t i = 0; i < count; i++)
        fprintf(stream, "%s%s\033[K", i == 0 ? "" : "\r\n", text_string(&lines[i]));
    fputs("\033[J", stream);
    (void)fflush(stream);
}

void terminal_keys_begin(void)
{
    if (tcgetattr(STDIN_FILENO, &keys_before) != 0)
        return;
    struct termios keys = keys_before;
    keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    keys_are_taken = tcsetattr(STDIN_FILENO, TCSANOW, &keys) == 0;
}

void terminal_keys_end(void)
{
    if (keys_are_taken)
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &keys_before);
    keys_are_taken = false;
}

int terminal_key(int wait_ms)
{
    struct pollfd input = {.fd = keys_are_taken ? STDIN_FILENO : -1, .events = POLLIN};
    char key = 0;
    if (poll(&input, 1, wait_ms) <= 0 || read(STDIN_FILENO, &key, 1) != 1)
        return 0;
    return key;
}

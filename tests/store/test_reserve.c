/* test_reserve.c - room on the ledger's disk that is kept for its last words. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/reserve.h"

enum { RESERVE_BYTES = 1 << 20 };

static const char ledger[] = "disk/ledger.db";
static const char filler[] = "disk/filler";

/* A disk of its own where root may have one; a folder otherwise. */
static int set_up(void **state)
{
    static bool is_disk;
    assert_int_equal(mkdir("disk", 0700), 0);
    is_disk = geteuid() == 0 && mount("none", "disk", "tmpfs", 0, "size=4m") == 0;
    *state = &is_disk;
    return 0;
}

static int tear_down(void **state)
{
    const bool *is_disk = *state;
    if (*is_disk)
        (void)umount2("disk", MNT_DETACH);
    return system("rm -rf disk") == 0 ? 0 : 1;
}

static void need_disk(void **state)
{
    const bool *is_disk = *state;
    if (!*is_disk)
        skip();
}

static struct reserve *open_reserve(uint64_t bytes)
{
    struct reserve *reserve = NULL;
    struct fault fault = {0};
    if (reserve_open(ledger, bytes, &reserve, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    return reserve;
}

/* Takes all room that is left, but for `leave` bytes. */
static void fill_disk(off_t leave)
{
    static const char zeros[4096];
    int file = open(filler, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    while (write(file, zeros, sizeof zeros) == (ssize_t)sizeof zeros)
        continue;
    off_t length = lseek(file, 0, SEEK_CUR);
    assert_int_equal(ftruncate(file, length > leave ? length - leave : 0), 0);
    assert_int_equal(close(file), 0);
}

static int64_t blocks_taken(void)
{
    struct stat found;
    assert_int_equal(stat("disk/ledger.db.reserve", &found), 0);
    return (int64_t)found.st_blocks * 512;
}

static void its_room_is_really_taken(void **state)
{
    (void)state;
    struct reserve *reserve = open_reserve(RESERVE_BYTES);
    assert_true(reserve_is_whole(reserve));
    assert_false(reserve_is_used(ledger));
    assert_true(blocks_taken() >= RESERVE_BYTES);
    reserve_close(&reserve);
    assert_null(reserve);
    assert_true(blocks_taken() >= RESERVE_BYTES);
}

static void is_kept_while_there_is_other_room(void **state)
{
    (void)state;
    struct reserve *reserve = open_reserve(RESERVE_BYTES);
    assert_false(reserve_give_up(reserve));
    assert_true(reserve_is_whole(reserve));
    reserve_close(&reserve);
}

static void is_given_up_on_a_full_disk_and_makes_room(void **state)
{
    need_disk(state);
    struct reserve *reserve = open_reserve(RESERVE_BYTES);
    fill_disk(0);
    assert_true(reserve_give_up(reserve));
    assert_false(reserve_give_up(reserve)); // there is nothing left to give
    assert_false(reserve_is_whole(reserve));
    assert_true(reserve_is_used(ledger));
    int file = open("disk/last-words", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(posix_fallocate(file, 0, RESERVE_BYTES / 2), 0);
    assert_int_equal(close(file), 0);
    reserve_close(&reserve);
}

static void is_taken_back_when_there_is_room_twice_over(void **state)
{
    need_disk(state);
    struct reserve *reserve = open_reserve(RESERVE_BYTES);
    fill_disk(0);
    assert_true(reserve_give_up(reserve));
    assert_false(reserve_take_back(reserve)); // room for one is not enough
    assert_true(reserve_is_used(ledger));
    assert_int_equal(unlink(filler), 0);
    assert_true(reserve_take_back(reserve));
    assert_true(reserve_is_whole(reserve));
    assert_false(reserve_is_used(ledger));
    reserve_close(&reserve);
}

static void what_was_given_up_is_so_after_a_restart(void **state)
{
    need_disk(state);
    struct reserve *reserve = open_reserve(RESERVE_BYTES);
    fill_disk(0);
    assert_true(reserve_give_up(reserve));
    reserve_close(&reserve);
    reserve = open_reserve(RESERVE_BYTES);
    assert_false(reserve_is_whole(reserve));
    reserve_close(&reserve);
    assert_int_equal(unlink(filler), 0);
    reserve = open_reserve(RESERVE_BYTES);
    assert_true(reserve_is_whole(reserve));
    reserve_close(&reserve);
}

static void others_see_what_it_takes(void **state)
{
    (void)state;
    struct reserve_room room = {0};
    assert_false(reserve_look(ledger, &room));
    struct reserve *reserve = open_reserve(RESERVE_BYTES);
    assert_true(reserve_look(ledger, &room));
    assert_int_equal(room.bytes, RESERVE_BYTES);
    assert_true(room.taken >= RESERVE_BYTES);
    reserve_close(&reserve);
    assert_int_equal(truncate("disk/ledger.db.reserve", 0), 0);
    assert_int_equal(truncate("disk/ledger.db.reserve", RESERVE_BYTES), 0);
    assert_true(reserve_look(ledger, &room));
    assert_int_equal(room.bytes, RESERVE_BYTES);
    assert_int_equal(room.taken, 0);
    assert_false(reserve_look("postgresql://ledger", &room));
}

static void none_is_always_whole(void **state)
{
    (void)state;
    struct reserve *reserve = open_reserve(0);
    assert_null(reserve);
    assert_true(reserve_is_whole(reserve));
    assert_false(reserve_give_up(reserve));
    assert_true(reserve_take_back(reserve));
    assert_false(reserve_is_used(ledger));
    assert_int_equal(reserve_open("postgresql://ledger", RESERVE_BYTES, &reserve, NULL), STATUS_OK);
    assert_null(reserve);
    assert_false(reserve_is_used("postgresql://ledger"));
    reserve_close(&reserve);
}

int main(void)
{
#define PROMISE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        PROMISE(its_room_is_really_taken),
        PROMISE(is_kept_while_there_is_other_room),
        PROMISE(is_given_up_on_a_full_disk_and_makes_room),
        PROMISE(is_taken_back_when_there_is_room_twice_over),
        PROMISE(what_was_given_up_is_so_after_a_restart),
        PROMISE(others_see_what_it_takes),
        PROMISE(none_is_always_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

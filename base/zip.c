/* zip.c - see zip.h; the form is that of APPNOTE.TXT 6.3 (PKWARE), sections 4.3.7 to 4.3.16. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/zip.h"

enum {
    LOCAL_SIGNATURE = 0x04034b50,
    CENTRAL_SIGNATURE = 0x02014b50,
    END_SIGNATURE = 0x06054b50,
    VERSION_NEEDED = 20,
    NAMES_ARE_UTF8 = 1 << 11
};
static const uint64_t SIZE_MOST = UINT32_MAX;

struct zip {
    int file;
    uint64_t written;
    uint16_t time, day; /* as MS-DOS has them */
    uint32_t count;
    struct byte_writer directory;
};

/* The CRC-32 of ISO 3309, a bit at a time over a table of bytes. */
static uint32_t crc_of(const uint8_t *bytes, size_t length)
{
    static uint32_t table[256];
    uint32_t crc = UINT32_MAX;
    if (table[1] == 0)
        for (uint32_t i = 0; i < 256; i++) {
            uint32_t value = i;
            for (int bit = 0; bit < 8; bit++)
                value = (value >> 1) ^ ((value & 1) != 0 ? UINT32_C(0xEDB88320) : 0);
            table[i] = value;
        }
    for (size_t i = 0; i < length; i++)
        crc = (crc >> 8) ^ table[(crc ^ bytes[i]) & 0xFF];
    return ~crc;
}

static enum status write_all(struct zip *zip, const void *bytes, size_t length, struct fault *fault)
{
    const char *at = bytes;
    size_t left = length;
    while (left > 0) {
        ssize_t done = write(zip->file, at, left);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return fault_errno(fault, STATUS_LATER, "cannot write the archive");
        at += done;
        left -= (size_t)done;
    }
    zip->written += length;
    return STATUS_OK;
}

enum status zip_open(int file, int64_t wall_ms, struct zip **ret_zip, struct fault *fault)
{
    struct zip *zip = calloc(1, sizeof *zip);
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm moment = {0};
    if (zip == NULL)
        return fault_set(fault, STATUS_LATER, "no memory for an archive");
    (void)localtime_r(&seconds, &moment);
    int year = moment.tm_year < 80 ? 0 : moment.tm_year - 80;
    zip->file = file;
    zip->time = (uint16_t)(moment.tm_hour << 11 | moment.tm_min << 5 | moment.tm_sec / 2);
    zip->day = (uint16_t)(year << 9 | (moment.tm_mon + 1) << 5 | moment.tm_mday);
    *ret_zip = zip;
    return STATUS_OK;
}

/* What the local header and the directory say of a file alike. */
static void put_file(const struct zip *zip, struct byte_writer *writer, uint32_t crc, size_t length,
                     size_t name_length)
{
    byte_writer_u16(writer, VERSION_NEEDED);
    byte_writer_u16(writer, NAMES_ARE_UTF8);
    byte_writer_u16(writer, 0); // stored
    byte_writer_u16(writer, zip->time);
    byte_writer_u16(writer, zip->day);
    byte_writer_u32(writer, crc);
    byte_writer_u32(writer, (uint32_t)length);
    byte_writer_u32(writer, (uint32_t)length);
    byte_writer_u16(writer, (uint16_t)name_length);
    byte_writer_u16(writer, 0); // no extra field
}

static void put_entry(struct zip *zip, const char *name, uint32_t crc, size_t length)
{
    struct byte_writer *directory = &zip->directory;
    byte_writer_u32(directory, CENTRAL_SIGNATURE);
    byte_writer_u16(directory, VERSION_NEEDED);
    put_file(zip, directory, crc, length, strlen(name));
    byte_writer_u16(directory, 0); // no comment
    byte_writer_u16(directory, 0); // first disk
    byte_writer_u16(directory, 0); // internal attributes
    byte_writer_u32(directory, 0); // external attributes
    byte_writer_u32(directory, (uint32_t)zip->written);
    byte_writer_raw(directory, name, strlen(name));
}

enum status zip_add(struct zip *zip, const char *name, const void *bytes, size_t length,
                    struct fault *fault)
{
    struct byte_writer header = {0};
    size_t name_length = strlen(name);
    if (name_length == 0 || name_length > ZIP_NAME_BYTES_MOST || zip->count >= ZIP_FILES_MOST ||
        length >= SIZE_MOST || zip->written + length + zip->directory.length + 1024 >= SIZE_MOST)
        return fault_set(fault, STATUS_REFUSE, "too much for one archive");
    uint32_t crc = crc_of(bytes, length);
    put_entry(zip, name, crc, length);
    byte_writer_u32(&header, LOCAL_SIGNATURE);
    put_file(zip, &header, crc, length, name_length);
    byte_writer_raw(&header, name, name_length);
    enum status status = header.failed || zip->directory.failed
                             ? fault_set(fault, STATUS_LATER, "no memory for an archive")
                             : write_all(zip, header.bytes, header.length, fault);
    byte_writer_done(&header);
    if (status == STATUS_OK)
        status = write_all(zip, bytes, length, fault);
    zip->count++;
    return status;
}

static enum status write_end(struct zip *zip, struct fault *fault)
{
    struct byte_writer end = {0};
    uint64_t begin = zip->written;
    byte_writer_u32(&end, END_SIGNATURE);
    byte_writer_u16(&end, 0); // this disk
    byte_writer_u16(&end, 0); // that of the directory
    byte_writer_u16(&end, (uint16_t)zip->count);
    byte_writer_u16(&end, (uint16_t)zip->count);
    byte_writer_u32(&end, (uint32_t)zip->directory.length);
    byte_writer_u32(&end, (uint32_t)begin);
    byte_writer_u16(&end, 0); // no comment
    enum status status = end.failed
                             ? fault_set(fault, STATUS_LATER, "no memory for an archive")
                             : write_all(zip, zip->directory.bytes, zip->directory.length, fault);
    if (status == STATUS_OK)
        status = write_all(zip, end.bytes, end.length, fault);
    byte_writer_done(&end);
    return status;
}

enum status zip_close(struct zip **zip_p, uint64_t *ret_size, struct fault *fault)
{
    enum status status = write_end(*zip_p, fault);
    if (status == STATUS_OK)
        *ret_size = (*zip_p)->written;
    zip_abandon(zip_p);
    return status;
}

void zip_abandon(struct zip **zip_p)
{
    if (*zip_p == NULL)
        return;
    byte_writer_done(&(*zip_p)->directory);
    free(*zip_p);
    *zip_p = NULL;
}

/* xdomea_package.c - xdomea_write_package() of xdomea.h: a ZIP with the XML and, beside it, the
 * primary documents. Entries carry the message's own time, so that the same message gives the
 * same package. */
// SPDX-License-Identifier: EUPL-1.2
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

#include "filing/xdomea.h"

enum { ENTRY_MODE = 0640 };

static enum status archive_fault(struct archive *archive, struct fault *fault)
{
    int number = archive_errno(archive);
    const char *why = archive_error_string(archive);
    enum status status =
        number == EIO || number == EROFS || number == EBADF ? STATUS_HALT : STATUS_LATER;
    return fault_set(fault, status, "writing the xdomea package: %s",
                     why == NULL ? "out of memory" : why);
}

static enum status add(struct archive *archive, const char *name, int64_t wall_ms,
                       const void *bytes, size_t length, struct fault *fault)
{
    struct archive_entry *entry = archive_entry_new();
    if (entry == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    archive_entry_set_pathname_utf8(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, ENTRY_MODE);
    archive_entry_set_size(entry, (int64_t)length);
    archive_entry_set_mtime(entry, (time_t)(wall_ms / 1000), 0);
    bool done = archive_write_header(archive, entry) == ARCHIVE_OK &&
                archive_write_data(archive, bytes, length) == (ssize_t)length &&
                archive_write_finish_entry(archive) == ARCHIVE_OK;
    archive_entry_free(entry);
    return done ? STATUS_OK : archive_fault(archive, fault);
}

static enum status add_xml(struct archive *archive, const struct xdomea_message *message,
                           struct fault *fault)
{
    struct text xml = {0}, name = {0};
    enum status status = xdomea_append(message, &xml, fault);
    xdomea_append_name(message, &name);
    text_append(&name, ".xml");
    if (status == STATUS_OK && !text_ok(&name))
        status = fault_set(fault, STATUS_LATER, "out of memory");
    if (status == STATUS_OK)
        status =
            add(archive, text_string(&name), message->created_ms, xml.bytes, xml.length, fault);
    text_done(&name);
    text_done(&xml);
    return status;
}

static enum status add_file(struct archive *archive, const struct xdomea_message *message,
                            const struct xdomea_file *file, struct fault *fault)
{
    struct text name = {0};
    xdomea_append_file_name(file, &name);
    enum status status = !text_ok(&name) ? fault_set(fault, STATUS_LATER, "out of memory")
                                         : add(archive, text_string(&name), message->created_ms,
                                               file->bytes, file->length, fault);
    text_done(&name);
    return status;
}

static enum status add_files(struct archive *archive, const struct xdomea_message *message,
                             struct fault *fault)
{
    for (size_t i = 0; i < message->document_count; i++) {
        const struct xdomea_document *document = &message->documents[i];
        for (size_t k = 0; k < document->file_count; k++) {
            enum status status = add_file(archive, message, &document->files[k], fault);
            if (status != STATUS_OK)
                return status;
        }
    }
    return STATUS_OK;
}

enum status xdomea_write_package(const struct xdomea_message *message, int file,
                                 struct fault *fault)
{
    struct archive *archive = archive_write_new();
    if (archive == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    enum status status = STATUS_OK;
    if (archive_write_set_format_zip(archive) != ARCHIVE_OK ||
        archive_write_set_options(archive, "zip:compression=store,zip:!experimental") !=
            ARCHIVE_OK ||
        archive_write_set_bytes_in_last_block(archive, 1) != ARCHIVE_OK ||
        archive_write_open_fd(archive, file) != ARCHIVE_OK)
        status = archive_fault(archive, fault);
    if (status == STATUS_OK)
        status = add_xml(archive, message, fault);
    if (status == STATUS_OK)
        status = add_files(archive, message, fault);
    if (status == STATUS_OK && archive_write_close(archive) != ARCHIVE_OK)
        status = archive_fault(archive, fault);
    archive_write_free(archive);
    return status;
}

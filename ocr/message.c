/* message.c - see message.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "ocr/message.h"

enum { MESSAGE_BYTES_MOST = 1024 };

/* Room for one descriptor. */
union control {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
};

static void encode(const struct message *message, struct byte_writer *writer)
{
    byte_writer_u8(writer, (uint8_t)message->kind);
    byte_writer_u64(writer, message->scan);
    byte_writer_u64(writer, message->size);
    byte_writer_u32(writer, message->page);
    byte_writer_u32(writer, message->page_count);
    byte_writer_u8(writer, (uint8_t)message->fault.status);
    byte_writer_string(writer, message->fault.text);
}

static bool decode(const uint8_t *bytes, size_t length, struct message *message)
{
    struct byte_reader reader = byte_reader_over(bytes, length);
    uint8_t kind = byte_reader_u8(&reader);
    message->scan = byte_reader_u64(&reader);
    message->size = byte_reader_u64(&reader);
    message->page = byte_reader_u32(&reader);
    message->page_count = byte_reader_u32(&reader);
    uint8_t status = byte_reader_u8(&reader);
    char *text = byte_reader_string(&reader, FAULT_TEXT_BYTES - 1);
    bool good = byte_reader_finished(&reader) && kind > MESSAGE_NONE && kind < MESSAGE_KINDS &&
                status <= STATUS_HALT;
    if (good) {
        message->kind = (enum message_kind)kind;
        fault_set(&message->fault, (enum status)status, "%s", text);
    }
    free(text);
    return good;
}

static enum status send_bytes(int socket, const struct byte_writer *writer, int file,
                              struct fault *fault)
{
    union control control = {0};
    struct iovec part = {.iov_base = writer->bytes, .iov_len = writer->length};
    struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
    if (file >= 0) {
        header.msg_control = &control;
        header.msg_controllen = sizeof control;
        struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof file);
        memcpy(CMSG_DATA(rights), &file, sizeof file);
    }
    for (;;) {
        if (sendmsg(socket, &header, MSG_NOSIGNAL) >= 0)
            return STATUS_OK;
        if (errno == EINTR)
            continue;
        if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM)
            return fault_errno(fault, STATUS_LATER, "the reading process does not take more");
        return fault_errno(fault, STATUS_HALT, "the reading process is gone");
    }
}

enum status message_send(int socket, const struct message *message, struct fault *fault)
{
    struct byte_writer writer = {0};
    encode(message, &writer);
    enum status status = writer.failed ? fault_set(fault, STATUS_LATER, "out of memory")
                                       : send_bytes(socket, &writer, message->file, fault);
    byte_writer_done(&writer);
    return status;
}

/* The descriptor that came along, or -1. */
static int take_file(struct msghdr *header)
{
    struct cmsghdr *rights = CMSG_FIRSTHDR(header);
    int file = -1;
    if (rights != NULL && rights->cmsg_level == SOL_SOCKET && rights->cmsg_type == SCM_RIGHTS &&
        rights->cmsg_len == CMSG_LEN(sizeof file))
        memcpy(&file, CMSG_DATA(rights), sizeof file);
    return file;
}

enum status message_receive(int socket, bool blocks, struct message *ret_message,
                            struct fault *fault)
{
    uint8_t bytes[MESSAGE_BYTES_MOST];
    union control control = {0};
    struct iovec part = {.iov_base = bytes, .iov_len = sizeof bytes};
    struct msghdr header = {.msg_iov = &part,
                            .msg_iovlen = 1,
                            .msg_control = &control,
                            .msg_controllen = sizeof control};
    ssize_t got;
    do
        got = recvmsg(socket, &header, MSG_CMSG_CLOEXEC | (blocks ? 0 : MSG_DONTWAIT));
    while (got < 0 && errno == EINTR);
    if (got < 0 && errno == EAGAIN) {
        *ret_message = (struct message){.file = -1};
        return STATUS_OK;
    }
    if (got < 0)
        return fault_errno(fault, STATUS_HALT, "the reading process is gone");
    if (got == 0)
        return fault_set(fault, STATUS_HALT, "the reading process is gone");
    struct message message = {.file = take_file(&header)};
    if (!decode(bytes, (size_t)got, &message)) {
        if (message.file >= 0)
            close(message.file);
        return fault_set(fault, STATUS_HALT, "the reading process says nonsense");
    }
    *ret_message = message;
    return STATUS_OK;
}

int message_file(const uint8_t *bytes, size_t length)
{
    int file = memfd_create("posteingang-message", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    size_t written = 0;
    while (file >= 0 && written < length) {
        ssize_t count = write(file, bytes + written, length - written);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0) {
            close(file);
            return -1;
        }
        written += (size_t)count;
    }
    if (file >= 0)
        (void)fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
    return file;
}

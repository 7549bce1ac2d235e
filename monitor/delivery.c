/* delivery.c - see delivery.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/text.h"
#include "monitor/delivery.h"
#include "monitor/mail.h"

enum { PASSWORD_BYTES_MOST = 1024, ERROR_BYTES = FAULT_TEXT_BYTES };

struct slot {
    int64_t id; /* 0: free */
    bool is_mail;
    CURL *easy;
    struct curl_slist *list; /* recipients, or headers */
    struct text payload;
    size_t sent; /* of the payload */
    int socket;  /* that it goes out by, libcurl's; -1: none yet */
    char error[CURL_ERROR_SIZE];
    char early[ERROR_BYTES]; /* why it could not even begin; "" when it did */
};

struct delivery {
    const struct config *config;
    delivery_told *told;
    void *context;
    CURLM *multi;
    struct slot slots[DELIVERY_SLOTS];
};

enum status delivery_new(const struct config *config, delivery_told *told, void *context,
                         struct delivery **ret_delivery, struct fault *fault)
{
    struct delivery *delivery = calloc(1, sizeof *delivery);
    if (delivery == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    *delivery = (struct delivery){.config = config, .told = told, .context = context};
    if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
        delivery->multi = curl_multi_init();
    if (delivery->multi == NULL) {
        free(delivery);
        return fault_set(fault, STATUS_LATER, "libcurl cannot be used");
    }
    *ret_delivery = delivery;
    return STATUS_OK;
}

/* libcurl knows the socket only once it is connected. */
static int note_socket(void *context, curl_socket_t socket, curlsocktype purpose)
{
    (void)purpose;
    struct slot *slot = context;
    slot->socket = socket;
    return CURL_SOCKOPT_OK;
}

static int close_socket(void *context, curl_socket_t socket)
{
    struct slot *slot = context;
    if (slot->socket == socket)
        slot->socket = -1;
    return close(socket);
}

/* Before it is taken out of libcurl, which would end half a mail with a dot, as if it were whole. */
static void cut_off(struct slot *slot)
{
    if (slot->socket >= 0)
        (void)shutdown(slot->socket, SHUT_RDWR);
}

static void empty_slot(struct delivery *delivery, struct slot *slot)
{
    if (slot->easy != NULL) {
        (void)curl_multi_remove_handle(delivery->multi, slot->easy);
        curl_easy_cleanup(slot->easy);
    }
    curl_slist_free_all(slot->list);
    text_done(&slot->payload);
    *slot = (struct slot){0};
}

void delivery_free(struct delivery **delivery_p)
{
    struct delivery *delivery = *delivery_p;
    if (delivery == NULL)
        return;
    for (size_t i = 0; i < DELIVERY_SLOTS; i++) {
        if (delivery->slots[i].id != 0)
            cut_off(&delivery->slots[i]);
        empty_slot(delivery, &delivery->slots[i]);
    }
    (void)curl_multi_cleanup(delivery->multi);
    curl_global_cleanup();
    free(delivery);
    *delivery_p = NULL;
}

size_t delivery_room(const struct delivery *delivery)
{
    size_t room = 0;
    for (size_t i = 0; i < DELIVERY_SLOTS; i++)
        room += delivery->slots[i].id == 0;
    return room;
}

bool delivery_is_busy(const struct delivery *delivery)
{
    return delivery_room(delivery) < DELIVERY_SLOTS;
}

bool delivery_has(const struct delivery *delivery, int64_t id)
{
    for (size_t i = 0; i < DELIVERY_SLOTS; i++)
        if (delivery->slots[i].id == id)
            return true;
    return false;
}

/* ---- mail ------------------------------------------------------------------------------------------ */

static size_t read_payload(char *buffer, size_t size, size_t count, void *context)
{
    struct slot *slot = context;
    size_t left = slot->payload.length - slot->sent;
    size_t length = left < size * count ? left : size * count;
    if (length > 0)
        memcpy(buffer, slot->payload.bytes + slot->sent, length);
    slot->sent += length;
    return length;
}

/* The password's file holds it in its first line. */
static enum status set_password(CURL *easy, const struct config_mail *mail, struct fault *fault)
{
    char *password = NULL;
    size_t length = 0;
    if (mail->user == NULL || mail->password == NULL)
        return STATUS_OK;
    enum status status = file_read(mail->password, PASSWORD_BYTES_MOST, &password, &length, fault);
    if (status != STATUS_OK)
        return fault_within(fault, "mail.password");
    password[strcspn(password, "\r\n")] = '\0';
    (void)curl_easy_setopt(easy, CURLOPT_USERNAME, mail->user);
    (void)curl_easy_setopt(easy, CURLOPT_PASSWORD, password);
    explicit_bzero(password, length);
    free(password);
    return STATUS_OK;
}

static enum status prepare_mail(struct delivery *delivery, struct slot *slot,
                                const struct outbox_record *record, struct fault *fault)
{
    const struct config_mail *mail = &delivery->config->mail;
    char url[512];
    char from[256];
    if (mail->server == NULL)
        return fault_set(fault, STATUS_REFUSE, "there is no mail.server in the configuration");
    bool is_tls = mail->encryption == CONFIG_ENCRYPTION_TLS;
    (void)snprintf(url, sizeof url, "%s://%s", is_tls ? "smtps" : "smtp", mail->server);
    (void)snprintf(from, sizeof from, "<%s>", mail->from);
    mail_append(&slot->payload, &(struct mail){.from = mail->from,
                                               .to = record->recipient,
                                               .title = record->title,
                                               .body = record->body,
                                               .id = record->id,
                                               .made_ms = record->made_ms});
    slot->list = curl_slist_append(NULL, record->recipient);
    if (slot->list == NULL || !text_ok(&slot->payload))
        return fault_set(fault, STATUS_LATER, "out of memory");
    (void)curl_easy_setopt(slot->easy, CURLOPT_URL, url);
    (void)curl_easy_setopt(slot->easy, CURLOPT_MAIL_FROM, from);
    (void)curl_easy_setopt(slot->easy, CURLOPT_MAIL_RCPT, slot->list);
    (void)curl_easy_setopt(slot->easy, CURLOPT_READFUNCTION, read_payload);
    (void)curl_easy_setopt(slot->easy, CURLOPT_READDATA, slot);
    (void)curl_easy_setopt(slot->easy, CURLOPT_UPLOAD, 1L);
    (void)curl_easy_setopt(slot->easy, CURLOPT_USE_SSL,
                           mail->encryption == CONFIG_ENCRYPTION_NONE ? (long)CURLUSESSL_NONE
                                                                      : (long)CURLUSESSL_ALL);
    if (mail->authorities != NULL)
        (void)curl_easy_setopt(slot->easy, CURLOPT_CAINFO, mail->authorities);
    return set_password(slot->easy, mail, fault);
}

/* ---- webhook ----------------------------------------------------------------------------------------- */

static size_t drop_answer(char *bytes, size_t size, size_t count, void *context)
{
    (void)bytes;
    (void)context;
    return size * count;
}

static enum status prepare_webhook(struct slot *slot, const struct outbox_record *record,
                                   struct fault *fault)
{
    text_append(&slot->payload, record->body);
    slot->list = curl_slist_append(NULL, "Content-Type: application/json");
    if (slot->list == NULL || !text_ok(&slot->payload))
        return fault_set(fault, STATUS_LATER, "out of memory");
    (void)curl_easy_setopt(slot->easy, CURLOPT_URL, record->recipient);
    (void)curl_easy_setopt(slot->easy, CURLOPT_HTTPHEADER, slot->list);
    (void)curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDSIZE, (long)slot->payload.length);
    (void)curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDS, text_string(&slot->payload));
    return STATUS_OK;
}

/* ---- both ---------------------------------------------------------------------------------------------- */

static enum status prepare(struct delivery *delivery, struct slot *slot,
                           const struct outbox_record *record, struct fault *fault)
{
    slot->easy = curl_easy_init();
    if (slot->easy == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    (void)curl_easy_setopt(slot->easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(slot->easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps,http,https");
    (void)curl_easy_setopt(slot->easy, CURLOPT_TIMEOUT_MS, (long)delivery->config->mail.timeout_ms);
    (void)curl_easy_setopt(slot->easy, CURLOPT_ERRORBUFFER, slot->error);
    (void)curl_easy_setopt(slot->easy, CURLOPT_WRITEFUNCTION, drop_answer);
    (void)curl_easy_setopt(slot->easy, CURLOPT_PRIVATE, slot);
    (void)curl_easy_setopt(slot->easy, CURLOPT_SOCKOPTFUNCTION, note_socket);
    (void)curl_easy_setopt(slot->easy, CURLOPT_SOCKOPTDATA, slot);
    (void)curl_easy_setopt(slot->easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
    (void)curl_easy_setopt(slot->easy, CURLOPT_CLOSESOCKETDATA, slot);
    (void)curl_easy_setopt(slot->easy, CURLOPT_FORBID_REUSE, 1L); // each socket is one notice's
    (void)curl_easy_setopt(slot->easy, CURLOPT_USERAGENT, "posteingang/" POSTEINGANG_VERSION);
    slot->is_mail = strcmp(record->channel, "mail") == 0;
    return slot->is_mail ? prepare_mail(delivery, slot, record, fault)
                         : prepare_webhook(slot, record, fault);
}

enum status delivery_start(struct delivery *delivery, const struct outbox_record *record,
                           struct fault *fault)
{
    struct slot *slot = NULL;
    struct fault early = {0};
    for (size_t i = 0; i < DELIVERY_SLOTS && slot == NULL; i++)
        if (delivery->slots[i].id == 0)
            slot = &delivery->slots[i];
    if (slot == NULL)
        return fault_set(fault, STATUS_LATER, "enough notices are under way");
    slot->id = record->id;
    slot->socket = -1;
    if (prepare(delivery, slot, record, &early) == STATUS_OK &&
        curl_multi_add_handle(delivery->multi, slot->easy) != CURLM_OK)
        (void)fault_set(&early, STATUS_LATER, "libcurl takes no more");
    (void)snprintf(slot->early, sizeof slot->early, "%s", early.text);
    return STATUS_OK;
}

/* Tells, and makes room. */
static void end(struct delivery *delivery, struct slot *slot, const char *error)
{
    int64_t id = slot->id;
    char words[ERROR_BYTES];
    if (error != NULL)
        (void)snprintf(words, sizeof words, "%s", error);
    empty_slot(delivery, slot);
    delivery->told(delivery->context, id, error == NULL ? NULL : words);
}

static void end_transfer(struct delivery *delivery, struct slot *slot, CURLcode code)
{
    long answer = 0;
    char words[ERROR_BYTES];
    (void)curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &answer);
    if (code != CURLE_OK) {
        (void)snprintf(words, sizeof words, "%s%s%s", curl_easy_strerror(code),
                       slot->error[0] == '\0' ? "" : ": ", slot->error);
        end(delivery, slot, words);
    } else if (!slot->is_mail && (answer < 200 || answer > 299)) {
        (void)snprintf(words, sizeof words, "the webhook answered %ld", answer);
        end(delivery, slot, words);
    } else {
        end(delivery, slot, NULL);
    }
}

void delivery_wait(struct delivery *delivery, int most_ms)
{
    (void)curl_multi_poll(delivery->multi, NULL, 0, most_ms, NULL);
}

void delivery_turn(struct delivery *delivery)
{
    int running = 0;
    int left = 0;
    CURLMsg *message = NULL;
    for (size_t i = 0; i < DELIVERY_SLOTS; i++)
        if (delivery->slots[i].id != 0 && delivery->slots[i].early[0] != '\0')
            end(delivery, &delivery->slots[i], delivery->slots[i].early);
    (void)curl_multi_perform(delivery->multi, &running);
    while ((message = curl_multi_info_read(delivery->multi, &left)) != NULL) {
        struct slot *slot = NULL;
        if (message->msg != CURLMSG_DONE)
            continue;
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&slot);
        end_transfer(delivery, slot, message->data.result);
    }
}

/* pdf_file.c - see pdf_file.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>

#include "ocr/pdf_file.h"

enum { PARENTS_MOST = 64 };

static const double LEAST_SIDE_PT = 3, MOST_SIDE_PT = 1e6;

enum status pdf_file_open(const uint8_t *bytes, size_t length, qpdf_data *ret_pdf,
                          struct fault *fault)
{
    qpdf_data pdf = qpdf_init();
    if (pdf == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory for a PDF");
    qpdf_silence_errors(pdf);
    qpdf_set_suppress_warnings(pdf, QPDF_TRUE);
    QPDF_ERROR_CODE code = qpdf_read_memory(pdf, "scan", (const char *)bytes, length, NULL);
    if ((code & QPDF_ERRORS) != 0) {
        qpdf_cleanup(&pdf);
        return fault_set(fault, STATUS_REFUSE,
                         "Die PDF-Datei ist beschädigt. Bitte das Blatt neu scannen.");
    }
    *ret_pdf = pdf;
    return STATUS_OK;
}

qpdf_oh pdf_page_attribute(qpdf_data pdf, qpdf_oh page, const char *key)
{
    qpdf_oh node = page;
    for (int i = 0; i < PARENTS_MOST && qpdf_oh_is_dictionary(pdf, node); i++) {
        qpdf_oh value = qpdf_oh_get_key(pdf, node, key);
        if (!qpdf_oh_is_null(pdf, value))
            return value;
        node = qpdf_oh_get_key(pdf, node, "/Parent");
    }
    return qpdf_oh_new_null(pdf);
}

bool pdf_numbers(qpdf_data pdf, qpdf_oh array, double *ret_numbers, int count)
{
    if (!qpdf_oh_is_array(pdf, array) || qpdf_oh_get_array_n_items(pdf, array) < count)
        return false;
    for (int i = 0; i < count; i++) {
        qpdf_oh item = qpdf_oh_get_array_item(pdf, array, i);
        if (!qpdf_oh_is_number(pdf, item))
            return false;
        ret_numbers[i] = qpdf_oh_get_numeric_value(pdf, item);
        if (!isfinite(ret_numbers[i]))
            return false;
    }
    return true;
}

static bool read_box(qpdf_data pdf, qpdf_oh page, const char *key, struct pdf_rectangle *ret_box)
{
    double corner[4];
    if (!pdf_numbers(pdf, pdf_page_attribute(pdf, page, key), corner, 4))
        return false;
    struct pdf_rectangle box = {fmin(corner[0], corner[2]), fmin(corner[1], corner[3]),
                                fmax(corner[0], corner[2]), fmax(corner[1], corner[3])};
    if (box.right - box.left < LEAST_SIDE_PT || box.top - box.bottom < LEAST_SIDE_PT ||
        box.right - box.left > MOST_SIDE_PT || box.top - box.bottom > MOST_SIDE_PT)
        return false;
    *ret_box = box;
    return true;
}

struct pdf_rectangle pdf_page_box(qpdf_data pdf, qpdf_oh page)
{
    struct pdf_rectangle media = {0, 0, 595.276, 841.89}; // A4
    struct pdf_rectangle crop;
    (void)read_box(pdf, page, "/MediaBox", &media);
    if (!read_box(pdf, page, "/CropBox", &crop))
        return media;
    crop = (struct pdf_rectangle){fmax(crop.left, media.left), fmax(crop.bottom, media.bottom),
                                  fmin(crop.right, media.right), fmin(crop.top, media.top)};
    bool is_sound =
        crop.right - crop.left >= LEAST_SIDE_PT && crop.top - crop.bottom >= LEAST_SIDE_PT;
    return is_sound ? crop : media;
}

int pdf_page_rotation(qpdf_data pdf, qpdf_oh page)
{
    qpdf_oh value = pdf_page_attribute(pdf, page, "/Rotate");
    if (!qpdf_oh_is_number(pdf, value))
        return 0;
    double degrees = qpdf_oh_get_numeric_value(pdf, value);
    if (!(fabs(degrees) < 1e6))
        return 0;
    int turn = (int)degrees % 360;
    return turn % 90 != 0 ? 0 : (turn + 360) % 360;
}

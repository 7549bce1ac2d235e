/* picture.c - see picture.h. Also turns a pix the way a file's Orientation asks for. */
// SPDX-License-Identifier: EUPL-1.2
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ocr/picture.h"

enum status picture_take_colours(struct picture *picture, PIX *colours, struct fault *fault)
{
    picture->pix = pixConvertRGBToLuminance(colours);
    if (picture->pix == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory for a page in grey");
    return stamps_part(colours, picture->pix, &picture->stamps, fault);
}

void picture_done(struct picture *picture)
{
    pixDestroy(&picture->pix);
    pixDestroy(&picture->small);
    stamps_done(&picture->stamps);
    raster_done(&picture->raster);
    reading_page_done(&picture->words);
    *picture = (struct picture){0};
}

struct placement placement_of_orientation(unsigned orientation)
{
    static const struct placement placements[] = {
        {false, 0  },
        {false, 0  },
        {true,  0  },
        {false, 180},
        {true,  180},
        {true,  270},
        {false, 90 },
        {true,  90 },
        {false, 270},
    };
    return placements[orientation < sizeof placements / sizeof placements[0] ? orientation : 0];
}

enum status pix_turn(PIX **pix_p, int degrees, struct fault *fault)
{
    if (degrees % 360 == 0)
        return STATUS_OK;
    PIX *turned = pixRotateOrth(*pix_p, degrees / 90 % 4);
    if (turned == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory while turning a page");
    pixDestroy(pix_p);
    *pix_p = turned;
    return STATUS_OK;
}

enum status placement_apply(struct placement placement, PIX **pix_p, struct fault *fault)
{
    if (placement.is_mirrored && pixFlipLR(*pix_p, *pix_p) == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory while mirroring a page");
    return pix_turn(pix_p, placement.turn, fault);
}

uint8_t *picture_rows(PIX *grey)
{
    size_t width = (size_t)pixGetWidth(grey), height = (size_t)pixGetHeight(grey);
    uint8_t *rows = malloc(width * height);
    for (size_t y = 0; rows != NULL && y < height; y++) {
        const l_uint32 *line = pixGetData(grey) + y * (size_t)pixGetWpl(grey);
        for (size_t x = 0; x < width; x++)
            rows[y * width + x] = (uint8_t)GET_DATA_BYTE(line, x);
    }
    return rows;
}

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
// They need <stdio.h>.
#include <jerror.h>
#include <jpeglib.h>

#include "check.h"
#include "exif.h"

// More scans than any program writes take hours of a small file; the memory is that of the
// coefficients of a progressive image of the most pixels.
enum { MOST_SCANS = 100, MOST_MEMORY = 1 << 30 };

typedef struct {
    struct jpeg_error_mgr manager;
    char *message;
    int is_cut;
    jmp_buf exit;
} jpeg_failure;

static void fail(j_common_ptr image) {
    jpeg_failure *failure = (jpeg_failure *)image->err;
    char text[JMSG_LENGTH_MAX];
    image->err->format_message(image, text);
    snprintf(failure->message, KALSAE_IMAGE_MESSAGE, "%s", text);
    longjmp(failure->exit, 1);
}

// The library fills up what is missing or damaged, and warns: that is no image to learn from.
static void warn(j_common_ptr image, int level) {
    if (level >= 0) return;
    switch (image->err->msg_code) {
        case JWRN_JPEG_EOF:
            ((jpeg_failure *)image->err)->is_cut = 1;
            fail(image);
            break;
        case JWRN_HIT_MARKER:
        case JWRN_HUFF_BAD_CODE:
        case JWRN_BOGUS_PROGRESSION:
        case JWRN_MUST_RESYNC: fail(image); break;
        default: break;
    }
}

static void watch(j_common_ptr image) {
    if (((j_decompress_ptr)image)->input_scan_number <= MOST_SCANS) return;
    jpeg_failure *failure = (jpeg_failure *)image->err;
    snprintf(failure->message, KALSAE_IMAGE_MESSAGE, "more than %d scans", MOST_SCANS);
    longjmp(failure->exit, 1);
}

// By Adobe's programs the four colors are stored inverted.
static void convert_cmyk(const uint8_t *from, uint8_t *to, uint32_t width, int is_inverted) {
    for (uint32_t x = 0; x < width; x++, from += 4, to += 3) {
        const unsigned black = is_inverted ? from[3] : 255u - from[3];
        for (int c = 0; c < 3; c++) {
            const unsigned ink = is_inverted ? from[c] : 255u - from[c];
            to[c] = (uint8_t)((ink * black + 127) / 255);
        }
    }
}

static void read_header(struct jpeg_decompress_struct *jpeg, uint64_t most_pixels,
                        kalsae_image *image, jpeg_failure *failure) {
    jpeg_save_markers(jpeg, JPEG_APP0 + 1, 0xffff);
    jpeg_read_header(jpeg, TRUE);
    const int is_gray = jpeg->jpeg_color_space == JCS_GRAYSCALE;
    image->width = jpeg->image_width;
    image->height = jpeg->image_height;
    image->channels = is_gray ? 1 : 3;
    image->bits = 8;
    image->has_palette = 0;
    image->orientation = 1;
    for (jpeg_saved_marker_ptr marker = jpeg->marker_list; marker; marker = marker->next) {
        const uint8_t found = kalsae_exif_orientation(marker->data, marker->data_length);
        if (found) image->orientation = found;
    }
    if (!kalsae_size_is_allowed(image->width, image->height, most_pixels, failure->message))
        longjmp(failure->exit, 1);
    if (jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK)
        jpeg->out_color_space = JCS_CMYK;
    else
        jpeg->out_color_space = is_gray ? JCS_GRAYSCALE : JCS_RGB;
}

static void read_pixels(struct jpeg_decompress_struct *jpeg, const kalsae_image *image,
                        uint8_t *pixels, uint8_t *line) {
    jpeg_start_decompress(jpeg);
    const size_t width = (size_t)image->width * image->channels;
    while (jpeg->output_scanline < jpeg->output_height) {
        uint8_t *row = pixels + jpeg->output_scanline * width;
        JSAMPROW rows[1] = {line ? line : row};
        jpeg_read_scanlines(jpeg, rows, 1);
        if (line) convert_cmyk(line, row, image->width, jpeg->saw_Adobe_marker);
    }
    jpeg_finish_decompress(jpeg);
}

kalsae_image_status kalsae_jpeg_read(const uint8_t *bytes, size_t count, uint64_t most_pixels,
                                     kalsae_image *image, uint8_t *pixels, size_t capacity,
                                     char message[KALSAE_IMAGE_MESSAGE]) {
    struct jpeg_decompress_struct jpeg = {0};
    struct jpeg_progress_mgr progress = {.progress_monitor = watch};
    jpeg_failure failure = {.message = message};
    uint8_t *volatile line = NULL;
    jpeg.err = jpeg_std_error(&failure.manager);
    failure.manager.error_exit = fail;
    failure.manager.emit_message = warn;
    if (setjmp(failure.exit)) {
        jpeg_destroy_decompress(&jpeg);
        free(line);
        return failure.is_cut ? KALSAE_IMAGE_CUT : KALSAE_IMAGE_REFUSED;
    }
    jpeg_create_decompress(&jpeg);
    jpeg.mem->max_memory_to_use = MOST_MEMORY;
    jpeg.progress = &progress;
    jpeg_mem_src(&jpeg, bytes, count);
    read_header(&jpeg, most_pixels, image, &failure);
    if (pixels) {
        if (!kalsae_pixels_fit(image, capacity, message)) longjmp(failure.exit, 1);
        if (jpeg.out_color_space == JCS_CMYK) {
            line = malloc((size_t)image->width * 4);
            if (line == NULL) {
                snprintf(message, KALSAE_IMAGE_MESSAGE, "no memory to decode it");
                longjmp(failure.exit, 1);
            }
        }
        read_pixels(&jpeg, image, pixels, line);
    }
    jpeg_destroy_decompress(&jpeg);
    free(line);
    return KALSAE_IMAGE_READ;
}

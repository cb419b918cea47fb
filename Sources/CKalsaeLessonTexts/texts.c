// Each file holds some chapters; see Documentation/Lessons.md for their form.
#include "kalsae_lesson_texts.h"

#include <stddef.h>

// A directive of C23, which this compiler takes in C17 too.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const char basics_en[] = {
#embed "texts/en/basics.md" suffix(, 0)
};
static const char learning_en[] = {
#embed "texts/en/learning.md" suffix(, 0)
};
static const char networks_en[] = {
#embed "texts/en/networks.md" suffix(, 0)
};
static const char regularization_en[] = {
#embed "texts/en/regularization.md" suffix(, 0)
};
static const char gradients_en[] = {
#embed "texts/en/gradients.md" suffix(, 0)
};
static const char images_en[] = {
#embed "texts/en/images.md" suffix(, 0)
};
static const char search_en[] = {
#embed "texts/en/search.md" suffix(, 0)
};
static const char basics_ko[] = {
#embed "texts/ko/basics.md" suffix(, 0)
};
static const char learning_ko[] = {
#embed "texts/ko/learning.md" suffix(, 0)
};
static const char networks_ko[] = {
#embed "texts/ko/networks.md" suffix(, 0)
};
static const char regularization_ko[] = {
#embed "texts/ko/regularization.md" suffix(, 0)
};
static const char gradients_ko[] = {
#embed "texts/ko/gradients.md" suffix(, 0)
};
static const char images_ko[] = {
#embed "texts/ko/images.md" suffix(, 0)
};
static const char search_ko[] = {
#embed "texts/ko/search.md" suffix(, 0)
};

static const char numbers_ko[] = {
#embed "texts/ko/numbers.txt" suffix(, 0)
};

static const char *const texts[][2] = {
    {basics_en, basics_ko},
    {learning_en, learning_ko},
    {networks_en, networks_ko},
    {regularization_en, regularization_ko},
    {gradients_en, gradients_ko},
    {images_en, images_ko},
    {search_en, search_ko},
};

const char *kalsae_lesson_text(int language, int part) {
    size_t count = sizeof(texts) / sizeof(texts[0]);
    if (language < 0 || language > 1 || part < 0 || (size_t)part >= count) return NULL;
    return texts[part][language];
}

const char *kalsae_lesson_number_names(void) { return numbers_ko; }

#ifndef CKALSAE_PAGES_H
#define CKALSAE_PAGES_H

#include <stddef.h>

/// A file of the dashboard's page, as it stood in `pages/` when the program was built.
typedef struct {
    /// Its path below `pages/`.
    const char *path;
    /// Its MIME type.
    const char *kind;
    const unsigned char *bytes;
    size_t count;
} kpages_page;

/// All files, ordered by their paths.
const kpages_page *kpages_all(size_t *count);

#endif

#define _GNU_SOURCE
#include "symbols.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    const ElfW(Sym) *symbols;
    size_t count;
    const char *names;
    size_t names_size;
    uintptr_t base;
    // The functions that have a size and a name, by address: a trace asks for thousands of names.
    uint32_t *functions;
    size_t function_count;
} symbol_table;

static symbol_table table;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int take_base(struct dl_phdr_info *info, size_t size, void *base) {
    (void)size;
    *(uintptr_t *)base = info->dlpi_addr;
    return 1;  // the first is the program itself
}

// Whether a section lies inside of the file.
static int fits(const ElfW(Shdr) * section, size_t size) {
    return section->sh_offset <= size && section->sh_size <= size - section->sh_offset;
}

static void read_table(const char *file, size_t size) {
    const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)file;
    if (size < sizeof *header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return;
    size_t sections_size = (size_t)header->e_shnum * sizeof(ElfW(Shdr));
    if (header->e_shentsize != sizeof(ElfW(Shdr)) || header->e_shoff > size ||
        sections_size > size - header->e_shoff || header->e_shoff % _Alignof(ElfW(Shdr)) != 0)
        return;
    const ElfW(Shdr) *sections = (const ElfW(Shdr) *)(file + header->e_shoff);
    for (size_t i = 0; i < header->e_shnum; i++) {
        const ElfW(Shdr) *symbols = &sections[i];
        if (symbols->sh_type != SHT_SYMTAB || symbols->sh_link >= header->e_shnum) continue;
        const ElfW(Shdr) *names = &sections[symbols->sh_link];
        if (!fits(symbols, size) || !fits(names, size) || names->sh_size == 0 ||
            symbols->sh_offset % _Alignof(ElfW(Sym)) != 0 ||
            file[names->sh_offset + names->sh_size - 1] != 0)
            return;
        table.symbols = (const ElfW(Sym) *)(file + symbols->sh_offset);
        table.names = file + names->sh_offset;
        table.names_size = names->sh_size;
        table.count = symbols->sh_size / sizeof(ElfW(Sym));
        return;
    }
}

static int is_function(const ElfW(Sym) * symbol) {
    return (symbol->st_info & 0xf) == STT_FUNC && symbol->st_size > 0 &&
           symbol->st_name < table.names_size;
}

// Of functions at one address the first of the file stands last, where a search finds it.
static int compare(const void *left, const void *right) {
    const uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    const ElfW(Addr) x = table.symbols[a].st_value, y = table.symbols[b].st_value;
    if (x != y) return x < y ? -1 : 1;
    return a > b ? -1 : a < b;
}

static void sort_functions(void) {
    if (table.count == 0 || table.count > UINT32_MAX) return;
    table.functions = malloc(table.count * sizeof *table.functions);
    if (!table.functions) return;
    for (size_t i = 0; i < table.count; i++)
        if (is_function(&table.symbols[i])) table.functions[table.function_count++] = (uint32_t)i;
    qsort(table.functions, table.function_count, sizeof *table.functions, compare);
}

// The file stays mapped: names are handed out.
static void find_table(void) {
    dl_iterate_phdr(take_base, &table.base);
    int descriptor = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return;
    struct stat status;
    if (fstat(descriptor, &status) == 0 && status.st_size > 0) {
        size_t size = (size_t)status.st_size;
        void *file = mmap(NULL, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
        if (file != MAP_FAILED) read_table(file, size);
    }
    sort_functions();
    close(descriptor);
}

const char *kalsae_program_function(uintptr_t address) {
    pthread_once(&once, find_table);
    const uintptr_t offset = address - table.base;
    size_t low = 0, high = table.function_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (table.symbols[table.functions[middle]].st_value <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    // A function may lie inside of another one, which begins a little before.
    for (size_t tries = 0; low > 0 && tries < 16; tries++) {
        const ElfW(Sym) *symbol = &table.symbols[table.functions[--low]];
        if (offset - symbol->st_value < symbol->st_size) return table.names + symbol->st_name;
    }
    return NULL;
}

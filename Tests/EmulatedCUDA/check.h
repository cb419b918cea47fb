// What the checks of the emulated card share.
#pragma once
#include <cstdint>
#include <dlfcn.h>
#include <string>
#include <vector>

extern void *cuda, *nvrtc, *stream;

template <typename... A>
int call(void *library, const char *name, A... arguments) {
    return reinterpret_cast<int (*)(A...)>(dlsym(library, name))(arguments...);
}

template <typename... A>
int cu(const char *name, A... arguments) { return call(cuda, name, arguments...); }

/// Counts what is wrong.
void expect(const char *what, long expected, long got);

/// Compiles a program; its code, or an empty text with the log.
std::string compile(const std::string &source, std::string *log);

/// Loads a program; its module.
void *load(const std::string &code);

/// Launches one group.
int launch(void *module, const char *name, std::vector<void *> arguments, unsigned items);

/// Waits for the card.
int finish();

/// Shows that the instructions for matrices multiply as a plain loop does.
void check_matrices();

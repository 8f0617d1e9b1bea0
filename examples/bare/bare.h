/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

   What a program of compiled models needs of a C library, for Linux on
   processors without one at hand: another one's than this machine's, or RISC-V
   without a floating-point unit, for which no distribution has a C library. One
   thread; memory is in blocks of powers of two. */

#ifndef BARE_H
#define BARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The program; bare.c starts it and ends the process with what it returns. */
int main(int argc, char **argv);

/* Ends the process with status 1. */
_Noreturn void fail(const char *what);

void print(const char *text);
void print_number(int64_t number);

/* The number that `text` begins with, 0 if there is none. */
int64_t parse_number(const char *text);

/* Whether there is another number on the standard input, and which one. */
bool read_number(int64_t *number);

/* The bytes of a file, at a multiple of a page; null if it has another size. */
const void *map_file(const char *path, size_t size);

/* What compiled models call. `alignment` is 64 at most. */
void *aligned_alloc(size_t alignment, size_t size);
void free(void *memory);
void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);

#endif /* BARE_H */

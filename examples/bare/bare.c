/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

   See bare.h. Linux has one list of system calls for every processor that it
   came to late, and an older one for x86-64. */

#include "bare.h"

/* ========================================================================== */
/* The system                                                                 */
/* ========================================================================== */

#if defined __x86_64__
enum {
  READ = 0,
  WRITE = 1,
  LSEEK = 8,
  MMAP = 9,
  EXIT_GROUP = 231,
  OPENAT = 257
};
#else
enum {
  OPENAT = 56,
  LSEEK = 62,
  READ = 63,
  WRITE = 64,
  EXIT_GROUP = 94,
  MMAP = 222
};
#endif

#if defined __riscv
__asm__(".globl _start\n"
        "_start:\n"
        "  mv a0, sp\n"
        "  andi sp, sp, -16\n"
        "  call start\n");

static long call_system(long number, long a, long b, long c, long d, long e,
                        long f) {
  register long a7 __asm__("a7") = number;
  register long a0 __asm__("a0") = a;
  register long a1 __asm__("a1") = b;
  register long a2 __asm__("a2") = c;
  register long a3 __asm__("a3") = d;
  register long a4 __asm__("a4") = e;
  register long a5 __asm__("a5") = f;
  __asm__ volatile("ecall"
                   : "+r"(a0)
                   : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5)
                   : "memory");
  return a0;
}
#elif defined __aarch64__
__asm__(".globl _start\n"
        "_start:\n"
        "  mov x0, sp\n"
        "  bl start\n");

static long call_system(long number, long a, long b, long c, long d, long e,
                        long f) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc 0"
                   : "+r"(x0)
                   : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                   : "memory");
  return x0;
}
#elif defined __x86_64__
__asm__(".globl _start\n"
        "_start:\n"
        "  movq %rsp, %rdi\n"
        "  andq $-16, %rsp\n"
        "  call start\n");

static long call_system(long number, long a, long b, long c, long d, long e,
                        long f) {
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "+a"(number)
                   : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return number;
}
#else
#error "expects x86-64, AArch64 or RISC-V"
#endif

static _Noreturn void leave(int status) {
  for (;;)
    call_system(EXIT_GROUP, status, 0, 0, 0, 0, 0);
}

/* The stack of a new process: the number of its arguments, then these. */
_Noreturn void start(long *stack) {
  leave(main((int)stack[0], (char **)(stack + 1)));
}

/* Private pages of a file, or of zeros for file -1; null without them. */
static void *map_pages(size_t size, int file) {
  enum { PROT_READ = 1, PROT_WRITE = 2, MAP_PRIVATE = 2, MAP_ANONYMOUS = 32 };
  int flags = file < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_PRIVATE;
  int protection = file < 0 ? PROT_READ | PROT_WRITE : PROT_READ;
  long address = call_system(MMAP, 0, (long)size, protection, flags, file, 0);
  return address < 0 && address > -4096 ? NULL : (void *)address;
}

const void *map_file(const char *path, size_t size) {
  enum { HERE = -100, READ_ONLY = 0, FROM_END = 2 };
  long file = call_system(OPENAT, HERE, (long)path, READ_ONLY, 0, 0, 0);
  if (file < 0 || call_system(LSEEK, file, 0, FROM_END, 0, 0, 0) != (long)size)
    return NULL;
  return map_pages(size, (int)file);
}

/* ========================================================================== */
/* Text                                                                       */
/* ========================================================================== */

static void write_text(int file, const char *text) {
  size_t length = 0;
  while (text[length])
    ++length;
  while (length > 0) {
    long written = call_system(WRITE, file, (long)text, (long)length, 0, 0, 0);
    if (written <= 0)
      leave(1);
    text += written;
    length -= (size_t)written;
  }
}

void print(const char *text) { write_text(1, text); }

void fail(const char *what) {
  write_text(2, "error: ");
  write_text(2, what);
  write_text(2, "\n");
  leave(1);
}

void print_number(int64_t number) {
  char text[21];
  char *first = text + sizeof text - 1;
  uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
  *first = 0;
  do
    *--first = (char)('0' + rest % 10);
  while (rest /= 10);
  if (number < 0)
    *--first = '-';
  print(first);
}

int64_t parse_number(const char *text) {
  bool is_negative = *text == '-';
  int64_t number = 0;
  for (text += is_negative; *text >= '0' && *text <= '9'; ++text)
    number = 10 * number + (*text - '0');
  return is_negative ? -number : number;
}

/* A byte of the standard input, -1 at its end. */
static int read_byte(void) {
  unsigned char byte;
  return call_system(READ, 0, (long)&byte, 1, 0, 0, 0) == 1 ? byte : -1;
}

bool read_number(int64_t *number) {
  char text[20];
  size_t length = 0;
  int byte = read_byte();
  while (byte == ' ' || byte == '\n')
    byte = read_byte();
  for (; byte > ' ' && length + 1 < sizeof text; byte = read_byte())
    text[length++] = (char)byte;
  text[length] = 0;
  *number = parse_number(text);
  return length > 0;
}

/* ========================================================================== */
/* Memory                                                                     */
/* ========================================================================== */

enum { HEADER = 64, SMALLEST = 8, CLASSES = 48, CHUNK = 1 << 20 };

/* Stands before every block; what follows it is at a multiple of 64. */
struct header {
  struct header *next;
  unsigned class;
};

/* Blocks that were freed, by the power of two that is their size. */
static struct header *free_blocks[CLASSES];

/* Memory that was never used. */
static char *fresh;
static size_t fresh_size;

void *aligned_alloc(size_t alignment, size_t size) {
  unsigned class = SMALLEST;
  while (class < CLASSES && ((size_t)1 << class) < size + HEADER)
    ++class;
  if (alignment > HEADER || class == CLASSES)
    return NULL;
  struct header *block = free_blocks[class];
  if (block) {
    free_blocks[class] = block->next;
    return (char *)block + HEADER;
  }
  size_t whole = (size_t)1 << class;
  if (fresh_size < whole) {
    fresh_size = whole < CHUNK ? CHUNK : whole;
    fresh = map_pages(fresh_size, -1);
    if (!fresh)
      fail("out of memory");
  }
  block = (struct header *)fresh;
  block->class = class;
  fresh += whole;
  fresh_size -= whole;
  return (char *)block + HEADER;
}

void free(void *memory) {
  if (!memory)
    return;
  struct header *block = (struct header *)((char *)memory - HEADER);
  block->next = free_blocks[block->class];
  free_blocks[block->class] = block;
}

static bool is_of_words(const void *a, const void *b) {
  return (((uintptr_t)a | (uintptr_t)b) & 7) == 0;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size) {
  char *restrict t = to;
  const char *restrict f = from;
  if (is_of_words(to, from))
    for (; size >= 8; size -= 8, t += 8, f += 8)
      *(uint64_t *)t = *(const uint64_t *)f;
  while (size-- > 0)
    *t++ = *f++;
  return to;
}

void *memmove(void *to, const void *from, size_t size) {
  char *t = to;
  const char *f = from;
  if (t < f)
    for (size_t i = 0; i < size; ++i)
      t[i] = f[i];
  else
    while (size-- > 0)
      t[size] = f[size];
  return to;
}

void *memset(void *to, int byte, size_t size) {
  char *t = to;
  uint64_t word = 0x0101010101010101u * (unsigned char)byte;
  if (is_of_words(to, to))
    for (; size >= 8; size -= 8, t += 8)
      *(uint64_t *)t = word;
  while (size-- > 0)
    *t++ = (char)byte;
  return to;
}

/* What a program that runs a generated model needs of the machine below it. Two implementations:
   semihosting.cpp for the emulator, hosted.cpp for an ordinary operating system. File names are relative to
   the directory that the program (or the emulator) was started in. */
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A handle, or -1. */
int burin_open_to_read(const char* name);
int burin_open_to_write(const char* name);
/* 1 if all bytes were transferred, 0 otherwise. */
int burin_read(int file, void* bytes, uint32_t count);
int burin_write(int file, const void* bytes, uint32_t count);
void burin_close(int file);
/* Text for a person to read. */
void burin_print(const char* text);

/* ---- only in the emulator ---- */

/* Ends the emulation; `status` becomes the emulator's exit status. */
void burin_exit(int status) __attribute__((noreturn));

/* Fills the unused part of the stack with a pattern, right up to the caller's stack pointer. */
void burin_stack_paint(void);
/* How many bytes below the caller's stack pointer have been overwritten since. Called from the same stack
   frame as burin_stack_paint, this is the stack that the calls in between used, their own frames included. If
   it comes to burin_stack_bytes(), the stack was too small to tell. */
uint32_t burin_stack_used(void);
uint32_t burin_stack_bytes(void);

/* The counting plug-in counts from the return of the one to the entry of the other. */
void burin_bench_begin(void);
void burin_bench_end(void);

#ifdef __cplusplus
}
#endif

// Start-up for Cortex-M boards of QEMU: vector table, memory initialization, optional units, faults, stack
// measurement. Armv6-M to Armv8.1-M; the compiler's own predefined macros say which.
#include <stddef.h>
#include <stdint.h>

#include "burin_platform.h"

#if defined(__ARM_ARCH_8M_MAIN__) || defined(__ARM_ARCH_8_1M_MAIN__)
#define BURIN_STACK_LIMIT_REGISTER
#endif

extern "C" {

// From board.ld. Only the addresses mean anything.
extern uint32_t burin_stack_top[];
extern uint32_t burin_stack_limit[];
extern uint32_t burin_data_begin[];
extern uint32_t burin_data_end[];
extern const uint32_t burin_data_image[];
extern uint32_t burin_bss_begin[];
extern uint32_t burin_bss_end[];

int main();
void burin_reset();
void burin_fault();
void burin_report_fault(const uint32_t* frame, uint32_t exception);
}

namespace {

inline volatile uint32_t& device_register(uintptr_t address) {
  return *reinterpret_cast<volatile uint32_t*>(address);
}

inline void synchronize() {
  __asm__ volatile("dsb\n\tisb" ::: "memory");
}

void print_hexadecimal(const char* label, uint32_t value) {
  char text[12] = " 0x";
  for (int digit = 0; digit < 8; ++digit)
    text[3 + digit] = "0123456789abcdef"[(value >> (28 - 4 * digit)) & 15u];
  text[11] = 0;
  burin_print(label);
  burin_print(text);
}

}  // namespace

extern "C" {

void burin_reset() {
  // Some of these units fault until they are switched on, so this comes before any code the compiler may use
  // them in.
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
  device_register(0xE000ED88u) |= 0xFu << 20;  // CPACR: coprocessors 10 and 11, the FPU and Helium
  synchronize();
#endif
#if defined(__ARM_ARCH_6M__)
  // On the Cortex-M3 that stands in for a Cortex-M0+, unaligned accesses must fault as they do on the real
  // core.
  device_register(0xE000ED14u) |= 1u << 3;  // CCR.UNALIGN_TRP
  synchronize();
#endif
#if defined(__ARM_FEATURE_MVE)
  device_register(0xE000ED14u) |= 1u << 19;  // CCR.LOB: low-overhead loops run in hardware
  synchronize();
#endif
#ifdef BURIN_STACK_LIMIT_REGISTER
  __asm__ volatile("msr msplim, %0" ::"r"(burin_stack_limit));
#endif
  const uint32_t* image = burin_data_image;
  for (uint32_t* word = burin_data_begin; word != burin_data_end; ++word) *word = *image++;
  for (uint32_t* word = burin_bss_begin; word != burin_bss_end; ++word) *word = 0;
  burin_exit(main());
}

// Hands the frame that the processor pushed to burin_report_fault. Everything here runs on the main stack,
// which may be what overflowed: the report takes its space below the limit.
__attribute__((naked)) void burin_fault() {
  __asm__(
#ifdef BURIN_STACK_LIMIT_REGISTER
      "movs r2, #0\n\t"
      "msr msplim, r2\n\t"
#endif
      "mov r0, sp\n\t"
      "mrs r1, ipsr\n\t"
      "bl burin_report_fault");
}

__attribute__((used)) void burin_report_fault(const uint32_t* frame, uint32_t exception) {
  print_hexadecimal("fault: exception", exception & 0x1FFu);
#if __ARM_ARCH_ISA_THUMB >= 2
  const uint32_t cause = device_register(0xE000ED28u);  // CFSR
  print_hexadecimal(", cause (CFSR)", cause);
  if (cause & (1u << 20)) burin_print(", stack overflow");
  const bool has_frame = !(cause & (1u << 20 | 1u << 12 | 1u << 4));  // else pushing it is what failed
#else
  const bool has_frame = true;
#endif
  if (has_frame) print_hexadecimal(", program counter", frame[6]);
  burin_print("\n");
  burin_exit(70);
}

__attribute__((section(".vectors"), used)) void (*const burin_vectors[16])() = {
    reinterpret_cast<void (*)()>(burin_stack_top),
    burin_reset,
    burin_fault,  // NMI
    burin_fault,  // hard fault
    burin_fault,  // memory management
    burin_fault,  // bus
    burin_fault,  // usage
    burin_fault,  // secure
    burin_fault,
    burin_fault,
    burin_fault,
    burin_fault,  // supervisor call
    burin_fault,
    burin_fault,
    burin_fault,
    burin_fault,
};

// The two halves of the measurement are plain assembly because they must not use the stack that they measure.
// In Thumb-1 instructions, so that Armv6-M takes them.
__attribute__((naked, noinline)) void burin_stack_paint() {
  __asm__(
      ".syntax unified\n\t"
      "ldr r0, =burin_stack_limit\n\t"
      "ldr r1, =0xB0A7B0A7\n\t"
      "mov r2, sp\n"
      "1: cmp r0, r2\n\t"
      "bhs 2f\n\t"
      "stm r0!, {r1}\n\t"
      "b 1b\n"
      "2: bx lr\n\t"
      ".ltorg");
}

__attribute__((naked, noinline)) uint32_t burin_stack_used() {
  __asm__(
      ".syntax unified\n\t"
      "ldr r0, =burin_stack_limit\n\t"
      "ldr r1, =0xB0A7B0A7\n\t"
      "mov r2, sp\n"
      "1: cmp r0, r2\n\t"
      "bhs 2f\n\t"
      "ldm r0!, {r3}\n\t"
      "cmp r3, r1\n\t"
      "beq 1b\n\t"
      "subs r0, #4\n"
      "2: subs r0, r2, r0\n\t"
      "bx lr\n\t"
      ".ltorg");
}

uint32_t burin_stack_bytes() {
  uint32_t pointer;
  __asm__ volatile("mov %0, sp" : "=r"(pointer));
  return pointer - static_cast<uint32_t>(reinterpret_cast<uintptr_t>(burin_stack_limit));
}

__attribute__((naked, noinline)) void burin_bench_begin() {
  __asm__("bx lr");
}
__attribute__((naked, noinline)) void burin_bench_end() {
  __asm__("bx lr");
}

}  // extern "C"

/* A plug-in for QEMU (TCG plug-in interface, version 1): counts the Thumb instructions that a program
   executes between two marker functions, and the cycles that a Cortex-M4 would need for them by a simple
   model, for every layer of a network apart. The counts are exact and repeat from run to run.

     -plugin libcount.so,begin=ADDRESS,end=ADDRESS,layers=FILE,out=FILE

   Counting starts after the first instruction of the function at `begin` and stops before that of the
   function at `end`. Each line of the file `layers` is "ADDRESS INDEX": when the instruction at ADDRESS is
   about to execute, layer INDEX begins. Such an address is a label in the program, not an instruction of its
   own, so the marks cost nothing. What executes before the first mark belongs to no layer and has the index
   -1 in the report.

   The model: a load takes 2 cycles, but 1 right after a load or a store; a store 1; a load or store of
   several registers 1 + their number; a taken branch 2 more than one not taken; an integer division 7; a
   floating-point multiply-accumulate 3, a division 14; everything else 1. Wait states, caches and dual issue
   are not in it.

   QEMU's own header is not packaged everywhere, so the part of the interface that is used is declared here.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info_t;
typedef void (*qemu_plugin_vcpu_tb_trans_cb_t)(qemu_plugin_id_t id, struct qemu_plugin_tb* block);
typedef void (*qemu_plugin_vcpu_udata_cb_t)(unsigned int vcpu, void* data);
typedef void (*qemu_plugin_udata_cb_t)(qemu_plugin_id_t id, void* data);
enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, qemu_plugin_vcpu_tb_trans_cb_t callback);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn* instruction,
                                            qemu_plugin_vcpu_udata_cb_t callback,
                                            enum qemu_plugin_cb_flags flags, void* data);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, qemu_plugin_udata_cb_t callback, void* data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb* block);
struct qemu_plugin_insn* qemu_plugin_tb_get_insn(const struct qemu_plugin_tb* block, size_t index);
const void* qemu_plugin_insn_data(const struct qemu_plugin_insn* instruction);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn* instruction);
void qemu_plugin_outs(const char* text);

#define EXPORTED __attribute__((visibility("default")))

EXPORTED int qemu_plugin_version = 1;

/* ---- the cost model ---- */

enum Kind {
  KIND_PLAIN, /* a fixed number of cycles */
  KIND_LOAD,  /* one register from memory */
  KIND_STORE, /* one register to memory */
  KIND_BRANCH
};

struct Cost {
  enum Kind kind;
  unsigned cycles; /* without the effect of the instruction before, or of a branch being taken */
};

/* Loading the program counter with a load takes three cycles more, the refill of the pipeline. */
enum { REFILL = 3, SEVERAL = 1, LOAD = 2, DIVIDE = 7, FLOAT_MULTIPLY_ACCUMULATE = 3, FLOAT_DIVIDE = 14 };

static struct Cost plain(unsigned cycles) {
  return (struct Cost){KIND_PLAIN, cycles};
}
static struct Cost branch(void) {
  return (struct Cost){KIND_BRANCH, 1};
}
static struct Cost transfer(bool load) {
  return load ? (struct Cost){KIND_LOAD, LOAD} : (struct Cost){KIND_STORE, 1};
}
static struct Cost several(unsigned registers, bool loads_pc) {
  return plain(SEVERAL + registers + (loads_pc ? REFILL : 0));
}
static unsigned ones(unsigned bits) {
  return (unsigned)__builtin_popcount(bits);
}

/* 16-bit encodings: Armv7-M Architecture Reference Manual, A5.2. */
static struct Cost cost_of_narrow(unsigned code) {
  switch (code >> 12) {
    case 0x4:
      if ((code & 0xFF00) == 0x4700) return branch();       /* BX, BLX */
      if ((code & 0xF800) == 0x4800) return transfer(true); /* LDR from the literal pool */
      return plain(1);
    case 0x5: /* register offset: STR, STRH, STRB, then the loads from LDRSB on */
      return transfer(((code >> 9) & 7) >= 3);
    case 0x6:
    case 0x7:
    case 0x8:
    case 0x9: /* immediate offset */
      return transfer(code & 0x800);
    case 0xB:
      if ((code & 0xFE00) == 0xB400) return several(ones(code & 0x1FF), false);        /* PUSH */
      if ((code & 0xFE00) == 0xBC00) return several(ones(code & 0x1FF), code & 0x100); /* POP */
      if ((code & 0xF500) == 0xB100) return branch();                                  /* CBZ, CBNZ */
      return plain(1);
    case 0xC: /* LDM, STM */
      return several(ones(code & 0xFF), false);
    case 0xD: /* conditional branch; the last two conditions are UDF and SVC */
      return ((code >> 8) & 15) < 14 ? branch() : plain(1);
    case 0xE:
      return branch();
    default:
      return plain(1);
  }
}

/* The FPU, and Helium, every instruction of which counts 1. Same manual, A7.5; Armv8-M, C2. */
static struct Cost cost_of_coprocessor(unsigned first, unsigned second) {
  if ((first & 0xEF00) == 0xEF00 || (second & 0x0E00) == 0x0E00) return plain(1); /* Helium */
  if ((first & 0xFE00) == 0xEC00) {
    /* P set, W clear: VLDR, VSTR. Else VLDM, VSTM, VPUSH, VPOP with the number of words in the low byte; the
       moves between two core registers and the FPU lie here too, and are charged like them. */
    const bool one = (first & 0x0120) == 0x0100;
    return several(one ? 1 : second & 0xFF, false);
  }
  if ((first & 0xFF00) == 0xEE00 && !(second & 0x10)) {
    switch ((first >> 4) & 0xB) {
      case 0x0: /* VMLA, VMLS */
      case 0x1: /* VNMLA, VNMLS */
      case 0x9: /* VFNMA, VFNMS */
      case 0xA: /* VFMA, VFMS */
        return plain(FLOAT_MULTIPLY_ACCUMULATE);
      case 0x8:
        return plain(FLOAT_DIVIDE);
      default:
        return plain(1);
    }
  }
  return plain(1);
}

/* 32-bit encodings: the same manual, A5.3; low-overhead loops: Armv8-M, C2. */
static struct Cost cost_of_wide(unsigned first, unsigned second) {
  const bool load = first & 0x10;
  if ((first & 0xEC00) == 0xEC00) return cost_of_coprocessor(first, second);
  if ((first & 0xFE00) == 0xE800) {
    if (!(first & 0x40)) return several(ones(second), load && (second & 0x8000));   /* LDM, STM, PUSH, POP */
    if ((first & 0xFFF0) == 0xE8D0 && (second & 0xFFE0) == 0xF000) return branch(); /* TBB, TBH */
    return several(2, false); /* LDRD, STRD, exclusives */
  }
  if ((first & 0xF800) == 0xF000 && (second & 0x8000)) {
    if (second & 0x5000) return branch(); /* B, BL, and LE, WLS, DLS */
    return ((first >> 6) & 15) < 14 ? branch()
                                    : plain(1); /* the last two conditions: MSR, MRS, hints, barriers */
  }
  if ((first & 0xFE00) == 0xF800) {
    if (load && (first & 0x60) == 0x40 && second >> 12 == 15) return several(1, true); /* LDR pc */
    return transfer(load);
  }
  if ((first & 0xFFD0) == 0xFB90 && (second & 0xF0) == 0xF0) return plain(DIVIDE); /* SDIV, UDIV */
  return plain(1);
}

/* ---- counting ---- */

struct Counts {
  uint64_t instructions;
  uint64_t cycles;
};

enum { NO_LAYER = -1, UNMARKED = -2 };

struct Instruction {
  uint64_t address;
  uint64_t next; /* address of the instruction behind it */
  struct Cost cost;
  bool begins, ends;
  int layer; /* the layer that begins here, or UNMARKED */
};

struct Mark {
  uint64_t address;
  int layer;
};

static uint64_t begin_address, end_address;
static const char* out_path;
static struct Mark* marks;
static size_t mark_count;

static bool counting;
static uint64_t runs;
static struct Counts* layers; /* index 0 is NO_LAYER */
static size_t layer_count = 1;
static struct Counts* current;
static const struct Instruction* previous;
static struct Counts* previous_layer;

static void execute(unsigned int vcpu, void* data) {
  const struct Instruction* const instruction = data;
  (void)vcpu;
  if (instruction->begins) {
    counting = true;
    ++runs;
    previous = NULL;
    current = &layers[0];
    return;
  }
  if (!counting) return;
  if (instruction->ends) {
    counting = false;
    return;
  }
  if (instruction->layer != UNMARKED) current = &layers[instruction->layer + 1];

  unsigned cycles = instruction->cost.cycles;
  if (previous != NULL) {
    const enum Kind before = previous->cost.kind;
    if (instruction->cost.kind == KIND_LOAD && (before == KIND_LOAD || before == KIND_STORE)) cycles = 1;
    if (before == KIND_BRANCH && instruction->address != previous->next) previous_layer->cycles += 2;
  }
  current->instructions += 1;
  current->cycles += cycles;
  previous = instruction;
  previous_layer = current;
}

static int layer_at(uint64_t address) {
  int layer = UNMARKED;
  /* Of several marks in one place all but the last are of layers without any code. */
  for (size_t i = 0; i < mark_count; ++i) {
    if (marks[i].address == address && marks[i].layer > layer) layer = marks[i].layer;
  }
  return layer;
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb* block) {
  (void)id;
  const size_t count = qemu_plugin_tb_n_insns(block);
  /* QEMU keeps a translation, and our data with it, for as long as it likes: this lives until the end. */
  struct Instruction* const instructions = calloc(count, sizeof *instructions);
  if (instructions == NULL) abort();
  for (size_t i = 0; i < count; ++i) {
    struct qemu_plugin_insn* const source = qemu_plugin_tb_get_insn(block, i);
    const uint8_t* const bytes = qemu_plugin_insn_data(source);
    const unsigned first = bytes[0] | (unsigned)bytes[1] << 8;
    const bool wide = first >> 11 >= 0x1D;
    struct Instruction* const instruction = &instructions[i];
    instruction->address = qemu_plugin_insn_vaddr(source);
    instruction->next = instruction->address + (wide ? 4 : 2);
    instruction->cost =
        wide ? cost_of_wide(first, bytes[2] | (unsigned)bytes[3] << 8) : cost_of_narrow(first);
    instruction->begins = instruction->address == begin_address;
    instruction->ends = instruction->address == end_address;
    instruction->layer = layer_at(instruction->address);
    qemu_plugin_register_vcpu_insn_exec_cb(source, execute, QEMU_PLUGIN_CB_NO_REGS, instruction);
  }
}

static void report(qemu_plugin_id_t id, void* data) {
  (void)id;
  (void)data;
  FILE* const file = fopen(out_path, "w");
  if (file == NULL) {
    qemu_plugin_outs("the counting plug-in cannot write its report\n");
    return;
  }
  struct Counts total = {0, 0};
  for (size_t i = 0; i < layer_count; ++i) {
    total.instructions += layers[i].instructions;
    total.cycles += layers[i].cycles;
  }
  fprintf(file, "{\n  \"runs\": %" PRIu64 ",\n  \"instructions\": %" PRIu64 ",\n  \"cycles\": %" PRIu64, runs,
          total.instructions, total.cycles);
  fprintf(file, ",\n  \"layers\": [");
  for (size_t i = 0; i < layer_count; ++i) {
    fprintf(file, "%s\n    {\"layer\": %d, \"instructions\": %" PRIu64 ", \"cycles\": %" PRIu64 "}",
            i ? "," : "", (int)i - 1, layers[i].instructions, layers[i].cycles);
  }
  fprintf(file, "\n  ]\n}\n");
  fclose(file);
}

static bool read_marks(const char* path) {
  FILE* const file = fopen(path, "r");
  if (file == NULL) return false;
  int64_t address;
  int layer;
  while (fscanf(file, "%" SCNi64 " %d", &address, &layer) == 2) {
    struct Mark* const longer = realloc(marks, (mark_count + 1) * sizeof *marks);
    if (longer == NULL || layer < 0 || layer > 1000000) return false;
    marks = longer;
    marks[mark_count++] = (struct Mark){(uint64_t)address & ~UINT64_C(1), layer};
    if ((size_t)layer + 2 > layer_count) layer_count = (size_t)layer + 2;
  }
  const bool complete = feof(file);
  fclose(file);
  return complete;
}

EXPORTED int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t* info, int count,
                                 char** arguments) {
  (void)info;
  for (int i = 0; i < count; ++i) {
    const char* const argument = arguments[i];
    /* Bit 0 of a function's address says Thumb. */
    if (strncmp(argument, "begin=", 6) == 0) begin_address = strtoull(argument + 6, NULL, 0) & ~UINT64_C(1);
    if (strncmp(argument, "end=", 4) == 0) end_address = strtoull(argument + 4, NULL, 0) & ~UINT64_C(1);
    if (strncmp(argument, "out=", 4) == 0) out_path = strdup(argument + 4);
    if (strncmp(argument, "layers=", 7) == 0 && !read_marks(argument + 7)) {
      fprintf(stderr, "the counting plug-in cannot read %s\n", argument + 7);
      return 1;
    }
  }
  layers = calloc(layer_count, sizeof *layers);
  if (layers == NULL || out_path == NULL) {
    fprintf(stderr, "the counting plug-in needs begin=, end= and out=\n");
    return 1;
  }
  current = layers;
  qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
  qemu_plugin_register_atexit_cb(id, report, NULL);
  return 0;
}

#include "execute/elf.hpp"

#include <fmt/format.h>

#include <optional>

namespace burin {
namespace {

enum : uint32_t { section_symbols = 2, section_nobits = 8 };
enum : uint32_t { flag_write = 1, flag_allocated = 2, flag_executable = 4 };

// Fields of a file that may end anywhere.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : bytes_(bytes) {}

  bool in_bounds(uint64_t offset, uint64_t count) const {
    return offset <= bytes_.size() && count <= bytes_.size() - offset;
  }
  // Zero beyond the end.
  uint32_t u32(uint64_t offset) const { return number(offset, 4); }
  uint32_t u16(uint64_t offset) const { return number(offset, 2); }
  // The text from `offset` to the next zero byte, within a string table.
  std::string text(uint64_t table, uint64_t table_bytes, uint64_t offset) const {
    if (!in_bounds(table, table_bytes) || offset >= table_bytes) return "";
    const std::string_view rest = bytes_.substr(table + offset, table_bytes - offset);
    return std::string(rest.substr(0, rest.find('\0')));
  }

 private:
  uint32_t number(uint64_t offset, unsigned count) const {
    if (!in_bounds(offset, count)) return 0;
    uint32_t value = 0;
    for (unsigned i = count; i-- > 0;) value = value << 8 | static_cast<uint8_t>(bytes_[offset + i]);
    return value;
  }

  std::string_view bytes_;
};

struct SectionHeader {
  uint32_t name, type, flags, offset, bytes, link;
};

}  // namespace

Result<ElfFile> parse_elf(std::string_view bytes, const std::string& name) {
  const auto malformed = [&](const char* why) {
    return Diagnostic{.code = DiagnosticCode::E0206,
                      .message = fmt::format("the compiler wrote no usable object file: {}", why),
                      .place = {},
                      .help = "BURIN_ARM_CXX must be a compiler for 32-bit Arm",
                      .file = name};
  };
  const Fields fields(bytes);
  if (!bytes.starts_with("\x7f"
                         "ELF\x01\x01")) {
    return malformed("not a 32-bit little-endian ELF file");
  }
  const uint64_t table = fields.u32(32);
  const uint32_t entry_bytes = fields.u16(46);
  const uint32_t count = fields.u16(48);
  if (entry_bytes < 40 || !fields.in_bounds(table, uint64_t{entry_bytes} * count)) {
    return malformed("its section table is cut short");
  }
  std::vector<SectionHeader> headers;
  for (uint32_t i = 0; i < count; ++i) {
    const uint64_t at = table + uint64_t{entry_bytes} * i;
    headers.push_back({fields.u32(at), fields.u32(at + 4), fields.u32(at + 8), fields.u32(at + 16),
                       fields.u32(at + 20), fields.u32(at + 24)});
  }
  const uint32_t names = fields.u16(50);
  if (names >= count) return malformed("its sections have no names");

  ElfFile file;
  for (const SectionHeader& header : headers) {
    file.sections.push_back({.name = fields.text(headers[names].offset, headers[names].bytes, header.name),
                             .bytes = header.bytes,
                             .allocated = (header.flags & flag_allocated) != 0,
                             .writable = (header.flags & flag_write) != 0,
                             .executable = (header.flags & flag_executable) != 0,
                             .stored = header.type != section_nobits});
    if (header.type != section_symbols) continue;
    if (header.link >= count || !fields.in_bounds(header.offset, header.bytes))
      return malformed("its symbols are cut short");
    const SectionHeader& strings = headers[header.link];
    for (uint64_t at = 0; at + 16 <= header.bytes; at += 16) {
      file.symbols.push_back(
          {.name = fields.text(strings.offset, strings.bytes, fields.u32(header.offset + at)),
           .value = fields.u32(header.offset + at + 4)});
    }
  }
  return file;
}

ImageSize image_size(const ElfFile& file) {
  ImageSize size;
  for (const ElfSection& section : file.sections) {
    if (!section.allocated) continue;
    if (!section.stored) {
      size.zero_bytes += section.bytes;
    } else if (section.writable) {
      size.data_bytes += section.bytes;
    } else if (section.executable || section.name.starts_with(".ARM.ex")) {
      size.code_bytes += section.bytes;
    } else {
      size.constant_bytes += section.bytes;
    }
  }
  return size;
}

}  // namespace burin

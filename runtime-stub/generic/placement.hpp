// Where the attributes that a user gives put the memory of a model: refused where the result would be wrong,
// or where it costs flash that nobody expects.
#pragma once

namespace burin_kernels {

// Reads attributes as the text that the preprocessor makes of them.
struct Placement {
  static constexpr bool begins(const char* text, const char* word) {
    return *word == '\0' || (*text == *word && begins(text + 1, word + 1));
  }
  // What follows the first `word` in `text`; null where there is none.
  static constexpr const char* behind(const char* text, const char* word, int length) {
    return begins(text, word) ? text + length : *text == '\0' ? nullptr : behind(text + 1, word, length);
  }

  // Kernels read constants by ordinary loads. Those of an AVR do not reach its program memory, and read other
  // bytes in its place.
  static constexpr bool is_readable(const char* attributes) {
    return behind(attributes, "progmem", 7) == nullptr && behind(attributes, "PROGMEM", 7) == nullptr;
  }

  // Compilers decide by the name whether a section holds zeros without having them in the file. GCC takes all
  // others for data, which start-up code copies from flash.
  static constexpr bool takes_no_flash(const char* attributes) {
    return is_free(behind(attributes, "section", 7));
  }

 private:
  static constexpr bool is_free(const char* argument) {
    return argument == nullptr || names_zeros(behind(argument, "\"", 1));
  }
  static constexpr bool names_zeros(const char* name) {
    return name == nullptr || begins(name, ".bss") || begins(name, ".sbss") || begins(name, ".noinit");
  }
};

}  // namespace burin_kernels

// A file of samples for one input, whatever its format. Files are untrusted: opening one checks all that its
// header claims against its size, and memory is bounded by what is asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/element.hpp"
#include "ir/graph.hpp"
#include "support/result.hpp"

namespace burin::data {

// What is known of the input that samples are for.
struct Input {
  std::string name;  // untrusted text
  TensorType type;
  Quantization quantization;

  size_t elements() const { return static_cast<size_t>(type.shape.elements()); }
};

class Source {
 public:
  virtual ~Source() = default;

  uint64_t samples() const { return samples_; }
  ElementType type() const { return type_; }
  const std::filesystem::path& path() const { return path_; }
  // The elements of samples [first, first + count), row-major, sample after sample, in the file's own type.
  // E0203 where the file is no longer what it was when it was opened, or where an element cannot be
  // read. Any number of threads may read at once.
  virtual Result<Done> read(uint64_t first, uint64_t count, std::span<std::byte> into) const = 0;

 protected:
  Source(std::filesystem::path path, ElementType type, uint64_t samples)
      : path_(std::move(path)), type_(type), samples_(samples) {}

 private:
  std::filesystem::path path_;
  ElementType type_;
  uint64_t samples_;
};

using SourcePointer = std::shared_ptr<const Source>;

// A NumPy array: first axis samples, the rest the input's shape, dimensions of 1 aside.
Result<SourcePointer> open_npy(const std::filesystem::path& path, const Input& input);
// Raw little-endian elements of the input's own type, samples back to back.
Result<SourcePointer> open_raw(const std::filesystem::path& path, const Input& input);

// Text, a line of numbers a sample.
Result<SourcePointer> open_csv(const std::filesystem::path& path, const Input& input);
// Images, a sample each.
Result<SourcePointer> open_png(const std::filesystem::path& path, const Input& input);
Result<SourcePointer> open_netpbm(const std::filesystem::path& path, const Input& input);
// Sound: windows of the input's length.
Result<SourcePointer> open_wav(const std::filesystem::path& path, const Input& input);

// ---- for the formats' files ----

// E0203: what is wrong with the file itself.
Diagnostic unreadable(const std::filesystem::path& path, std::string message, std::string help);
// E0204: what is wrong with it for this input.
Diagnostic misfit(const std::filesystem::path& path, const Input& input, std::string message,
                  std::string help);
// `input "x": float32[1,49,10,1]`
std::string describe_place(const Input& input);

// Length of a regular file. E0203.
Result<uint64_t> regular_file_size(const std::filesystem::path& path);

// Parts of a file.
class Reader {
 public:
  // E0203.
  static Result<Reader> open(const std::filesystem::path& path);
  ~Reader();
  Reader(Reader&& other) noexcept;
  Reader& operator=(Reader&&) = delete;

  // All of `into`, from byte `offset` on. E0203 where the file cannot be read or ends before.
  Result<Done> read(uint64_t offset, std::span<std::byte> into) const;

 private:
  Reader(std::filesystem::path path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

  std::filesystem::path path_;
  int descriptor_;
};

}  // namespace burin::data

#include "data/npz.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <zip.h>

#include <algorithm>
#include <fstream>

#include "data/locate.hpp"
#include "support/files.hpp"

namespace burin::data {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t largest_array = uint64_t{4} << 30;  // bytes, unpacked
constexpr int64_t most_entries = 4096;

struct ArchiveCloser {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
using Archive = std::unique_ptr<zip_t, ArchiveCloser>;
struct EntryCloser {
  void operator()(zip_file_t* entry) const { zip_fclose(entry); }
};
using Entry = std::unique_ptr<zip_file_t, EntryCloser>;

Diagnostic damaged(const fs::path& path, const std::string& why) {
  return unreadable(path, fmt::format("this is no .npz archive that can be read: {}", printable(why, 90)),
                    "write the arrays again with numpy.savez");
}

// An array of an archive, in a file of its own.
class UnpackedSource final : public Source {
 public:
  UnpackedSource(const fs::path& archive, TemporaryDirectory folder, SourcePointer array)
      : Source(archive, array->type(), array->samples()),
        folder_(std::move(folder)),
        array_(std::move(array)) {}

  Result<Done> read(uint64_t first, uint64_t count, std::span<std::byte> into) const override {
    return array_->read(first, count, into);
  }

 private:
  TemporaryDirectory folder_;
  SourcePointer array_;
};

struct Array {
  std::string name;  // without .npy
  zip_uint64_t index;
  uint64_t bytes;
};

Result<std::vector<Array>> arrays_of(const fs::path& path, zip_t* archive) {
  std::vector<Array> arrays;
  const zip_int64_t entries = zip_get_num_entries(archive, 0);
  if (entries > most_entries) return damaged(path, fmt::format("it has {} entries", entries));
  for (zip_int64_t i = 0; i < entries; ++i) {
    zip_stat_t facts;
    zip_stat_init(&facts);
    constexpr zip_uint64_t wanted = ZIP_STAT_NAME | ZIP_STAT_SIZE;
    if (zip_stat_index(archive, static_cast<zip_uint64_t>(i), 0, &facts) != 0 ||
        (facts.valid & wanted) != wanted)
      return damaged(path, "an entry has neither name nor size");
    std::string name = facts.name;
    if (!name.ends_with(".npy")) continue;
    name.resize(name.size() - 4);
    arrays.push_back({name, static_cast<zip_uint64_t>(i), facts.size});
  }
  return arrays;
}

// Writes the array's bytes to `to`.
std::optional<Diagnostic> unpack(const fs::path& path, zip_t* archive, const Array& array,
                                 const fs::path& to) {
  if (array.bytes > largest_array)
    return unreadable(
        path, fmt::format("array \"{}\" has {} bytes unpacked", printable(array.name, 80), array.bytes),
        "give it as an .npy file");
  const Entry entry(zip_fopen_index(archive, array.index, 0));
  if (!entry) return damaged(path, zip_strerror(archive));
  std::ofstream stream(to, std::ios::binary);
  char block[1 << 16];
  uint64_t total = 0;
  for (;;) {
    const zip_int64_t got = zip_fread(entry.get(), block, sizeof block);
    if (got < 0) return damaged(path, zip_file_strerror(entry.get()));
    if (got == 0) break;
    total += static_cast<uint64_t>(got);
    if (total > array.bytes) return damaged(path, "an entry is longer than the archive says");
    stream.write(block, got);
  }
  if (total != array.bytes) return damaged(path, "an entry is shorter than the archive says");
  if (!stream.flush())
    return Diagnostic{.code = DiagnosticCode::E0203,
                      .message = "the array cannot be unpacked into a temporary file",
                      .place = {},
                      .help = "set TMPDIR to a folder of yours with space left",
                      .file = printable(path.string())};
  return std::nullopt;
}

}  // namespace

Result<SourcePointer> open_npz(const fs::path& path, const Input& input) {
  const Result<uint64_t> size = regular_file_size(path);
  if (!size) return size.diagnostics();
  int error = 0;
  const Archive archive(zip_open(path.c_str(), ZIP_RDONLY, &error));
  if (!archive) {
    zip_error_t why;
    zip_error_init_with_code(&why, error);
    const std::string text = zip_error_strerror(&why);
    zip_error_fini(&why);
    return damaged(path, text);
  }
  const Result<std::vector<Array>> arrays = arrays_of(path, archive.get());
  if (!arrays) return arrays.diagnostics();
  auto array =
      std::ranges::find_if(*arrays, [&](const Array& each) { return is_named_after(each.name, input); });
  if (array == arrays->end() && arrays->size() == 1) array = arrays->begin();
  if (array == arrays->end()) {
    std::vector<std::string> names;
    for (size_t i = 0; i < arrays->size() && i < 12; ++i) names.push_back(printable((*arrays)[i].name, 40));
    return misfit(path, input,
                  arrays->empty() ? std::string("the archive has no arrays")
                                  : fmt::format("no array of the archive is named after the input: it has {}",
                                                fmt::join(names, ", ")),
                  "numpy.savez(file, NAME=array) names arrays");
  }
  Result<TemporaryDirectory> folder = TemporaryDirectory::create();
  if (!folder) return folder.diagnostics();
  const fs::path unpacked = folder->path() / "array.npy";
  if (const auto failed = unpack(path, archive.get(), *array, unpacked)) return *failed;
  Result<SourcePointer> source = open_npy(unpacked, input);
  if (!source) {
    Diagnostics findings = source.diagnostics();
    for (Diagnostic& finding : findings) finding.file = printable(path.string());
    return findings;
  }
  return SourcePointer(std::make_shared<UnpackedSource>(path, std::move(*folder), *source));
}

}  // namespace burin::data

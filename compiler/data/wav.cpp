// WAV files by libsndfile: consecutive windows of the input's length, numbers from -1 to 1. What is left of
// a file behind its last whole window is dropped.
#include <fmt/format.h>
#include <sndfile.h>

#include "data/source.hpp"

namespace burin::data {
namespace {

namespace fs = std::filesystem;

struct SoundCloser {
  void operator()(SNDFILE* file) const { sf_close(file); }
};
using Sound = std::unique_ptr<SNDFILE, SoundCloser>;

Diagnostic damaged(const fs::path& path, const char* why) {
  return unreadable(path, fmt::format("this is no WAV file that can be read: {}", printable(why, 90)),
                    "write the file again, as WAV");
}

class WavSource final : public Source {
 public:
  WavSource(const fs::path& path, uint64_t samples, uint64_t frames)
      : Source(path, ElementType::f32, samples), frames_(frames) {}

  Result<Done> read(uint64_t first, uint64_t count, std::span<std::byte> into) const override {
    if (count == 0) return Done{};
    SF_INFO info = {};
    const Sound sound(sf_open(path().c_str(), SFM_READ, &info));
    if (!sound) return damaged(path(), sf_strerror(nullptr));
    const auto start = static_cast<sf_count_t>(first * frames_);
    const auto wanted = static_cast<sf_count_t>(count * frames_);
    if (static_cast<uint64_t>(info.channels) * count * frames_ * sizeof(float) != into.size() ||
        sf_seek(sound.get(), start, SEEK_SET) != start ||
        sf_readf_float(sound.get(), reinterpret_cast<float*>(into.data()), wanted) != wanted)
      return damaged(path(), "it is shorter than its header says");
    return Done{};
  }

 private:
  uint64_t frames_;  // of a sample
};

}  // namespace

Result<SourcePointer> open_wav(const fs::path& path, const Input& input) {
  const Result<uint64_t> size = regular_file_size(path);
  if (!size) return size.diagnostics();
  SF_INFO info = {};
  const Sound sound(sf_open(path.c_str(), SFM_READ, &info));
  if (!sound) return damaged(path, sf_strerror(nullptr));
  const int kind = info.format & SF_FORMAT_TYPEMASK;
  if (kind != SF_FORMAT_WAV && kind != SF_FORMAT_WAVEX && kind != SF_FORMAT_RF64)
    return damaged(path, "it is sound of another format");
  const Shape& shape = input.type.shape;
  const auto channels = static_cast<uint64_t>(std::max(info.channels, 0));
  const bool fits = channels == 1 || (shape.rank() > 0 && static_cast<uint64_t>(shape[-1]) == channels);
  if (!fits || channels == 0 || input.elements() % channels != 0)
    return misfit(path, input, fmt::format("the sound has {} channels", channels),
                  "sound has one channel, or as many as the input's last dimension");
  const uint64_t frames = input.elements() / channels;
  // A header can claim any length: no number takes less than a bit in the file.
  const auto claimed = static_cast<uint64_t>(std::max<sf_count_t>(info.frames, 0));
  if (claimed > *size * 8) return damaged(path, "it is shorter than its header says");
  if (claimed < frames)
    return misfit(path, input, fmt::format("{} frames of sound, and a sample is {}", claimed, frames),
                  "give files of at least that length");
  return SourcePointer(std::make_shared<WavSource>(path, claimed / frames, frames));
}

}  // namespace burin::data

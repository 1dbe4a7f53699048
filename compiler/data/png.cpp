// PNG images, a sample each, by libpng: 8 bits a channel, gray or colored as the input has it.
#include <fmt/format.h>
#include <png.h>

#include <csetjmp>
#include <cstdio>
#include <cstring>

#include "data/image.hpp"

namespace burin::data {
namespace {

namespace fs = std::filesystem;

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using FilePointer = std::unique_ptr<std::FILE, FileCloser>;

// libpng leaves its functions by longjmp, over frames in which nothing may want to be destroyed: all that the
// functions below make is plain and lies in a caller's Decoder.
struct Decoder {
  png_structp png = nullptr;
  png_infop info = nullptr;
  char message[96] = {};

  ~Decoder() { png_destroy_read_struct(&png, &info, nullptr); }
};

void fail(png_structp png, png_const_charp message) {
  auto* decoder = static_cast<Decoder*>(png_get_error_ptr(png));
  std::snprintf(decoder->message, sizeof decoder->message, "%s", message);
  std::longjmp(png_jmpbuf(png), 1);
}

void ignore(png_structp, png_const_charp) {}

bool begin(Decoder& decoder, std::FILE* file) {
  decoder.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &decoder, fail, ignore);
  if (decoder.png == nullptr) return false;
  decoder.info = png_create_info_struct(decoder.png);
  if (decoder.info == nullptr) return false;
  if (setjmp(png_jmpbuf(decoder.png)) != 0) return false;
  png_set_user_limits(decoder.png, 1 << 16, 1 << 16);
  png_set_chunk_malloc_max(decoder.png, 8 << 20);
  png_init_io(decoder.png, file);
  png_read_info(decoder.png, decoder.info);
  return true;
}

// All rows into `pixels`, which has room for them as the layout says.
bool decode(Decoder& decoder, uint32_t channels, png_bytepp rows) {
  if (setjmp(png_jmpbuf(decoder.png)) != 0) return false;
  const int color = png_get_color_type(decoder.png, decoder.info);
  png_set_expand(decoder.png);
  png_set_scale_16(decoder.png);
  if (channels < 4) png_set_strip_alpha(decoder.png);
  if (channels == 4) png_set_add_alpha(decoder.png, 0xFF, PNG_FILLER_AFTER);
  const bool colored = (color & PNG_COLOR_MASK_COLOR) != 0;
  if (channels == 1 && colored) png_set_rgb_to_gray(decoder.png, PNG_ERROR_ACTION_NONE, -1, -1);
  if (channels >= 3 && !colored) png_set_gray_to_rgb(decoder.png);
  png_set_interlace_handling(decoder.png);
  png_read_update_info(decoder.png, decoder.info);
  if (png_get_channels(decoder.png, decoder.info) != channels ||
      png_get_bit_depth(decoder.png, decoder.info) != 8)
    png_error(decoder.png, "the channels cannot be converted");
  png_read_image(decoder.png, rows);
  return true;
}

class PngSource final : public Source {
 public:
  PngSource(const fs::path& path, const Input& input, const ImageLayout& layout)
      : Source(path, ElementType::u8, 1), input_(input), layout_(layout) {}

  // Opens the file and checks what its header says.
  static std::optional<Diagnostic> open(const fs::path& path, const Input& input, const ImageLayout& layout,
                                        FilePointer& file, Decoder& decoder) {
    file.reset(std::fopen(path.c_str(), "rb"));
    if (!file)
      return Diagnostic{.code = DiagnosticCode::E0203,
                        .message = fmt::format("cannot be read: {}", std::strerror(errno)),
                        .place = {},
                        .help = "check the path, and that you may read the file",
                        .file = printable(path.string())};
    if (!begin(decoder, file.get())) return damaged(path, decoder);
    return check_size(path, input, layout, png_get_image_width(decoder.png, decoder.info),
                      png_get_image_height(decoder.png, decoder.info));
  }

  Result<Done> read(uint64_t, uint64_t count, std::span<std::byte> into) const override {
    if (count == 0) return Done{};
    BURIN_CHECK(into.size() == layout_.elements(), "an image for another number of bytes");
    FilePointer file;
    Decoder decoder;
    if (const auto failed = open(path(), input_, layout_, file, decoder)) return *failed;
    std::vector<png_bytep> rows(layout_.height);
    const size_t row_bytes = size_t{layout_.width} * layout_.channels;
    for (size_t y = 0; y < rows.size(); ++y)
      rows[y] = reinterpret_cast<png_bytep>(into.data()) + y * row_bytes;
    if (!decode(decoder, layout_.channels, rows.data())) return damaged(path(), decoder);
    make_planar(layout_, 1, into);
    return Done{};
  }

 private:
  static Diagnostic damaged(const fs::path& path, const Decoder& decoder) {
    return unreadable(
        path, fmt::format("this is no PNG image that can be read: {}", printable(decoder.message, 90)),
        "write the image again");
  }

  Input input_;
  ImageLayout layout_;
};

}  // namespace

Result<SourcePointer> open_png(const fs::path& path, const Input& input) {
  const std::optional<ImageLayout> layout = image_layout(input);
  if (!layout) return misfit(path, input, "the input is no image", "images are [height, width, channels]");
  const Result<uint64_t> size = regular_file_size(path);
  if (!size) return size.diagnostics();
  FilePointer file;
  Decoder decoder;
  if (const auto failed = PngSource::open(path, input, *layout, file, decoder)) return *failed;
  return SourcePointer(std::make_shared<PngSource>(path, input, *layout));
}

}  // namespace burin::data

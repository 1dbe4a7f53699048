// Same input and options, same bytes: whatever the folder, the locale, the time or the user.
#include <catch2/catch.hpp>
#include <map>

#include "support/emitted.hpp"
#include "support/identifier.hpp"

namespace burin::test {
namespace {

namespace fs = std::filesystem;

std::map<std::string, std::string> files_in(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(folder))
    files[entry.path().filename().string()] = *read_file(entry.path());
  return files;
}

}  // namespace

TEST_CASE("compiling again gives identical bytes, in another folder, locale and time zone too", "[codegen]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  for (const ModelFile& model : own_models()) {
    const fs::path first = place.path() / model.name / "first";
    const fs::path second = place.path() / model.name / "second/deeper";
    const fs::path elsewhere = place.path() / model.name / "elsewhere";
    fs::create_directories(elsewhere);
    // The same file name at another place: where a model lies must not matter.
    fs::copy_file(model.path, elsewhere / model.path.filename());
    const Words options = {"-t", "cortex-m4", "--self-test", "1", "-q"};
    require_silent(Words{BURIN_TOOL, "compile", model.path.string(), "-o", first.string()} + options);
    require_silent(
        Words{"env", "-i", "LC_ALL=C.utf8", "LANG=de_DE.UTF-8", "TZ=Asia/Kolkata", "HOME=/nowhere",
              "USER=somebody", BURIN_TOOL, "compile", model.path.filename().string(), "-o", second.string()} +
            options,
        elsewhere);
    const auto files = files_in(first);
    CHECK(files.size() == 3);
    CHECK(files == files_in(second));
    for (const auto& [name, text] : files) {
      INFO(name);
      CHECK(text.find(place.path().string()) == std::string::npos);
      CHECK(text.find(BURIN_SOURCE_DIR) == std::string::npos);
    }
  }
}

TEST_CASE("compiling in one process again and again gives identical bytes", "[codegen]") {
  for (const ModelFile& model : every_model()) {
    const Emitted first = emit(model, "cortex-m4");
    const Emitted second = emit(model, "cortex-m4");
    CHECK(first.compilation.files.source == second.compilation.files.source);
    CHECK(first.compilation.files.header == second.compilation.files.header);
    CHECK(first.compilation.files.report == second.compilation.files.report);
  }
}

}  // namespace burin::test

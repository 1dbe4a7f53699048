#include "codegen/generate.hpp"

namespace burin::codegen {

GeneratedFiles generate(const Program& program, const GenerateOptions& options) {
  return {generate_source(program, options), generate_header(program, options), generate_report(program)};
}

}  // namespace burin::codegen

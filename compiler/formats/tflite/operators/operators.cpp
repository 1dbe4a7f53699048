#include "formats/tflite/operators/operators.hpp"

#include <map>

namespace burin::tflite {

const OperatorReader* reader_of(schema::BuiltinOperator kind) {
  static const auto readers = [] {
    std::map<schema::BuiltinOperator, const OperatorReader*> result;
    for (const auto family :
         {composed_operators(), elementwise_operators(), movement_operators(), pooling_operators(),
          recurrent_operators(), reduction_operators(), weighted_operators()})
      for (const OperatorReader& row : family) result[row.kind] = &row;
    return result;
  }();
  const auto found = readers.find(kind);
  return found == readers.end() ? nullptr : found->second;
}

}  // namespace burin::tflite

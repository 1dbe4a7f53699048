// The generated accessors of the TFLite format.
#pragma once

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#include "formats/tflite/schema_generated.h"
#pragma GCC diagnostic pop

namespace burin::tflite {
namespace schema = burin::tflite_schema;
}

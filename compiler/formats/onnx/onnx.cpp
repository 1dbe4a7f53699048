#include "formats/onnx/onnx.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "formats/onnx/file.hpp"
#include "formats/onnx/integer_layers.hpp"
#include "formats/onnx/onnx.pb.h"
#include "formats/onnx/reader.hpp"
#include "formats/operator_table.hpp"
#include "ir/edit.hpp"
#include "ir/verify.hpp"
#include "ops/value.hpp"
#include "support/near_names.hpp"

namespace burin {
namespace onnx {
namespace {

constexpr int64_t lowest_opset = 1;
constexpr int64_t highest_opset = 26;
constexpr int max_depth = 16;  // of functions and branches inside of each other

// Where the names of values are looked up: the model's graph, a branch in it, the body of a function.
struct Scope {
  const Scope* outer = nullptr;
  std::unordered_map<std::string, TensorId> values;  // invalid: an operator in front of it was refused
  std::unordered_map<std::string, int32_t> readers;  // how many nodes read each name
  std::map<std::string, int64_t> opsets;             // by domain
};

std::string domain_of(const std::string& domain) {
  return domain == "ai.onnx" ? std::string() : domain;
}

std::string kind_of(const schema::NodeProto& node) {
  const std::string domain = domain_of(node.domain());
  return domain.empty() ? node.op_type() : domain + "::" + node.op_type();
}

Diagnostic finding(DiagnosticCode code, std::string message, std::string place = {}, std::string help = {}) {
  return {.code = code,
          .message = std::move(message),
          .place = std::move(place),
          .help = std::move(help),
          .file = {}};
}

class Importer {
 public:
  Importer(const schema::ModelProto& model, const std::filesystem::path& folder, size_t bytes,
           const ImportOptions& options)
      : model_(model), options_(options), reader_(folder, 4 * int64_t{max_model_bytes}) {
    work_ = {.steps = (int64_t{1} << 28) + 64 * static_cast<int64_t>(bytes),
             .bytes = (int64_t{1} << 27) + 16 * static_cast<int64_t>(bytes),
             .nodes = 200'000};
  }

  void run() {
    for (const schema::FunctionProto& function : model_.functions())
      functions_.try_emplace({domain_of(function.domain()), function.name(), function.overload()}, &function);
    Scope scope;
    for (const schema::OperatorSetIdProto& opset : model_.opset_import())
      scope.opsets[domain_of(opset.domain())] = opset.version();
    if (const auto opset = scope.opsets.find("");
        opset != scope.opsets.end() && (opset->second < lowest_opset || opset->second > highest_opset)) {
      file_findings_.push_back(finding(
          DiagnosticCode::E0403,
          fmt::format("the model is written for version {} of the operators of ONNX", opset->second), {},
          fmt::format(
              "Burin reads versions {} to {}: export the model with `opset_version` in that range, or "
              "convert it by onnx.version_converter",
              lowest_opset, highest_opset)));
      return;
    }
    const schema::GraphProto& graph = model_.graph();
    if (!take_initializers(graph, scope)) return;
    take_inputs(graph, scope);
    std::vector<std::string> wanted;
    for (const schema::ValueInfoProto& output : graph.output()) wanted.push_back(output.name());
    count_readers(graph.node(), scope);
    for (const std::string& name : wanted) ++scope.readers[name];
    take_nodes(graph.node(), wanted, scope, 0);
    take_outputs(graph, scope);
  }

  // Every finding, in the order of the file.
  Diagnostics findings() const {
    Diagnostics all = file_findings_;
    for (const OperatorOutcome& outcome : outcomes_)
      all.insert(all.end(), outcome.findings.begin(), outcome.findings.end());
    return all;
  }
  const Diagnostics& file_findings() const { return file_findings_; }
  const std::vector<OperatorOutcome>& outcomes() const { return outcomes_; }
  Graph& graph() { return graph_; }
  const std::map<TensorId, TensorId>& integers() const { return work_.integers; }

 private:
  // ---- the interface ----

  // A tensor's finding with the place that it lacks.
  static Diagnostics placed(Diagnostics found, const std::string& name) {
    for (Diagnostic& diagnostic : found) {
      diagnostic.message = "the tensor " + diagnostic.message;
      diagnostic.place = fmt::format("tensor \"{}\"", printable(name, 80));
    }
    return found;
  }

  // False where there is nothing to go on with.
  bool take_initializers(const schema::GraphProto& graph, Scope& scope) {
    for (const schema::TensorProto& source : graph.initializer()) {
      if (source.name().empty()) continue;
      if (scope.values.contains(source.name())) {
        file_findings_.push_back(finding(DiagnosticCode::E0303, "two initializers have one name",
                                         fmt::format("tensor \"{}\"", printable(source.name(), 80))));
        continue;
      }
      Result<Tensor> tensor = reader_.read(source);
      if (!tensor) {
        // It may be that nothing reads it.
        unreadable_[source.name()] = placed(tensor.diagnostics(), source.name());
        scope.values[source.name()] = TensorId();
        continue;
      }
      tensor->name = source.name();
      scope.values[source.name()] = add_tensor(graph_, std::move(*tensor));
    }
    if (graph.sparse_initializer_size() > 0)
      file_findings_.push_back(finding(DiagnosticCode::E0403,
                                       "the model has sparse initializers, which are not supported", {},
                                       "store them as ordinary ones"));
    return true;
  }

  void take_inputs(const schema::GraphProto& graph, Scope& scope) {
    // An initializer of an input's name is its default, and here its value.
    std::vector<const schema::ValueInfoProto*> inputs;
    std::vector<std::string> names;
    for (const schema::ValueInfoProto& input : graph.input()) {
      if (scope.values.contains(input.name())) {
        if (std::ranges::find(names, input.name()) != names.end())
          file_findings_.push_back(finding(DiagnosticCode::E0303, "two inputs have one name",
                                           fmt::format("input \"{}\"", printable(input.name(), 80))));
        continue;
      }
      inputs.push_back(&input);
      names.push_back(input.name());
    }
    for (const auto& [name, shape] : options_.input_shapes) check_input_name(name, "--input-shape", names);
    for (const auto& [name, value] : options_.input_values) check_input_name(name, "--input-value", names);
    // A named dimension is the same wherever it stands.
    std::map<std::string, int64_t> symbols;
    for (const schema::ValueInfoProto* input : inputs) {
      const auto given = options_.input_shapes.find(input->name());
      const auto& dims = input->type().tensor_type().shape();
      if (given == options_.input_shapes.end() ||
          given->second.size() != static_cast<size_t>(dims.dim_size()))
        continue;
      for (int i = 0; i < dims.dim_size(); ++i)
        if (!dims.dim(i).dim_param().empty())
          symbols.try_emplace(dims.dim(i).dim_param(), given->second[static_cast<size_t>(i)]);
    }
    for (const schema::ValueInfoProto* input : inputs) take_input(*input, symbols, scope);
  }

  void check_input_name(const std::string& name, const char* option, const std::vector<std::string>& names) {
    if (std::ranges::find(names, name) != names.end()) return;
    std::string list;
    for (const std::string& known : names) list += (list.empty() ? "" : ", ") + printable(known, 60);
    file_findings_.push_back(
        finding(DiagnosticCode::E0201,
                fmt::format("{} names \"{}\", which is no input of the model", option, printable(name, 60)),
                {}, did_you_mean(name, names) + "the inputs are " + list));
  }

  void take_input(const schema::ValueInfoProto& input, const std::map<std::string, int64_t>& symbols,
                  Scope& scope) {
    const std::string place = fmt::format("input \"{}\"", printable(input.name(), 80));
    scope.values[input.name()] = TensorId();
    const auto give_up = [&](DiagnosticCode code, std::string message, std::string help) {
      file_findings_.push_back(finding(code, std::move(message), place, std::move(help)));
    };
    if (!input.type().has_tensor_type())
      return give_up(DiagnosticCode::E0403, "an input of the model is no tensor",
                     "export the model with tensors as inputs and outputs");
    const auto& type = input.type().tensor_type();
    const std::optional<ElementType> element = element_type_of(type.elem_type());
    if (!element || !element->exact)
      return give_up(DiagnosticCode::E0403,
                     fmt::format("an input of the model is {}, which is not supported",
                                 element_type_name(type.elem_type())),
                     "export the model with float32, int8, uint8, int16, int32, int64 or bool inputs");
    const auto given = options_.input_shapes.find(input.name());
    if (!type.has_shape() && given == options_.input_shapes.end())
      return give_up(DiagnosticCode::E0403, "the shape of an input is not known",
                     fmt::format("give it by --input-shape {}=1,16", printable(input.name(), 60)));
    std::vector<int32_t> dims;
    const int rank = type.has_shape() ? type.shape().dim_size() : static_cast<int>(given->second.size());
    if (given != options_.input_shapes.end() && static_cast<int>(given->second.size()) != rank)
      return give_up(
          DiagnosticCode::E0201,
          fmt::format("--input-shape gives {} dimensions, and the input has {}", given->second.size(), rank),
          "`burin inspect` shows the inputs");
    std::string shown;
    std::vector<int> open;
    for (int i = 0; i < rank; ++i) {
      int64_t dim = -1;
      std::string name = "?";
      if (type.has_shape()) {
        const auto& source = type.shape().dim(i);
        if (source.has_dim_value() && source.dim_value() > 0) dim = source.dim_value();
        if (!source.dim_param().empty()) name = printable(source.dim_param(), 40);
        if (const auto symbol = symbols.find(source.dim_param()); symbol != symbols.end() && dim < 0)
          dim = symbol->second;
      }
      if (given != options_.input_shapes.end()) {
        const int64_t wanted = given->second[static_cast<size_t>(i)];
        if (dim > 0 && wanted != dim)
          return give_up(DiagnosticCode::E0201,
                         fmt::format("--input-shape makes dimension {} of an input {}, and the model has {}",
                                     i, wanted, dim),
                         "only dimensions that the model leaves open can be chosen");
        dim = wanted;
      }
      if (dim < 0 && i == 0) {
        dim = 1;
        note(fmt::format("input \"{}\": the batch \"{}\" is 1; --input-shape chooses another",
                         printable(input.name(), 60), name));
      }
      if (dim < 0) open.push_back(i);
      shown += (i ? "," : "") + (dim < 0 ? name : std::to_string(dim));
      dims.push_back(static_cast<int32_t>(std::clamp<int64_t>(dim, 0, INT32_MAX)));
    }
    if (!open.empty()) {
      std::string example;
      for (int i = 0; i < rank; ++i)
        example += (i ? "," : "") + (std::ranges::find(open, i) != open.end()
                                         ? std::string("N")
                                         : std::to_string(dims[static_cast<size_t>(i)]));
      return give_up(
          DiagnosticCode::E0403,
          fmt::format("the shape of an input is open: {}[{}]", long_name_of(element->dtype), shown),
          fmt::format("choose it by --input-shape {}={}", printable(input.name(), 60), example));
    }
    Tensor tensor{.name = input.name(), .type = {element->dtype, Shape(std::move(dims))}};
    if (!tensor.type.shape.sane() || tensor.type.shape.elements() == 0)
      return give_up(DiagnosticCode::E0403,
                     fmt::format("an input is {}, which is not supported", describe_type(tensor.type)),
                     fmt::format("Burin's tensors have at most {} dimensions and {} elements",
                                 Shape::max_rank, Shape::max_elements));
    const auto fixed = options_.input_values.find(input.name());
    if (fixed != options_.input_values.end()) {
      tensor.constant = constant_value(tensor.type, fixed->second, place);
      if (!tensor.constant) return;
    }
    if (fixed == options_.input_values.end() && options_.channels_last_inputs &&
        tensor.type.shape.rank() == 4) {
      const std::vector<int32_t> model = tensor.type.shape.dims();
      tensor.type.shape = {model[0], model[2], model[3], model[1]};
      const TensorId id = add_tensor(graph_, std::move(tensor));
      graph_.inputs.push_back(id);
      Builder builder(graph_, work_);
      builder.begin_node(input.name(), 0);
      scope.values[input.name()] = builder.transpose(id, {0, 3, 1, 2});
      return;
    }
    const TensorId id = add_tensor(graph_, std::move(tensor));
    if (fixed == options_.input_values.end()) graph_.inputs.push_back(id);
    scope.values[input.name()] = id;
  }

  std::optional<Constant> constant_value(const TensorType& type, double number, const std::string& place) {
    Value value = Value::zeros(type);
    const bool real = type.dtype == DType::f32;
    const IntegerRange range = real ? IntegerRange{0, 0} : integer_range(type.dtype);
    if (!real && (number != std::floor(number) || number < static_cast<double>(range.lowest) ||
                  number > static_cast<double>(range.highest))) {
      file_findings_.push_back(finding(
          DiagnosticCode::E0201,
          fmt::format("--input-value gives {} for an input of type {}", number, long_name_of(type.dtype)),
          place, "give a number that the type can hold"));
      return std::nullopt;
    }
    for (size_t i = 0; i < static_cast<size_t>(type.shape.elements()); ++i)
      if (real)
        value.as<float>()[i] = static_cast<float>(number);
      else
        value.set_integer(i, static_cast<int64_t>(number));
    return Constant(std::move(value.bytes));
  }

  void take_outputs(const schema::GraphProto& graph, const Scope& scope) {
    std::set<TensorId> taken(graph_.inputs.begin(), graph_.inputs.end());
    for (const schema::ValueInfoProto& output : graph.output()) {
      const std::string place = fmt::format("output \"{}\"", printable(output.name(), 80));
      const auto value = scope.values.find(output.name());
      if (value == scope.values.end()) {
        file_findings_.push_back(
            finding(DiagnosticCode::E0303, "nothing computes an output of the model", place));
        continue;
      }
      if (!value->second.valid()) {
        refuse_unreadable(output.name(), place);
        continue;
      }
      TensorId id = value->second;
      if (output.type().has_tensor_type()) {
        const auto element = element_type_of(output.type().tensor_type().elem_type());
        if (!element || !element->exact) {
          file_findings_.push_back(finding(
              DiagnosticCode::E0403,
              fmt::format("an output of the model is {}, which is not supported",
                          element_type_name(output.type().tensor_type().elem_type())),
              place, "export the model with float32, int8, uint8, int16, int32, int64 or bool outputs"));
          continue;
        }
        if (graph_.at(id).type.dtype != element->dtype) {
          file_findings_.push_back(
              finding(DiagnosticCode::E0303,
                      fmt::format("an output is declared {} and computed as {}", long_name_of(element->dtype),
                                  describe_type(graph_.at(id).type)),
                      place));
          continue;
        }
      }
      // What is an input too, or an output twice, is copied: the interface has a buffer for each.
      if (!taken.insert(id).second || graph_.at(id).is_constant()) id = copy(id, output.name());
      graph_.at(id).name = output.name();
      graph_.outputs.push_back(id);
      taken.insert(id);
    }
    if (graph.output_size() == 0)
      file_findings_.push_back(finding(DiagnosticCode::E0303, "the model has no output"));
  }

  TensorId copy(TensorId id, const std::string& name) {
    Tensor tensor = graph_.at(id);
    const bool constant = tensor.is_constant();
    if (!constant) tensor.constant.reset();
    const TensorId to = add_tensor(graph_, std::move(tensor));
    if (!constant)
      graph_.nodes.push_back({.op = Op::reshape,
                              .inputs = {id},
                              .outputs = {to},
                              .attributes = Attributes::of(NoAttributes{}),
                              .name = name});
    return to;
  }

  void note(const std::string& text) {
    if (options_.note) options_.note(text);
  }

  // ---- nodes ----

  using Nodes = google::protobuf::RepeatedPtrField<schema::NodeProto>;

  void count_readers(const Nodes& nodes, Scope& scope, int depth = 0) {
    if (depth > max_depth) return;
    for (const schema::NodeProto& node : nodes) {
      for (const std::string& name : node.input()) ++scope.readers[name];
      for (const schema::AttributeProto& attribute : node.attribute()) {
        if (!attribute.has_g()) continue;
        count_readers(attribute.g().node(), scope, depth + 1);
        for (const schema::ValueInfoProto& output : attribute.g().output()) ++scope.readers[output.name()];
      }
    }
  }

  // Names that a node reads, those in its branches included.
  static void collect_inputs(const schema::NodeProto& node, std::vector<std::string>& names, int depth = 0) {
    if (depth > max_depth) return;
    for (const std::string& name : node.input())
      if (!name.empty()) names.push_back(name);
    for (const schema::AttributeProto& attribute : node.attribute()) {
      if (!attribute.has_g()) continue;
      for (const schema::NodeProto& inner : attribute.g().node()) collect_inputs(inner, names, depth + 1);
      for (const schema::ValueInfoProto& output : attribute.g().output()) names.push_back(output.name());
    }
  }

  // Reads the nodes that the wanted values need, in an order in which each comes after what it reads.
  void take_nodes(const Nodes& nodes, const std::vector<std::string>& wanted, Scope& scope, int depth) {
    std::unordered_map<std::string, int> writer;
    for (int i = 0; i < nodes.size(); ++i)
      for (const std::string& name : nodes.Get(i).output()) {
        if (name.empty()) continue;
        if (!writer.try_emplace(name, i).second || scope.values.contains(name)) {
          file_findings_.push_back(finding(DiagnosticCode::E0303, "two values of the model have one name",
                                           fmt::format("tensor \"{}\"", printable(name, 80))));
          return;
        }
      }
    enum class State : uint8_t { fresh, open, done };
    std::vector<State> states(static_cast<size_t>(nodes.size()), State::fresh);
    struct Frame {
      int node;
      std::vector<std::string> names;
      size_t next = 0;
    };
    std::unordered_set<std::string> needed(wanted.begin(), wanted.end());
    std::vector<Frame> stack;
    std::vector<int> order;
    const auto open = [&](const std::string& name) {
      needed.insert(name);
      const auto entry = writer.find(name);
      if (entry == writer.end()) return true;
      State& state = states[static_cast<size_t>(entry->second)];
      if (state == State::open) return false;
      if (state == State::done) return true;
      state = State::open;
      Frame frame{entry->second, {}, 0};
      collect_inputs(nodes.Get(entry->second), frame.names);
      stack.push_back(std::move(frame));
      return true;
    };
    for (const std::string& name : wanted) {
      open(name);
      while (!stack.empty()) {
        Frame& top = stack.back();
        if (top.next == top.names.size()) {
          states[static_cast<size_t>(top.node)] = State::done;
          order.push_back(top.node);
          stack.pop_back();
          continue;
        }
        const std::string next = top.names[top.next++];
        if (!open(next)) {
          for (const std::string& output : wanted) scope.values.try_emplace(output, TensorId());
          file_findings_.push_back(finding(DiagnosticCode::E0303, "the operators form a cycle",
                                           fmt::format("tensor \"{}\"", printable(next, 80))));
          return;
        }
      }
    }
    for (const int i : order) take_node(nodes.Get(i), i, needed, scope, depth);
  }

  // A value by its name, in this scope or an outer one. Nothing where there is none.
  static std::optional<TensorId> lookup(const Scope& scope, const std::string& name) {
    for (const Scope* each = &scope; each != nullptr; each = each->outer)
      if (const auto value = each->values.find(name); value != each->values.end()) return value->second;
    return std::nullopt;
  }

  void refuse_unreadable(const std::string& name, const std::string& place) {
    const auto entry = unreadable_.find(name);
    if (entry == unreadable_.end()) return;
    for (Diagnostic diagnostic : entry->second) {
      if (!place.empty()) diagnostic.place += ", read by " + place;
      file_findings_.push_back(std::move(diagnostic));
    }
    unreadable_.erase(entry);
  }

  static std::string node_name(const schema::NodeProto& node) {
    if (!node.name().empty()) return node.name();
    for (const std::string& output : node.output())
      if (!output.empty()) return output;
    return {};
  }

  std::string place_of(const schema::NodeProto& node, int index, const Scope& scope) const {
    std::string operands;
    for (const std::string& name : node.input()) {
      const auto id = lookup(scope, name);
      operands += operands.empty() ? ", input " : ", ";
      operands += id && id->valid() ? describe_type(graph_.at(*id).type) : name.empty() ? "none" : "?";
    }
    return fmt::format("op {} \"{}\"{}", index, printable(node_name(node), 80), operands);
  }

  void report(const schema::NodeProto& node, int index, const Scope& scope, Diagnostic diagnostic) {
    const std::string name = printable(kind_of(node), 60);
    diagnostic.place = place_of(node, index, scope);
    if (diagnostic.code != DiagnosticCode::E0401)
      diagnostic.message = fmt::format("operator {}: {}", name, diagnostic.message);
    outcomes_.back().findings.push_back(std::move(diagnostic));
  }

  void take_node(const schema::NodeProto& node, int index, const std::unordered_set<std::string>& needed,
                 Scope& scope, int depth) {
    const std::string kind = kind_of(node);
    outcomes_.push_back({printable(kind, 60), {}});
    for (const std::string& name : node.output())
      if (!name.empty()) scope.values[name] = TensorId();
    const auto domain = domain_of(node.domain());
    const auto function = functions_.find({domain, node.op_type(), node.overload()});
    const OperatorEntry* entry = find_operator(kind);
    const bool is_branch = kind == "If";
    if (function == functions_.end() && entry == nullptr && !is_branch) {
      report(
          node, index, scope,
          finding(DiagnosticCode::E0401, fmt::format("operator {} is not supported", printable(kind, 60)), {},
                  did_you_mean(kind, operator_names()) + "replace it by operators that `burin ops` lists, or "
                                                         "leave that part of the model to the firmware"));
      return;
    }
    std::vector<Reader::Operand> inputs;
    bool complete = true;
    for (const std::string& name : node.input()) {
      if (name.empty()) {
        inputs.push_back({});
        continue;
      }
      const std::optional<TensorId> id = lookup(scope, name);
      if (!id) {
        report(node, index, scope,
               finding(DiagnosticCode::E0303,
                       fmt::format("nothing computes its input \"{}\"", printable(name, 80))));
        complete = false;
        continue;
      }
      if (!id->valid()) {
        refuse_unreadable(name, place_of(node, index, scope));
        complete = false;
      }
      const auto readers = scope.readers.find(name);
      inputs.push_back({*id, readers != scope.readers.end() && readers->second == 1});
    }
    if (!complete) return;
    if (depth > max_depth) {
      report(node, index, scope,
             finding(DiagnosticCode::E0403, "functions or branches are nested too deeply"));
      return;
    }
    try {
      if (function != functions_.end())
        inline_function(*function->second, node, inputs, scope, depth);
      else if (is_branch)
        take_branch(node, index, inputs, scope, depth);
      else
        read(*entry, node, index, std::move(inputs), needed, scope);
    } catch (const Refused& refused) {
      Diagnostic diagnostic = refused.diagnostic;
      // A rule of the operator that was to be made of it.
      report(node, index, scope, std::move(diagnostic));
    }
  }

  int64_t opset_of(const std::string& domain, const Scope& scope) const {
    for (const Scope* each = &scope; each != nullptr; each = each->outer)
      if (const auto entry = each->opsets.find(domain); entry != each->opsets.end()) return entry->second;
    return domain.empty() ? highest_opset : 1;
  }

  void read(const OperatorEntry& entry, const schema::NodeProto& node, int index,
            std::vector<Reader::Operand> inputs, const std::unordered_set<std::string>& needed,
            Scope& scope) {
    std::vector<bool> wanted;
    for (const std::string& name : node.output()) wanted.push_back(!name.empty() && needed.contains(name));
    Reader reader(graph_, work_, node, opset_of(domain_of(node.domain()), scope), std::move(inputs), wanted,
                  [this](const schema::AttributeProto& attribute) {
                    Result<Tensor> tensor = reader_.read(attribute.t());
                    if (tensor) return std::move(*tensor);
                    Diagnostic diagnostic = tensor.diagnostics().front();
                    diagnostic.message = "its tensor " + diagnostic.message;
                    throw Refused(std::move(diagnostic));
                  });
    reader.begin_node(node_name(node), index);
    const size_t known = graph_.tensors.size();
    entry.read(reader);
    for (int i = 0; i < node.output_size(); ++i) {
      if (!wanted[static_cast<size_t>(i)]) continue;
      const TensorId id = reader.outputs()[static_cast<size_t>(i)];
      if (!id.valid()) {
        report(node, index, scope,
               finding(DiagnosticCode::E0402, fmt::format("output {} is used, which is not supported", i)));
        continue;
      }
      if (id.index >= known && graph_.at(id).name.empty()) graph_.at(id).name = node.output(i);
      scope.values[node.output(i)] = id;
    }
  }

  // ---- branches and functions ----

  void take_branch(const schema::NodeProto& node, int index, const std::vector<Reader::Operand>& inputs,
                   Scope& scope, int depth) {
    if (inputs.size() != 1 || !inputs[0].id.valid()) contradiction("it takes one condition");
    const Tensor& condition = graph_.at(inputs[0].id);
    if (!condition.is_constant() || condition.type.shape.elements() != 1)
      unsupported(
          fmt::format("which branch is taken depends on \"{}\", which is computed at run time",
                      printable(node.input(0), 80)),
          "pin what it depends on by --input-value or --input-shape, or export the model without the branch");
    const bool holds = Value::of(condition.type, condition.constant->bytes()).integer(0) != 0;
    const schema::GraphProto* branch = nullptr;
    for (const schema::AttributeProto& attribute : node.attribute())
      if (attribute.name() == (holds ? "then_branch" : "else_branch") && attribute.has_g())
        branch = &attribute.g();
    if (branch == nullptr || branch->output_size() != node.output_size())
      contradiction("its branches have not as many outputs as it has");
    Scope inner;
    inner.outer = &scope;
    inner.readers = scope.readers;
    if (!take_initializers(*branch, inner)) return;
    std::vector<std::string> wanted;
    for (const schema::ValueInfoProto& output : branch->output()) wanted.push_back(output.name());
    const size_t outcome = outcomes_.size() - 1;
    take_nodes(branch->node(), wanted, inner, depth + 1);
    std::swap(outcomes_[outcome], outcomes_.back());
    for (int i = 0; i < node.output_size(); ++i) {
      const auto value = lookup(inner, branch->output(i).name());
      if (!value) contradiction(fmt::format("nothing computes output {} of its branch", i));
      scope.values[node.output(i)] = *value;
    }
    (void)index;
  }

  void inline_function(const schema::FunctionProto& function, const schema::NodeProto& call,
                       const std::vector<Reader::Operand>& inputs, Scope& scope, int depth) {
    work_.nodes -= function.node_size();
    if (work_.nodes < 0) contradiction("functions are called too often");
    Scope inner;
    for (const schema::OperatorSetIdProto& opset : function.opset_import())
      inner.opsets[domain_of(opset.domain())] = opset.version();
    for (const auto& [domain, version] : scope.opsets) inner.opsets.try_emplace(domain, version);
    for (int i = 0; i < function.input_size(); ++i)
      inner.values[function.input(i)] =
          static_cast<size_t>(i) < inputs.size() ? inputs[static_cast<size_t>(i)].id : TensorId();
    std::vector<std::string> absent;
    for (int i = 0; i < function.input_size(); ++i)
      if (!inner.values[function.input(i)].valid()) absent.push_back(function.input(i));
    auto body = std::make_unique<schema::FunctionProto>(function);
    for (schema::NodeProto& node : *body->mutable_node()) {
      // An operand that the call leaves out is absent inside, too.
      for (std::string& name : *node.mutable_input())
        if (std::ranges::find(absent, name) != absent.end()) name.clear();
      resolve_references(node, call, function);
    }
    std::vector<std::string> wanted;
    for (int i = 0; i < function.output_size() && i < call.output_size(); ++i)
      if (!call.output(i).empty()) wanted.push_back(function.output(i));
    count_readers(body->node(), inner);
    for (const std::string& name : wanted) ++inner.readers[name];
    const size_t outcome = outcomes_.size() - 1;
    take_nodes(body->node(), wanted, inner, depth + 1);
    std::swap(outcomes_[outcome], outcomes_.back());
    for (int i = 0; i < function.output_size() && i < call.output_size(); ++i) {
      if (call.output(i).empty()) continue;
      const auto value = lookup(inner, function.output(i));
      if (!value) contradiction(fmt::format("nothing computes output {} of the function", i));
      scope.values[call.output(i)] = *value;
    }
    bodies_.push_back(std::move(body));
  }

  // Attributes of a function's nodes that are attributes of its call, or the function's own defaults.
  static void resolve_references(schema::NodeProto& node, const schema::NodeProto& call,
                                 const schema::FunctionProto& function) {
    for (int i = node.attribute_size(); i-- > 0;) {
      const std::string reference = node.attribute(i).ref_attr_name();
      if (reference.empty()) continue;
      const std::string name = node.attribute(i).name();
      const schema::AttributeProto* source = nullptr;
      for (const schema::AttributeProto& each : function.attribute_proto())
        if (each.name() == reference) source = &each;
      for (const schema::AttributeProto& each : call.attribute())
        if (each.name() == reference) source = &each;
      if (source == nullptr) {
        node.mutable_attribute()->DeleteSubrange(i, 1);
        continue;
      }
      schema::AttributeProto value = *source;
      value.set_name(name);
      *node.mutable_attribute(i) = std::move(value);
    }
  }

  const schema::ModelProto& model_;
  const ImportOptions& options_;
  TensorReader reader_;
  Work work_;
  std::map<std::tuple<std::string, std::string, std::string>, const schema::FunctionProto*> functions_;
  std::vector<std::unique_ptr<schema::FunctionProto>> bodies_;
  std::map<std::string, Diagnostics> unreadable_;  // initializers, by name
  Graph graph_;
  Diagnostics file_findings_;
  std::vector<OperatorOutcome> outcomes_;
};

// Without the nodes whose results nothing needs, which readers leave behind where they replace a node of
// before.
void drop_unused_nodes(Graph& graph) {
  std::vector<bool> needed(graph.tensors.size());
  for (const TensorId id : graph.outputs) needed[id.index] = true;
  std::vector<bool> remove(graph.nodes.size());
  for (size_t i = graph.nodes.size(); i-- > 0;) {
    const Node& node = graph.nodes[i];
    remove[i] = std::ranges::none_of(node.outputs, [&](TensorId id) { return needed[id.index]; });
    if (remove[i]) continue;
    for (const TensorId id : node.inputs)
      if (id.valid()) needed[id.index] = true;
  }
  remove_nodes(graph, remove);
}

}  // namespace
}  // namespace onnx

bool is_onnx(std::span<const std::byte> bytes, std::string_view file_name) {
  if (bytes.empty()) return false;
  if (std::filesystem::path(file_name).extension() == ".onnx") return true;
  // ir_version, then one of the model's other fields.
  if (bytes.size() < 4 || bytes[0] != std::byte{0x08} || bytes[1] == std::byte{0} || bytes[1] > std::byte{32})
    return false;
  constexpr uint8_t tags[] = {0x12, 0x1A, 0x22, 0x28, 0x32, 0x3A, 0x42, 0x72};
  return std::ranges::find(tags, std::to_integer<uint8_t>(bytes[2])) != std::end(tags);
}

Result<Graph> import_onnx(std::span<const std::byte> bytes, const std::filesystem::path& folder,
                          const ImportOptions& options) {
  const auto model = onnx::parse(bytes);
  if (!model) return model.diagnostics();
  onnx::Importer importer(**model, folder, bytes.size(), options);
  importer.run();
  Diagnostics findings = importer.findings();
  if (!findings.empty()) return findings;
  Graph graph = std::move(importer.graph());
  onnx::drop_unused_nodes(graph);
  if (options.integer_layers) graph = onnx::make_integer_layers(std::move(graph), importer.integers());
  onnx::drop_unused_nodes(graph);
  for (const std::string& rule : broken_rules(graph))
    findings.push_back({.code = DiagnosticCode::E0303, .message = rule, .place = {}, .help = {}, .file = {}});
  if (!findings.empty()) return findings;
  drop_unused_tensors(graph);
  return graph;
}

Result<std::vector<ModelOperator>> list_onnx_operators(std::span<const std::byte> bytes,
                                                       const std::filesystem::path& folder,
                                                       const ImportOptions& options) {
  const auto model = onnx::parse(bytes);
  if (!model) return model.diagnostics();
  onnx::Importer importer(**model, folder, bytes.size(), options);
  importer.run();
  return operator_table(importer.file_findings(), importer.outcomes());
}

}  // namespace burin

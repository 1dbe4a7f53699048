#include "formats/tflite/resources.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "formats/tflite/options.hpp"

namespace burin::tflite {
namespace {

using schema::BuiltinOperator;

std::optional<BuiltinOperator> kind_of(const schema::Model& model, const schema::Operator& op) {
  if (op.opcode_index() >= size_of(model.operator_codes())) return std::nullopt;
  return tflite::kind_of(*model.operator_codes()->Get(op.opcode_index()));
}

// Index of an operand, where it names a tensor.
std::optional<size_t> operand(const flatbuffers::Vector<int32_t>* indices, size_t which, size_t tensors) {
  if (which >= size_of(indices)) return std::nullopt;
  const int32_t index = indices->Get(static_cast<uint32_t>(which));
  if (index < 0 || static_cast<size_t>(index) >= tensors) return std::nullopt;
  return static_cast<size_t>(index);
}

class Resolver {
 public:
  Resolver(const File& file, const SubgraphTensors& main, TensorReader& reader, Budget& budget,
           const FoldOperator& fold)
      : model_(file.model()), main_(main), reader_(reader), budget_(budget), fold_(fold) {}

  Resources run() {
    const schema::SubGraph& subgraph = *model_.subgraphs()->Get(0);
    result_.resolved.resize(size_of(subgraph.operators()));
    result_.subgraph_resolved.resize(size_of(model_.subgraphs()));
    result_.variable_of = handles(subgraph);
    take_types_from_uses(subgraph);
    for (size_t i = 0; i < size_of(subgraph.operators()); ++i) {
      const schema::Operator& op = *subgraph.operators()->Get(static_cast<uint32_t>(i));
      const std::optional<BuiltinOperator> kind = kind_of(model_, op);
      if (kind == BuiltinOperator::VAR_HANDLE) {
        const auto output = operand(op.outputs(), 0, main_.tensors.size());
        result_.resolved[i] = output && result_.variable_of[*output] >= 0;
      } else if (kind == BuiltinOperator::CALL_ONCE) {
        initialize(i, op);
      } else if (const auto variable = variable_operand(op)) {
        (kind == BuiltinOperator::ASSIGN_VARIABLE ? assigned_ : read_).insert(*variable);
      }
    }
    give_types();
    refuse_reads_of_nothing(subgraph);
    return std::move(result_);
  }

 private:
  // The variables that a subgraph's handles lead to.
  std::vector<int32_t> handles(const schema::SubGraph& subgraph) {
    const size_t tensors = size_of(subgraph.tensors());
    std::vector<int32_t> variable_of(tensors, -1);
    for (size_t i = 0; i < size_of(subgraph.operators()); ++i) {
      const schema::Operator& op = *subgraph.operators()->Get(static_cast<uint32_t>(i));
      const auto output = operand(op.outputs(), 0, tensors);
      if (kind_of(model_, op) != BuiltinOperator::VAR_HANDLE || !output) continue;
      const Options options(op, schema::EnumNameBuiltinOperator(BuiltinOperator::VAR_HANDLE));
      const std::string_view container = options.text("container");
      const std::string_view name = options.text("shared_name");
      if (!budget_.take(container.size() + name.size())) continue;
      const auto [entry, fresh] = numbers_.try_emplace({std::string(container), std::string(name)},
                                                       static_cast<int32_t>(result_.variables.size()));
      if (fresh) {
        Tensor variable;
        variable.name = name;
        variable.variable = true;
        result_.variables.push_back(std::move(variable));
        types_.emplace_back();
      }
      variable_of[*output] = entry->second;
    }
    return variable_of;
  }

  // A handle does not say what the variable holds; what is first read from it or assigned to it does.
  void take_types_from_uses(const schema::SubGraph& subgraph) {
    for (size_t i = 0; i < size_of(subgraph.operators()); ++i) {
      const schema::Operator& op = *subgraph.operators()->Get(static_cast<uint32_t>(i));
      const std::optional<BuiltinOperator> kind = kind_of(model_, op);
      const auto handle = operand(op.inputs(), 0, main_.tensors.size());
      if (!handle || result_.variable_of[*handle] < 0) continue;
      std::optional<size_t> value;
      if (kind == BuiltinOperator::READ_VARIABLE) value = operand(op.outputs(), 0, main_.tensors.size());
      if (kind == BuiltinOperator::ASSIGN_VARIABLE) value = operand(op.inputs(), 1, main_.tensors.size());
      const Tensor*& type = types_[static_cast<size_t>(result_.variable_of[*handle])];
      if (value && type == nullptr && main_.unusable[*value].empty()) type = &main_.tensors[*value];
    }
  }

  // The variable that an operator of the first subgraph has for its first operand.
  std::optional<size_t> variable_operand(const schema::Operator& op) const {
    const auto handle = operand(op.inputs(), 0, main_.tensors.size());
    if (!handle || result_.variable_of[*handle] < 0) return std::nullopt;
    return static_cast<size_t>(result_.variable_of[*handle]);
  }

  // TensorFlow Lite Micro has no value for it either.
  void refuse_reads_of_nothing(const schema::SubGraph& subgraph) {
    for (size_t i = 0; i < size_of(subgraph.operators()); ++i) {
      const schema::Operator& op = *subgraph.operators()->Get(static_cast<uint32_t>(i));
      const auto variable = variable_operand(op);
      if (kind_of(model_, op) != BuiltinOperator::READ_VARIABLE || !variable ||
          assigned_.contains(*variable) || result_.variables[*variable].constant || initializer_refused_)
        continue;
      result_.resolved[i] = true;
      result_.findings[i].push_back(
          {.code = DiagnosticCode::E0403,
           .message = fmt::format("variable \"{}\" is read, and nothing assigns a value to it",
                                  printable(result_.variables[*variable].name, 80)),
           .place = {},
           .help = "export the model from a session in which its variables are initialized, or freeze them",
           .file = {}});
    }
  }

  void give_types() {
    for (size_t i = 0; i < result_.variables.size(); ++i) {
      Tensor& variable = result_.variables[i];
      if (variable.constant && !assigned_.contains(i)) variable.variable = false;
      if (types_[i] == nullptr) continue;  // nothing reads or assigns it
      variable.type = types_[i]->type;
      variable.quantization = types_[i]->quantization;
      if (variable.constant &&
          static_cast<int64_t>(variable.constant->bytes().size()) != variable.type.bytes())
        variable.constant.reset();
    }
  }

  void initialize(size_t index, const schema::Operator& op) {
    const auto refuse = [&](std::string why) {
      initializer_refused_ = true;
      result_.findings[index].push_back(
          {.code = DiagnosticCode::E0403,
           .message = std::move(why),
           .place = {},
           .help = "initialize variables with constants before exporting the model",
           .file = {}});
    };
    result_.resolved[index] = true;
    const int64_t number = Options(op, schema::EnumNameBuiltinOperator(BuiltinOperator::CALL_ONCE))
                               .integer("init_subgraph_index");
    if (number <= 0 || static_cast<size_t>(number) >= size_of(model_.subgraphs()))
      return refuse(fmt::format("variables are initialized by subgraph {}, which does not exist", number));
    const bool known = result_.subgraph_resolved[static_cast<size_t>(number)];
    result_.subgraph_resolved[static_cast<size_t>(number)] = true;
    if (known) return;

    const schema::SubGraph& subgraph = *model_.subgraphs()->Get(static_cast<uint32_t>(number));
    const SubgraphTensors tensors = reader_.read(subgraph);
    for (const Diagnostic& diagnostic : tensors.diagnostics) result_.findings[index].push_back(diagnostic);
    const std::vector<int32_t> variable_of = handles(subgraph);
    Graph graph;
    graph.tensors = tensors.tensors;
    for (size_t i = 0; i < size_of(subgraph.operators()); ++i) {
      const schema::Operator& step = *subgraph.operators()->Get(static_cast<uint32_t>(i));
      if (kind_of(model_, step) == BuiltinOperator::VAR_HANDLE) continue;
      if (!run(step, graph, tensors, variable_of, refuse))
        return refuse(fmt::format(
            "operator {} of subgraph {} initializes a variable with more than a constant", i, number));
    }
  }

  // One operator of a subgraph that initializes: an assignment, or what is constant in it. False where it is
  // more.
  template <class Refuse>
  bool run(const schema::Operator& step, Graph& graph, const SubgraphTensors& tensors,
           const std::vector<int32_t>& variable_of, const Refuse& refuse) {
    const std::optional<BuiltinOperator> kind = kind_of(model_, step);
    const auto handle = operand(step.inputs(), 0, graph.tensors.size());
    const bool of_variable = handle && variable_of[*handle] >= 0;
    if (kind == BuiltinOperator::ASSIGN_VARIABLE) {
      const auto value = operand(step.inputs(), 1, graph.tensors.size());
      if (!of_variable || !value || !tensors.unusable[*value].empty() || !graph.tensors[*value].is_constant())
        return false;
      assign(static_cast<size_t>(variable_of[*handle]), graph.tensors[*value], refuse);
      return true;
    }
    if (kind == BuiltinOperator::READ_VARIABLE) {
      const auto output = operand(step.outputs(), 0, graph.tensors.size());
      if (!of_variable || !output || !tensors.unusable[*output].empty()) return false;
      const std::optional<Constant>& value =
          result_.variables[static_cast<size_t>(variable_of[*handle])].constant;
      Tensor& copy = graph.tensors[*output];
      if (!value || static_cast<int64_t>(value->bytes().size()) != copy.type.bytes()) return false;
      copy.constant = value;
      return true;
    }
    for (const auto* indices : {step.inputs(), step.outputs()})
      for (uint32_t k = 0; k < size_of(indices); ++k) {
        if (indices->Get(k) == -1) continue;
        const auto index = operand(indices, k, graph.tensors.size());
        if (!index || !tensors.unusable[*index].empty()) return false;
      }
    return fold_(graph, step);
  }

  template <class Refuse>
  void assign(size_t number, const Tensor& value, const Refuse& refuse) {
    Tensor& variable = result_.variables[number];
    const Tensor* type = types_[number];
    if (type != nullptr && type->type != value.type)
      return refuse(fmt::format("variable \"{}\" is {} and initialized with {}", printable(variable.name, 80),
                                burin::describe_type(type->type), burin::describe_type(value.type)));
    if (type != nullptr && value.type.dtype != DType::f32 && value.quantization.present() &&
        type->quantization.present() && value.quantization != type->quantization)
      return refuse(fmt::format("variable \"{}\" is initialized with numbers of another scale or zero point",
                                printable(variable.name, 80)));
    if (read_.contains(number) || assigned_.contains(number))
      return refuse(fmt::format("variable \"{}\" is initialized after an operator has used it",
                                printable(variable.name, 80)));
    variable.constant = value.constant;
  }

  const schema::Model& model_;
  const SubgraphTensors& main_;
  TensorReader& reader_;
  Budget& budget_;
  const FoldOperator& fold_;
  std::set<size_t> read_;      // variables that operators of the first subgraph so far read
  std::set<size_t> assigned_;  // and assign
  bool initializer_refused_ = false;
  std::map<std::pair<std::string, std::string>, int32_t> numbers_;  // by container and name
  std::vector<const Tensor*> types_;                                // by variable: a tensor that has its type
  Resources result_;
};

}  // namespace

Resources resolve_resources(const File& file, const SubgraphTensors& main, TensorReader& reader,
                            Budget& budget, const FoldOperator& fold) {
  return Resolver(file, main, reader, budget, fold).run();
}

}  // namespace burin::tflite

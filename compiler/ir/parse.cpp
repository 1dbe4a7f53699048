#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cstring>
#include <limits>
#include <optional>

#include "ir/text.hpp"
#include "support/base64.hpp"

namespace burin {
namespace {

constexpr std::string_view keyword = "tir";
constexpr int32_t version = 1;

// Thrown inside of this file only: the first error ends the parse.
struct SyntaxError {
  size_t offset;
  std::string message;
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_';
}
bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

struct Token {
  enum class Kind { end, word, number, string, id, symbol } kind = Kind::end;
  std::string_view text;  // with the quotes of a string and the % of an id
  size_t offset = 0;
};

// Cuts the text into tokens, one ahead.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) { advance(); }

  const Token& peek() const { return token_; }
  Token take() {
    const Token taken = token_;
    advance();
    return taken;
  }
  // What stands between the current token and the next '}', which both are skipped.
  std::string_view take_block() {
    const size_t from = token_.offset + token_.text.size();
    const size_t to = text_.find('}', from);
    if (to == std::string_view::npos)
      throw SyntaxError{text_.size(), "the block that starts here has no end"};
    at_ = to + 1;
    advance();
    return text_.substr(from, to - from);
  }

 private:
  void advance() {
    while (at_ < text_.size() && (is_space(text_[at_]) || text_[at_] == '#')) {
      if (text_[at_] == '#')
        at_ = std::min(text_.find('\n', at_), text_.size());
      else
        ++at_;
    }
    const size_t from = at_;
    if (at_ == text_.size()) {
      token_ = {Token::Kind::end, {}, at_};
      return;
    }
    const char c = text_[at_++];
    const auto token = [&](Token::Kind kind) { token_ = {kind, text_.substr(from, at_ - from), from}; };
    if (is_digit(c) || c == '-') {
      // Also the sign of an exponent; what is no number is refused when it is converted.
      while (at_ < text_.size() && (is_word(text_[at_]) || text_[at_] == '.' ||
                                    ((text_[at_] == '-' || text_[at_] == '+') && text_[at_ - 1] == 'e')))
        ++at_;
      return token(Token::Kind::number);
    }
    if (is_word(c) || c == '%') {
      while (at_ < text_.size() && is_word(text_[at_])) ++at_;
      return token(c == '%' ? Token::Kind::id : Token::Kind::word);
    }
    if (c == '"') {
      while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\n') at_ += text_[at_] == '\\' ? 2 : 1;
      if (at_ >= text_.size() || text_[at_] != '"')
        throw SyntaxError{from, "a string does not end on its line"};
      ++at_;
      return token(Token::Kind::string);
    }
    if (std::string_view("[](){}:,=").find(c) == std::string_view::npos)
      throw SyntaxError{from, fmt::format("unexpected character '{}'", printable(text_.substr(from, 1)))};
    token(Token::Kind::symbol);
  }

  std::string_view text_;
  size_t at_ = 0;
  Token token_;
};

class Parser {
 public:
  Parser(std::string_view text, const ParseAttributes& parse_attributes)
      : lexer_(text), parse_attributes_(parse_attributes) {}

  Graph run() {
    expect_word(keyword);
    const Token number = lexer_.peek();
    if (integer<int32_t>() != version) fail(number, fmt::format("this is not version {}", version));
    graph_.name = string();
    while (lexer_.peek().text == "tensor") tensor();
    expect_word("inputs");
    graph_.inputs = interface_ids();
    expect_word("outputs");
    graph_.outputs = interface_ids();
    while (lexer_.peek().text == "node") node();
    if (lexer_.peek().kind != Token::Kind::end)
      fail(lexer_.peek(),
           fmt::format("expected {} or the end", graph_.nodes.empty() ? "tensor, inputs, node" : "node"));
    return std::move(graph_);
  }

 private:
  [[noreturn]] static void fail(const Token& token, std::string message) {
    throw SyntaxError{token.offset, std::move(message)};
  }
  [[noreturn]] void fail_expected(std::string_view what) {
    const Token& token = lexer_.peek();
    fail(token, token.kind == Token::Kind::end
                    ? fmt::format("expected {} before the end", what)
                    : fmt::format("expected {}, not {}", what, printable(token.text, 40)));
  }

  bool next_is(std::string_view text) const {
    return lexer_.peek().kind != Token::Kind::string && lexer_.peek().text == text;
  }
  bool accept(std::string_view text) {
    if (!next_is(text)) return false;
    lexer_.take();
    return true;
  }
  void expect(char symbol) {
    if (!accept(std::string_view(&symbol, 1))) fail_expected(fmt::format("'{}'", symbol));
  }
  void expect_word(std::string_view word) {
    if (!accept(word)) fail_expected(fmt::format("`{}`", word));
  }
  Token expect_kind(Token::Kind kind, const char* what) {
    if (lexer_.peek().kind != kind) fail_expected(what);
    return lexer_.take();
  }

  template <class T>
  static T convert_integer(const Token& token, std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
      fail(token, fmt::format("{} is not an integer of {} bits", printable(text, 40), 8 * sizeof(T)));
    return value;
  }
  template <class T>
  T integer() {
    const Token token = expect_kind(Token::Kind::number, "an integer");
    return convert_integer<T>(token, token.text);
  }
  static float convert_real(const Token& token) {
    if (token.text.starts_with("0x")) {
      uint32_t bits = 0;
      const char* const last = token.text.data() + token.text.size();
      const auto [end, error] = std::from_chars(token.text.data() + 2, last, bits, 16);
      if (error != std::errc() || end != last) fail(token, "this is not the bits of a 32-bit number");
      return std::bit_cast<float>(bits);
    }
    float value = 0;
    const char* const last = token.text.data() + token.text.size();
    const auto [end, error] = std::from_chars(token.text.data(), last, value);
    if (error != std::errc() || end != last)
      fail(token, fmt::format("{} is not a 32-bit number", printable(token.text, 40)));
    return value;
  }
  float real() { return convert_real(expect_kind(Token::Kind::number, "a number")); }

  static std::optional<char> hexadecimal(std::string_view digits) {
    uint8_t byte = 0;
    const char* const last = digits.data() + digits.size();
    if (digits.size() != 2 || std::from_chars(digits.data(), last, byte, 16).ptr != last) return std::nullopt;
    return static_cast<char>(byte);
  }
  std::string string() {
    const Token token = expect_kind(Token::Kind::string, "a string");
    const std::string_view inside = token.text.substr(1, token.text.size() - 2);
    std::string result;
    for (size_t i = 0; i < inside.size(); ++i) {
      if (inside[i] != '\\') {
        result += inside[i];
        continue;
      }
      const char escaped = inside[++i];  // the lexer has seen that something follows
      if (escaped == '"' || escaped == '\\') {
        result += escaped;
      } else if (const std::optional<char> byte = hexadecimal(inside.substr(i + 1, 2));
                 escaped == 'x' && byte) {
        result += *byte;
        i += 2;
      } else {
        throw SyntaxError{token.offset + i, "the escapes are \\\", \\\\ and \\x with two digits"};
      }
    }
    return result;
  }

  // "[a, b]" and "(a, b)"
  template <class Element>
  void sequence(char open, char close, const Element& element) {
    expect(open);
    if (accept(std::string_view(&close, 1))) return;
    do element();
    while (accept(","));
    expect(close);
  }
  template <class T>
  std::vector<T> integers() {
    std::vector<T> values;
    sequence('[', ']', [&] { values.push_back(integer<T>()); });
    return values;
  }

  TensorId id() {
    const Token token = expect_kind(Token::Kind::id, "a tensor such as %0");
    const auto index = convert_integer<uint32_t>(token, token.text.substr(1));
    if (index >= graph_.tensors.size()) fail(token, fmt::format("there is no tensor {}", token.text));
    return TensorId(index);
  }
  std::vector<TensorId> interface_ids() {
    std::vector<TensorId> ids;
    sequence('(', ')', [&] { ids.push_back(id()); });
    return ids;
  }

  void tensor() {
    expect_word("tensor");
    const Token number = expect_kind(Token::Kind::id, "a tensor such as %0");
    if (convert_integer<uint32_t>(number, number.text.substr(1)) != graph_.tensors.size())
      fail(number, fmt::format("tensors are numbered in order: this is %{}", graph_.tensors.size()));
    Tensor tensor;
    tensor.name = string();
    tensor.type = type();
    tensor.variable = accept("variable");
    tensor.quantization = quantization();
    if (accept("=")) tensor.constant = constant(tensor.type);
    graph_.tensors.push_back(std::move(tensor));
  }

  TensorType type() {
    const Token token = expect_kind(Token::Kind::word, "an element type");
    const std::optional<DType> dtype = dtype_named(token.text);
    if (!dtype) fail(token, fmt::format("{} is not an element type", printable(token.text, 40)));
    TensorType type{*dtype, Shape(integers<int32_t>())};
    if (!type.shape.sane()) fail(token, "the shape is out of bounds");
    return type;
  }

  Quantization quantization() {
    Quantization q;
    if (accept("scale")) {
      q.scales = {real()};
      expect_word("zero_point");
      q.zero_points = {integer<int32_t>()};
      if (accept("axis")) q.axis = integer<int32_t>();
    } else if (accept("axis")) {
      q.axis = integer<int32_t>();
      expect_word("scales");
      sequence('[', ']', [&] { q.scales.push_back(real()); });
      expect_word("zero_points");
      q.zero_points = integers<int32_t>();
    }
    return q;
  }

  Constant constant(const TensorType& type) {
    const Token start = lexer_.peek();
    std::vector<std::byte> bytes = next_is("base64") ? base64() : numbers(type.dtype);
    if (static_cast<int64_t>(bytes.size()) != type.bytes())
      fail(start, fmt::format("{} bytes are no value of type {}", bytes.size(), to_string(type)));
    return Constant(std::move(bytes));
  }

  std::vector<std::byte> base64() {
    expect_word("base64");
    const auto count = integer<uint32_t>();
    const Token brace = lexer_.peek();
    if (!next_is("{")) fail_expected("'{'");
    std::optional<std::vector<std::byte>> bytes = decode_base64(lexer_.take_block());
    if (!bytes) fail(brace, "this block is not Base64");
    if (bytes->size() != count)
      fail(brace, fmt::format("the block holds {} bytes, not {}", bytes->size(), count));
    return std::move(*bytes);
  }

  template <class T>
  static void append(std::vector<std::byte>& bytes, T value) {
    const size_t at = bytes.size();
    bytes.resize(at + sizeof value);
    std::memcpy(bytes.data() + at, &value, sizeof value);
  }
  std::vector<std::byte> numbers(DType dtype) {
    std::vector<std::byte> bytes;
    sequence('[', ']', [&] {
      switch (dtype) {
        case DType::f32:
          return append(bytes, real());
        case DType::s8:
          return append(bytes, integer<int8_t>());
        case DType::u8:
          return append(bytes, integer<uint8_t>());
        case DType::s16:
          return append(bytes, integer<int16_t>());
        case DType::s32:
          return append(bytes, integer<int32_t>());
        case DType::s64:
          return append(bytes, integer<int64_t>());
        case DType::boolean: {
          const Token token = lexer_.peek();
          const auto value = integer<uint8_t>();
          if (value > 1) fail(token, "a bool is 0 or 1");
          return append(bytes, value);
        }
      }
    });
    return bytes;
  }

  void node() {
    expect_word("node");
    Node node;
    node.source_index = integer<int32_t>();
    node.name = string();
    if (lexer_.peek().kind == Token::Kind::id) {
      do node.outputs.push_back(id());
      while (accept(","));
      expect('=');
    }
    const Token name = expect_kind(Token::Kind::word, "an operator");
    const std::optional<Op> op = op_named(name.text);
    if (!op) fail(name, fmt::format("there is no operator {}", printable(name.text, 40)));
    node.op = *op;
    sequence('(', ')', [&] { node.inputs.push_back(accept("none") ? TensorId() : id()); });
    std::vector<NamedAttribute> attributes;
    if (next_is("{")) sequence('{', '}', [&] { attributes.push_back(attribute()); });
    std::string error;
    node.attributes = parse_attributes_(*op, attributes, error);
    if (!error.empty()) fail(name, printable(error));
    if (accept("then")) {
      const Token token = expect_kind(Token::Kind::word, "an activation");
      const std::optional<Activation> activation = activation_named(token.text);
      if (!activation) fail(token, fmt::format("there is no activation {}", printable(token.text, 40)));
      node.activation = *activation;
    }
    node.keeps_infinities = accept("keeps_infinities");
    graph_.nodes.push_back(std::move(node));
  }

  NamedAttribute attribute() {
    NamedAttribute attribute;
    attribute.name = expect_kind(Token::Kind::word, "an attribute").text;
    expect(':');
    if (next_is("[")) {
      attribute.value = integers<int32_t>();
    } else if (accept("true")) {
      attribute.value = true;
    } else if (accept("false")) {
      attribute.value = false;
    } else {
      const Token token = expect_kind(Token::Kind::number, "a number, true, false or a list of integers");
      if (token.text.find_first_of(".ex") == std::string_view::npos)
        attribute.value = convert_integer<int32_t>(token, token.text);
      else
        attribute.value = convert_real(token);
    }
    return attribute;
  }

  Lexer lexer_;
  const ParseAttributes& parse_attributes_;
  Graph graph_;
};

std::string describe_position(std::string_view text, size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const size_t column = before.size() - (before.rfind('\n') + 1) + 1;
  return fmt::format("line {}, column {}", line, column);
}

}  // namespace

bool is_graph_text(std::string_view text) {
  // Space and comments may come first.
  for (size_t start = text.find_first_not_of(" \t\r\n");
       start != std::string_view::npos && text[start] == '#'; start = text.find_first_not_of(" \t\r\n")) {
    const size_t end = text.find('\n', start);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end);
  }
  const size_t start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return false;
  text.remove_prefix(start);
  return text.starts_with(keyword) && text.size() > keyword.size() && is_space(text[keyword.size()]);
}

Result<Graph> parse_graph(std::string_view text, const ParseAttributes& parse_attributes) {
  try {
    return Parser(text, parse_attributes).run();
  } catch (const SyntaxError& error) {
    return Diagnostic{.code = DiagnosticCode::E0304,
                      .message = error.message,
                      .place = describe_position(text, error.offset),
                      .help = "docs/ir.md has the grammar",
                      .file = {}};
  }
}

}  // namespace burin

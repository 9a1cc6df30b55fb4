#include "golden_data/json.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

namespace fw {

class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  Json read_all() {
    Json json = read();
    skip_blanks();
    if (at_ != text_.size()) fail("the end");
    return json;
  }

 private:
  [[noreturn]] void fail(const std::string& expected) const {
    throw std::runtime_error("JSON, byte " + std::to_string(at_) + ": expected " + expected);
  }

  void skip_blanks() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

  char peek() {
    skip_blanks();
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool take(std::string_view word) {
    skip_blanks();
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  Json read() {
    Json json;
    if (peek() == '{') {
      json.value_ = read_object();
    } else if (peek() == '[') {
      json.value_ = read_array();
    } else if (peek() == '"') {
      json.value_ = read_text();
    } else if (take("true")) {
      json.value_ = true;
    } else if (take("false")) {
      json.value_ = false;
    } else if (!take("null")) {
      json.value_ = read_number();
    }
    return json;
  }

  Json::Object read_object() {
    Json::Object object;
    take("{");
    while (!take("}")) {
      if (!object.empty() && !take(",")) fail("',' or '}'");
      if (peek() != '"') fail("a key");
      std::string key = read_text();
      if (!take(":")) fail("':'");
      object.emplace(std::move(key), read());
    }
    return object;
  }

  Json::Array read_array() {
    Json::Array array;
    take("[");
    while (!take("]")) {
      if (!array.empty() && !take(",")) fail("',' or ']'");
      array.push_back(read());
    }
    return array;
  }

  /** Of the escapes only those of one character: the project's files have no others. */
  std::string read_text() {
    std::string text;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
      text += text_[at_];
    }
    if (at_ == text_.size()) fail("'\"'");
    ++at_;
    return text;
  }

  double read_number() {
    const std::string digits(text_.substr(at_, text_.find_first_not_of("+-.0123456789eE", at_) - at_));
    char* end = nullptr;
    const double number = std::strtod(digits.c_str(), &end);
    if (digits.empty() || *end != '\0') fail("a value");
    at_ += digits.size();
    return number;
  }

  std::string_view text_;
  size_t at_ = 0;
};

Json Json::parse(std::string_view text) { return JsonReader(text).read_all(); }

std::vector<int32_t> Json::integers() const {
  std::vector<int32_t> list;
  for (const Json& entry : array()) list.push_back(entry.integer());
  return list;
}

std::vector<double> Json::numbers() const {
  std::vector<double> list;
  for (const Json& entry : array()) list.push_back(entry.number());
  return list;
}

}  // namespace fw

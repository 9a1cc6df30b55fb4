#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace fw {

/** A value of a JSON text that the project itself wrote: enough for the golden files, no more. */
class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::map<std::string, Json, std::less<>>;

  /** Throws std::runtime_error with the place where a text cannot be read. */
  static Json parse(std::string_view text);

  const Json& operator[](std::string_view key) const { return std::get<Object>(value_).find(key)->second; }
  const Array& array() const { return std::get<Array>(value_); }
  const Object& object() const { return std::get<Object>(value_); }
  double number() const { return std::get<double>(value_); }
  int32_t integer() const { return static_cast<int32_t>(number()); }
  const std::string& text() const { return std::get<std::string>(value_); }
  std::vector<int32_t> integers() const;
  std::vector<double> numbers() const;

 private:
  friend class JsonReader;
  std::variant<std::nullptr_t, bool, double, std::string, Array, Object> value_;
};

}  // namespace fw

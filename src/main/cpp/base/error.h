#pragma once

#include <stdexcept>
#include <string>

#include "fastwhisper.h"

namespace fw {

/** The one exception of the core: a status of the C ABI and a text with what, where, expected and found. */
class Error : public std::runtime_error {
 public:
  Error(fw_status status, const std::string& text) : std::runtime_error(text), status_(status) {}

  fw_status status() const noexcept { return status_; }

 private:
  fw_status status_;
};

}  // namespace fw

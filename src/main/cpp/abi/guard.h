#pragma once

#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/error.h"
#include "fastwhisper.h"

namespace fw {

/** Keeps what fw_last_error tells the calling thread; a long text is cut. Takes no memory. */
void set_last_error(const char* text) noexcept;

/**
 * What every function of the ABI runs in: nothing that is thrown leaves it. body returns a status, or nothing for
 * FW_STATUS_OK; a function whose result is no status sets it inside.
 */
template <typename Body>
fw_status guard(Body&& body) noexcept {
  try {
    if constexpr (std::is_void_v<std::invoke_result_t<Body>>) {
      std::forward<Body>(body)();
      return FW_STATUS_OK;
    } else {
      return std::forward<Body>(body)();
    }
  } catch (const Error& error) {
    set_last_error(error.what());
    return error.status();
  } catch (const std::bad_alloc&) {
    set_last_error("out of host memory");
    return FW_STATUS_OUT_OF_MEMORY;
  } catch (const std::exception& error) {
    set_last_error(error.what());
    return FW_STATUS_INTERNAL;
  } catch (...) {
    set_last_error("unknown exception");
    return FW_STATUS_INTERNAL;
  }
}

/** The object behind a pointer argument. Throws FW_STATUS_INVALID_ARGUMENT for NULL. */
template <typename Value>
Value& required(Value* pointer, const char* name) {
  if (pointer == nullptr) throw Error(FW_STATUS_INVALID_ARGUMENT, std::string(name) + " is NULL");
  return *pointer;
}

/** Frees a handle and forgets it; handle may be NULL or point to NULL. */
template <typename Handle>
void close_handle(Handle** handle) noexcept {
  guard([&] {
    if (handle != nullptr) delete std::exchange(*handle, nullptr);
  });
}

/** Puts a text into a field of a struct, cut to fit and ended by NUL. */
template <size_t n>
void copy_text(std::string_view text, char (&field)[n]) {
  field[text.copy(field, n - 1)] = '\0';
}

}  // namespace fw

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fw {

/** Bytes that can be read at any place: a file, or memory. For any thread. */
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  /** What messages call it: a path. */
  const std::string& name() const { return name_; }
  int64_t size() const { return size_; }

  /** Fills `into` from the bytes at `first_byte`. Throws FW_STATUS_MODEL_FILE where they cannot be read. */
  virtual void read(int64_t first_byte, std::span<std::byte> into) const = 0;

 protected:
  ByteSource(std::string name, int64_t size) : name_(std::move(name)), size_(size) {}

 private:
  std::string name_;
  int64_t size_;
};

/**
 * Opens a regular file. It is read by pread and not mapped: where another program truncates a mapped file, the whole
 * process dies of SIGBUS, while a short read is an error like any other.
 */
std::unique_ptr<ByteSource> open_file_source(const std::string& path);
std::unique_ptr<ByteSource> make_memory_source(std::vector<std::byte> bytes, const std::string& name);

/** Reads a source from its start on, checks each step, and says in errors what failed at which byte. */
class ByteCursor {
 public:
  explicit ByteCursor(const ByteSource& source) : source_(source) {}

  int64_t position() const { return position_; }
  int64_t remaining() const { return source_.size() - position_; }

  /** The next little-endian value; `what` names it in an error. */
  int32_t read_int32(std::string_view what);
  /** The next n bytes as text. */
  std::string read_text(std::string_view what, int64_t n);
  /** The next little-endian floats. */
  std::vector<float> read_floats(std::string_view what, int64_t n);
  void skip(std::string_view what, int64_t n);

  /** Throws: `what` began at byte `at`; what was expected there and what was found. */
  [[noreturn]] void fail(std::string_view what, int64_t at, const std::string& expected,
                         const std::string& found) const;

 private:
  /** Throws unless n bytes are left. */
  void require(std::string_view what, int64_t n) const;
  void take(std::string_view what, std::span<std::byte> into);

  const ByteSource& source_;
  int64_t position_ = 0;
};

}  // namespace fw

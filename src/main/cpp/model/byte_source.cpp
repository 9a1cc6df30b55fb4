#include "model/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace fw {
namespace {

static_assert(std::endian::native == std::endian::little, "model files are little-endian and read as they are");

std::string system_message(int error) { return std::strerror(error); }

class FileSource final : public ByteSource {
 public:
  FileSource(const std::string& path, int descriptor, int64_t size) : ByteSource(path, size), descriptor_(descriptor) {}
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;
  ~FileSource() override { ::close(descriptor_); }

  void read(int64_t first_byte, std::span<std::byte> into) const override {
    size_t done = 0;
    while (done != into.size()) {
      const ssize_t n =
          ::pread(descriptor_, into.data() + done, into.size() - done, first_byte + static_cast<off_t>(done));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) {
        throw Error(FW_STATUS_MODEL_FILE,
                    name() + ": cannot read byte " + std::to_string(first_byte + static_cast<int64_t>(done)) + ": " +
                        (n < 0 ? system_message(errno) : "the file has become shorter since it was opened"));
      }
      done += static_cast<size_t>(n);
    }
  }

 private:
  int descriptor_;
};

class MemorySource final : public ByteSource {
 public:
  MemorySource(std::vector<std::byte> bytes, const std::string& name)
      : ByteSource(name, static_cast<int64_t>(bytes.size())), bytes_(std::move(bytes)) {}

  void read(int64_t first_byte, std::span<std::byte> into) const override {
    if (first_byte < 0 || first_byte > size() || size() - first_byte < static_cast<int64_t>(into.size())) {
      throw Error(FW_STATUS_MODEL_FILE, name() + ": cannot read byte " + std::to_string(first_byte));
    }
    if (!into.empty()) std::memcpy(into.data(), bytes_.data() + first_byte, into.size());
  }

 private:
  std::vector<std::byte> bytes_;
};

}  // namespace

std::unique_ptr<ByteSource> open_file_source(const std::string& path) {
  // O_NONBLOCK: opening a named pipe would otherwise wait for a writer for ever.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0)
    throw Error(FW_STATUS_MODEL_FILE, path + ": cannot open the model file: " + system_message(errno));
  struct stat status;
  const bool known = ::fstat(descriptor, &status) == 0;
  if (!known || !S_ISREG(status.st_mode)) {
    ::close(descriptor);
    throw Error(FW_STATUS_MODEL_FILE, path + ": a model file is a regular file, this is not one");
  }
  return std::make_unique<FileSource>(path, descriptor, static_cast<int64_t>(status.st_size));
}

std::unique_ptr<ByteSource> make_memory_source(std::vector<std::byte> bytes, const std::string& name) {
  return std::make_unique<MemorySource>(std::move(bytes), name);
}

void ByteCursor::fail(std::string_view what, int64_t at, const std::string& expected, const std::string& found) const {
  throw Error(FW_STATUS_MODEL_FILE, source_.name() + ": " + std::string(what) + " at byte " + std::to_string(at) +
                                        ": expected " + expected + ", found " + found);
}

void ByteCursor::require(std::string_view what, int64_t n) const {
  if (n > remaining()) {
    fail(what, position_, std::to_string(n) + " bytes", "the file's end after " + std::to_string(remaining()));
  }
}

void ByteCursor::take(std::string_view what, std::span<std::byte> into) {
  require(what, static_cast<int64_t>(into.size()));
  source_.read(position_, into);
  position_ += static_cast<int64_t>(into.size());
}

int32_t ByteCursor::read_int32(std::string_view what) {
  int32_t value = 0;
  take(what, std::as_writable_bytes(std::span(&value, 1)));
  return value;
}

std::string ByteCursor::read_text(std::string_view what, int64_t n) {
  require(what, n);
  std::string text(static_cast<size_t>(n), '\0');
  take(what, std::as_writable_bytes(std::span(text)));
  return text;
}

std::vector<float> ByteCursor::read_floats(std::string_view what, int64_t n) {
  // Asked before the memory is taken: a length in the file never makes us take more than the file has.
  require(what, n * static_cast<int64_t>(sizeof(float)));
  std::vector<float> values(static_cast<size_t>(n));
  take(what, std::as_writable_bytes(std::span(values)));
  return values;
}

void ByteCursor::skip(std::string_view what, int64_t n) {
  require(what, n);
  position_ += n;
}

}  // namespace fw

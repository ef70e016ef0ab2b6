#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include <boost/system/result.hpp>

namespace wsrig::cli {

/// A file that is written once, at the end of something long. It is opened and given room before that, so
/// that a missing folder, a missing right or a full disk is said at once; and whoever looks sees the old file
/// or the whole new one, never a part. "-" is standard output; what is no regular file (/dev/null, a FIFO) is
/// written as it is.
class OutputFile {
 public:
  /// An error is one line: "cannot write x/run.json: No such file or directory".
  static boost::system::result<OutputFile, std::string> open(const std::string& path);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&& other) noexcept;
  ~OutputFile();  ///< without `write`, nothing has happened to the file

  const std::string& path() const { return path_; }
  bool is_standard_output() const { return path_ == "-"; }
  /// Writes all and puts the file into its place; once. The error, or an empty text.
  std::string write(std::string_view text);

 private:
  OutputFile() = default;
  void discard();

  std::string path_{};       ///< as the user named it
  std::string target_{};     ///< where it goes, symbolic links resolved
  std::string temporary_{};  ///< what is written until then; empty: it is written in place
  int descriptor_ = -1;
};

/// A file that is written while something goes on; "-" is standard output. Empty: errno says why not.
struct CloseStream {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using OutputStream = std::unique_ptr<std::FILE, CloseStream>;
OutputStream open_stream(const std::string& path);

}  // namespace wsrig::cli

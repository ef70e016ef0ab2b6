#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ws/bytes.hpp"

namespace wsrig::ws {

/// What is odd about the bytes of a head, by RFC 9112. A head with anomalies is still a head.
enum class HeadAnomaly : std::uint8_t {
  bare_lf,             // §2.2: a line ends with LF alone
  bare_cr,             // §2.2: a CR that is not part of CRLF
  obs_fold,            // §5.2: a line that begins with a blank continues the one before
  blank_before_colon,  // §5.1
  blank_before_first,  // §2.2: white space between the start line and the first header
  no_colon,            // §5: a line that is no field
  bad_field_name,      // §5.1: not a token
  control_character,   // §5.5 of RFC 9110: NUL or another control octet in a value
  bad_start_line,      // §3, §4
};
std::string_view describe(HeadAnomaly anomaly);
/// "bare-lf": the word for it in findings and reports.
std::string_view slug(HeadAnomaly anomaly);
/// "RFC 9112 §2.2": where it is forbidden.
std::string_view section(HeadAnomaly anomaly);

/// One field line. `name` and `value` refer to the head's bytes; the value has its outer blanks removed and,
/// when folded, still holds the fold.
struct HttpField {
  std::string_view name;
  std::string_view value;
};

/// A request or response head (RFC 9112 §2), total and byte-preserving: order, case, duplicates, folds, bare
/// LF and junk are all kept. Copies share the immutable bytes, so the views stay valid as long as any copy
/// lives.
class HttpHead {
 public:
  /// Reads a head up to its empty line (see HeadReader) or to the end. Never fails: what is odd is in
  /// anomalies(). One empty line before the start line is skipped (RFC 9112 §2.2).
  explicit HttpHead(std::string bytes);

  const std::string& bytes() const { return *bytes_; }
  std::string_view start_line() const { return start_line_; }

  // Request line "METHOD SP target SP HTTP/1.1"; empty where the line has not that shape.
  std::string_view method() const { return method_; }
  std::string_view target() const { return target_; }
  /// "HTTP/1.1", of the request or the status line; empty when there is none.
  std::string_view version() const { return version_; }
  /// major * 10 + minor: 11 for HTTP/1.1; 0 when the version has not the shape HTTP/D.D.
  int version_number() const;
  // Status line "HTTP/1.1 SP 101 SP reason"; 0 where the line has not that shape.
  int status() const { return status_; }
  /// 1xx: the final response is still to come (RFC 9110 §15.2), but behind a 101 nothing more of HTTP is
  /// (§15.2.2).
  bool is_interim() const { return status_ / 100 == 1 && status_ != 101; }
  std::string_view reason() const { return reason_; }

  const std::vector<HttpField>& fields() const { return fields_; }
  /// Each kind once, in order of appearance.
  const std::vector<HeadAnomaly>& anomalies() const { return anomalies_; }

  std::size_t count(std::string_view name) const;                     ///< names compare without case
  std::optional<std::string_view> find(std::string_view name) const;  ///< the first
  std::vector<std::string_view> all(std::string_view name) const;
  /// All values joined with ", " in order (RFC 9110 §5.3); empty string when absent.
  std::string joined(std::string_view name) const;

 private:
  void note(HeadAnomaly anomaly);
  /// Cuts the first line off `rest`; returns it without its end.
  std::string_view take_line(std::string_view& rest);
  void read_start_line(std::string_view line);
  void read_request_line(std::string_view line);
  void read_status_line(std::string_view line);
  void read_field_line(std::string_view line);
  void read_folded_line(std::string_view line);

  std::shared_ptr<const std::string> bytes_;
  std::string_view start_line_, method_, target_, version_, reason_;
  int status_ = 0;
  std::vector<HttpField> fields_;
  std::vector<HeadAnomaly> anomalies_;
  bool may_fold_ = false;  ///< the line before was a field, so that a blank continues it
};

/// Collects a head from a byte stream, however it is cut, in linear time and bounded memory.
class HeadReader {
 public:
  enum class Status : std::uint8_t { need_more, complete, too_long, too_many_fields };
  explicit HeadReader(std::size_t max_bytes = std::size_t{16} * 1024, std::size_t max_fields = 100)
      : max_bytes_(max_bytes), max_fields_(max_fields) {}

  /// Takes bytes up to and including the head's empty line (CRLF CRLF, or with bare LFs); `taken` tells how
  /// many: the bytes behind the head are the caller's and are never lost. Once it has returned anything but
  /// need_more it takes nothing more and returns the same again, until take().
  Status feed(Bytes data, std::size_t& taken);
  /// The head, or what there is of it; leaves the reader empty.
  HttpHead take();
  /// What has come so far.
  const std::string& partial() const { return bytes_; }

 private:
  std::size_t take_line_part(Bytes data);
  void end_line();

  std::string bytes_;
  std::size_t max_bytes_, max_fields_;
  std::size_t lines_ = 0;       ///< ended lines, but for a leading empty one
  std::size_t line_start_ = 0;  ///< of the line that is being read
  Status status_ = Status::need_more;
};

bool is_token(std::string_view text);                              ///< RFC 9110 §5.6.2
bool equal_ignoring_case(std::string_view a, std::string_view b);  ///< ASCII
/// Elements of a comma list (RFC 9110 §5.6.1), blanks removed, empty elements dropped, quoted strings whole.
std::vector<std::string_view> split_list(std::string_view value);
/// Does the list hold this token, without case?
bool list_has_token(std::string_view value, std::string_view token);

}  // namespace wsrig::ws

#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "diag/diagnostic.hpp"
#include "proxy/rewrite.hpp"

namespace wsrig::proxy {

/// Sets, replaces or removes one field of a handshake.
class FieldEdit final : public HeadEdit {
 public:
  enum class Action : std::uint8_t { set, replace, remove };
  FieldEdit(Action action, std::string name, std::string value)
      : action_(action), name_(std::move(name)), value_(std::move(value)) {}
  /// The first field of the name keeps its place and its spelling; further ones go.
  void edit(std::vector<std::pair<std::string, std::string>>& fields) const override;

 private:
  Action action_;
  std::string name_;
  std::string value_;
};

/// Replaces what a regular expression (Boost.Regex, Perl's syntax) finds in a text message. A search that
/// becomes too complex, or a result beyond `most`, leaves the message as it is.
class TextEdit final : public MessageEdit {
 public:
  static constexpr std::size_t most = 16u << 20;
  /// The mistake's column counts in `pattern`.
  static diag::Result<std::shared_ptr<const MessageEdit>> make(std::string_view pattern, std::string format);
  ws::Opcode opcode() const override { return ws::Opcode::text; }
  void edit(ws::ByteBuffer& payload) const override;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
  std::string format_;
};

/// Replaces each occurrence of some octets in a binary message.
class PatternEdit final : public MessageEdit {
 public:
  /// `pattern` is not empty.
  PatternEdit(std::string pattern, std::string octets)
      : pattern_(std::move(pattern)), octets_(std::move(octets)) {}
  ws::Opcode opcode() const override { return ws::Opcode::binary; }
  void edit(ws::ByteBuffer& payload) const override;

 private:
  std::string pattern_;
  std::string octets_;
};

/// Overwrites octets of a binary message, as far as it reaches.
class OffsetEdit final : public MessageEdit {
 public:
  OffsetEdit(std::uint64_t offset, std::string octets) : offset_(offset), octets_(std::move(octets)) {}
  ws::Opcode opcode() const override { return ws::Opcode::binary; }
  void edit(ws::ByteBuffer& payload) const override;

 private:
  std::uint64_t offset_;
  std::string octets_;
};

}  // namespace wsrig::proxy

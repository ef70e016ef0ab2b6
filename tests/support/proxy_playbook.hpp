#pragma once

#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <source_location>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "net/proxy_handshake.hpp"
#include "tests/support/cuts.hpp"
#include "tests/support/octets.hpp"

namespace wsrig::test {

/// How a conversation ends: with a tunnel, and what came through it already, or with a failure.
struct Established {
  std::string behind;
};
struct Failed {
  std::string text;
};
inline Established established(std::string behind = {}) { return {std::move(behind)}; }
inline Failed failed(std::string text) { return {std::move(text)}; }

/// A conversation with a proxy as one expression, without sockets: `<<` is what the client must say, `>>`
/// what the proxy answers.
///   play<Socks5Client>(target) << octets("05 01 00") >> octets("05 00") << … << established();
/// It is held with whole answers, and again with each answer cut at every octet, and octet by octet.
class ProxyPlaybook {
 public:
  using MakeClient = std::function<std::unique_ptr<net::ProxyHandshake>()>;
  using Where = std::source_location;

  ProxyPlaybook(MakeClient make, Where where) : make_(std::move(make)), where_(where) {}
  ProxyPlaybook(const ProxyPlaybook&) = delete;

  ProxyPlaybook& operator<<(const ws::ByteBuffer& said) { return add(Says{said}); }
  ProxyPlaybook& operator<<(std::string_view said) { return add(Says{to_buffer(said)}); }
  ProxyPlaybook& operator>>(const ws::ByteBuffer& heard) { return add(Hears{heard}); }
  ProxyPlaybook& operator>>(std::string_view heard) { return add(Hears{to_buffer(heard)}); }

  void operator<<(const Established& end) { hold_all("established", end.behind); }
  void operator<<(const Failed& end) { hold_all("failed: " + end.text, {}); }

 private:
  struct Says {
    ws::ByteBuffer octets;
  };
  struct Hears {
    ws::ByteBuffer octets;
  };
  /// Cuts an answer, which is the n-th step, into pieces.
  using Cutter = std::function<Pieces(std::size_t step, std::size_t size)>;

  /// One run of the conversation.
  struct Run {
    explicit Run(std::unique_ptr<net::ProxyHandshake> made) : client(std::move(made)) {}

    std::unique_ptr<net::ProxyHandshake> client;
    net::ProxyHandshake::Status status = net::ProxyHandshake::Status::need_more;
    ws::ByteBuffer out;
    std::string behind;

    void hear(ws::Bytes piece) {
      if (status == net::ProxyHandshake::Status::failed) return;
      std::size_t taken = 0;
      if (status == net::ProxyHandshake::Status::need_more) status = client->receive(piece, taken, out);
      if (status == net::ProxyHandshake::Status::established) behind += ws::as_text(piece.subspan(taken));
    }
    std::string end() const {
      switch (status) {
        case net::ProxyHandshake::Status::need_more: return "still waiting";
        case net::ProxyHandshake::Status::established: return "established";
        case net::ProxyHandshake::Status::failed: return "failed: " + client->failure();
      }
      return {};
    }
  };

  ProxyPlaybook& add(std::variant<Says, Hears> step) {
    steps_.push_back(std::move(step));
    return *this;
  }

  void hold_all(const std::string& end, const std::string& behind) {
    hold(end, behind, "whole", [](std::size_t, std::size_t size) { return whole(size); });
    hold(end, behind, "octet by octet", [](std::size_t, std::size_t size) { return octet_by_octet(size); });
    for (std::size_t step = 0; step < steps_.size(); ++step) {
      const auto* hears = std::get_if<Hears>(&steps_[step]);
      if (hears == nullptr || hears->octets.size() > 2000) continue;
      for (const Pieces& pieces : every_cut(hears->octets.size())) {
        hold(end, behind, "cut at " + std::to_string(pieces[0]),
             [&](std::size_t at, std::size_t size) { return at == step ? pieces : whole(size); });
      }
    }
  }

  void hold(const std::string& end, const std::string& behind, const std::string& how, const Cutter& cut) {
    Run run(make_());
    run.status = run.client->begin(run.out);
    for (std::size_t step = 0; step < steps_.size(); ++step) {
      if (const auto* says = std::get_if<Says>(&steps_[step])) {
        expect(ws::as_text(run.out), ws::as_text(says->octets), how);
        run.out.clear();
        continue;
      }
      ws::Bytes rest = std::get<Hears>(steps_[step]).octets;
      for (const std::size_t size : cut(step, rest.size())) {
        const ws::ByteBuffer piece(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(size));
        run.hear(piece);
        rest = rest.subspan(size);
      }
    }
    expect(ws::as_text(run.out), "", how);
    expect(run.end(), end, how);
    expect(run.behind, behind, how);
  }

  void expect(std::string_view got, std::string_view expected, const std::string& how) const {
    if (got == expected) return;
    ADD_FAILURE_AT(where_.file_name(), static_cast<int>(where_.line()))
        << how << ": " << ::testing::PrintToString(std::string(got)) << "\nexpected "
        << ::testing::PrintToString(std::string(expected));
  }

  MakeClient make_;
  Where where_;
  std::vector<std::variant<Says, Hears>> steps_;
};

/// A conversation with a new client for each run.
template <class Client>
ProxyPlaybook play(const net::ProxyTarget& target, std::optional<net::ProxyCredentials> credentials = {},
                   std::source_location where = std::source_location::current()) {
  return {[=] { return std::make_unique<Client>(target, credentials); }, where};
}

}  // namespace wsrig::test

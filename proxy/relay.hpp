#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/connection.hpp"
#include "proxy/side.hpp"

namespace wsrig::proxy {

/// What a tunnel begins with.
struct TunnelStart {
  std::shared_ptr<const Setup> setup;
  const Route* route = nullptr;  ///< one of the setup's
  std::string upstream_url;      ///< for the log
  ClientInfo client;
  std::unique_ptr<net::Channel> downstream;
  std::unique_ptr<net::Channel> upstream;
  ws::ByteBuffer from_client;    ///< octets that came behind the request
  ws::ByteBuffer from_upstream;  ///< octets that came behind the 101
};

/// A tunnel behind its handshake, whatever it does with what it reads: two sides, back-pressure, half-close,
/// deadlines, and one end. Nothing is read for a side while octets are held for it.
class Relay : public Connection, private SideEvents {
 public:
  Relay(Services& services, TunnelStart start);

  void begin() final;
  void sweep(net::Clock::time_point now) final;
  void drain() final;
  void give_up() final { log_end(); }
  void add_traffic(PerDirection<Traffic>& sum) const final;
  std::size_t buffered() const final;

 protected:
  /// Octets to go `direction` have come.
  virtual void arrived(Direction direction, ws::MutableBytes data) = 0;
  /// Octets have gone that way past arrived(); only after a splice_to() of the source.
  virtual void spliced(Direction, std::size_t) {}
  /// The source of `direction` has sent FIN. By default it is passed on.
  virtual void source_ended(Direction direction) { end(direction); }
  /// The source of `direction` is gone.
  virtual void source_failed(Direction direction) { end(direction); }
  /// Ends in good order, as far as the protocol of the sides lets it.
  virtual void say_goodbye() = 0;
  /// Looks at deadlines of its own.
  virtual void sweep_open(net::Clock::time_point) {}
  /// The deadline of the close has passed: what is written now still goes out, if the peer takes it.
  virtual void say_last_words() {}
  /// The close code that came this way.
  virtual std::optional<std::uint16_t> close_code(Direction direction) const = 0;
  virtual std::uint64_t frames(Direction direction) const = 0;

  Side& source(Direction direction) { return direction == Direction::to_upstream ? downstream_ : upstream_; }
  Side& sink(Direction direction) { return source(opposite(direction)); }
  ByteSink& outlet(Direction direction) { return sink(direction).outlet(); }

  /// Nothing more goes this way: FIN behind what was written. The deadline of the close begins.
  void end(Direction direction);
  bool has_ended(Direction direction) const { return ended_[direction]; }
  /// The source of `direction` is at its end: FIN, or worse.
  bool is_source_done(Direction direction) const { return source_done_[direction]; }
  /// From here on the tunnel ends when nothing moves for the time of a close.
  void begin_closing();
  /// The tunnel is over but for what is held and the peers' own ends: a deadline that only progress in
  /// writing moves.
  void end_for_good();
  /// Who ended the tunnel and why; the first word counts.
  void blame(Ender ender, std::string_view reason);
  static Ender ender_of(Direction direction) {
    return direction == Direction::to_upstream ? Ender::client : Ender::upstream;
  }
  /// What the base does behind each event; for those who act outside of one. The tunnel may be gone then.
  void settle();

  const Route& route() const { return *route_; }
  const ClientInfo& client() const { return client_; }
  std::uint64_t id() const { return id_; }  ///< for the log
  net::Clock::time_point now() const { return services_.loop.now(); }

  /// Of route().faults; null without any.
  const StageContext* stage_context(Direction direction) const {
    return contexts_ ? &(*contexts_)[direction] : nullptr;
  }

 private:
  void on_data(Side& side, ws::MutableBytes data) final;
  void on_spliced(Side& side, std::size_t size) final;
  void on_eof(Side& side) final;
  void on_error(Side& side, net::error_code error) final;
  void on_drained(Side&) final { settle(); }

  void plug_stages();
  void deliver_first(Direction direction, ws::ByteBuffer octets);
  void balance();
  bool is_over() const;
  net::Clock::time_point last_progress() const;
  void finish();
  void log_end();

  const Route* route_;
  ClientInfo client_;
  std::unique_ptr<PerDirection<StageContext>> contexts_;
  Side downstream_;
  Side upstream_;
  PerDirection<std::uint64_t> octets_;
  PerDirection<bool> ended_;  ///< end() was called
  PerDirection<bool> source_done_;
  /// What is needed until begin() only.
  struct First {
    std::string upstream_url;
    PerDirection<ws::ByteBuffer> octets;
  };
  std::unique_ptr<First> first_;
  std::string reason_;
  std::uint64_t id_;
  std::optional<net::Clock::time_point> closing_since_;
  Ender ender_ = Ender::proxy;
  bool ended_for_good_ = false;
};

}  // namespace wsrig::proxy

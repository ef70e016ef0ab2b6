#include "capture/reader.hpp"
#include "pcap/dissection.hpp"
#include "pcap/html_view.hpp"
#include "pcap/jsonl_view.hpp"
#include "pcap/list_view.hpp"
#include "pcap/scenario_view.hpp"
#include "pcap/summary_view.hpp"
#include "pcap/why_view.hpp"
#include "tests/fuzz/fuzz_input.hpp"

// A capture file of any content goes through everything, to the views, and what is told of it agrees with
// itself.
namespace wsrig::fuzz {
namespace {

/// Every connection that ends has begun, and nothing is told of one that has not.
class Order final : public pcap::Observer {
 public:
  void on_connection(const pcap::Connection& connection) override {
    require(connection.id == ++begun_, "connections are numbered in order");
  }
  void on_frame(const pcap::FrameSeen& frame) override {
    check(*frame.connection);
    require(frame.captured <= frame.header.payload_length, "no more is captured than there is");
    require(frame.complete == (frame.captured == frame.header.payload_length), "complete means all of it");
    require(frame.payload.size() <= frame.captured, "what is shown was captured");
  }
  void on_message(const pcap::MessageSeen& message) override { check(*message.connection); }
  void on_anomaly(const pcap::Anomaly& anomaly) override { check(*anomaly.connection); }
  void on_connection_end(const pcap::Connection& connection) override {
    check(connection);
    require(++ended_ <= begun_, "each connection ends once");
  }
  void finish() override { require(ended_ == begun_, "each connection ends"); }

 private:
  void check(const pcap::Connection& connection) const {
    require(connection.id > 0 && connection.id <= begun_, "the connection has begun");
    require(connection.transport != nullptr, "it has a transport");
  }
  std::uint64_t begun_ = 0, ended_ = 0;
};

}  // namespace
}  // namespace wsrig::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wsrig;
  static std::FILE* const nowhere = std::fopen("/dev/null", "wb");
  pcap::Sink sink(nowhere);
  fuzz::Order order;
  pcap::SummaryView summary(sink);
  pcap::ListView list(sink, {.tcp = true});
  pcap::WhyView why(sink);
  pcap::JsonlView jsonl(sink, 64, {});
  pcap::HtmlView html(sink, "fuzz");
  pcap::ScenarioView scenario(sink, "fuzz");
  const auto source = capture::read_capture(ws::Bytes(data, size));
  pcap::TlsKeyLog keys;
  pcap::dissect(*source, {&order, &summary, &list, &why, &jsonl, &html, &scenario}, keys, {});
  order.finish();
  html.finish();
  scenario.finish();
  return 0;
}

#include "pcap/layer.hpp"

namespace wsrig::pcap {

/// The outermost call buries the layers that were replaced.
class Slot::Call {
 public:
  explicit Call(Slot& slot) : slot_(slot) { ++slot_.depth_; }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() {
    if (--slot_.depth_ == 0 && !slot_.retired_.empty()) slot_.retired_.clear();
  }

 private:
  Slot& slot_;
};

Slot::Slot() = default;
Slot::~Slot() = default;

void Slot::become(std::unique_ptr<Layer> next) {
  if (layer_ && depth_ > 0) retired_.push_back(std::move(layer_));
  layer_ = std::move(next);
}

void Slot::data(Side from, ws::Bytes octets, const Origin& origin) {
  const Call call(*this);
  if (layer_) layer_->data(from, octets, origin);
}

void Slot::hole(Side from, std::uint64_t size, const Origin& origin) {
  const Call call(*this);
  if (layer_) layer_->hole(from, size, origin);
}

void Slot::end(Side from, StreamEnd how, const Origin& origin) {
  const Call call(*this);
  if (layer_) layer_->end(from, how, origin);
}

}  // namespace wsrig::pcap

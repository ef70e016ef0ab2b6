#pragma once

namespace wsrig::engine {

/// Several lambdas as one visitor.
template <class... Functions>
struct Overload : Functions... {
  using Functions::operator()...;
};

}  // namespace wsrig::engine

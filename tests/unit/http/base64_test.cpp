#include "ws/base64.hpp"

#include <gtest/gtest.h>

namespace wsrig::ws {
namespace {

TEST(Base64, rfc4648_s10) {
  EXPECT_EQ(base64(as_bytes("")), "");
  EXPECT_EQ(base64(as_bytes("f")), "Zg==");
  EXPECT_EQ(base64(as_bytes("fo")), "Zm8=");
  EXPECT_EQ(base64(as_bytes("foo")), "Zm9v");
  EXPECT_EQ(base64(as_bytes("foob")), "Zm9vYg==");
}

}  // namespace
}  // namespace wsrig::ws

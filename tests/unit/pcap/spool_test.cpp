#include "pcap/spool.hpp"

#include <cstdio>
#include <gtest/gtest.h>
#include <memory>

namespace wsrig::pcap {
namespace {

/// What a text is when it is taken.
std::string taken(Spool& spool, std::uint64_t key) {
  std::string out(1 << 20, '\0');
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), &std::fclose);
  {
    Sink sink(file.get());
    spool.take(key, sink);
  }
  std::rewind(file.get());
  out.resize(std::fread(out.data(), 1, out.size(), file.get()));
  return out;
}

TEST(Spool, keeps_texts_apart_in_memory_and_on_the_disk) {
  for (const std::size_t limit : {std::size_t{0}, std::size_t{7}, std::size_t{4096}, SIZE_MAX}) {
    Spool spool(limit);
    std::string first, second;
    for (int round = 0; round < 500; ++round) {
      const std::string text = std::to_string(round) + ",";
      spool.append(1, text);
      first += text;
      if (round % 3 == 0) {
        spool.append(2, std::string(300, 'x'));
        second += std::string(300, 'x');
      }
    }
    EXPECT_TRUE(spool.has(1));
    EXPECT_EQ(taken(spool, 1), first) << limit;
    EXPECT_FALSE(spool.has(1));
    spool.append(2, "end");
    EXPECT_EQ(taken(spool, 2), second + "end") << limit;
    EXPECT_EQ(taken(spool, 3), "");
  }
}

}  // namespace
}  // namespace wsrig::pcap

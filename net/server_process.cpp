#include "net/server_process.hpp"

#include <cstdio>
#include <string>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace wsrig::net {

void print_ready(std::string_view program, std::string_view version, const Url& url) {
  boost::json::object line;
  line["event"] = "listening";
  line["program"] = program;
  line["version"] = version;
  line["name"] = url.scheme;
  line["url"] = url.print();
  line["address"] = url.address();
  line["host"] = url.host;
  line["port"] = url.port;
  line["path"] = url.target;
  const std::string text = boost::json::serialize(line) + '\n';
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

}  // namespace wsrig::net

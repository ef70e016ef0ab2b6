#pragma once

#include <string>

#include <boost/system/result.hpp>

#include "net/socket.hpp"
#include "net/url.hpp"

namespace wsrig::net {

/// A UDP socket whose datagrams go to a URL's host and port; it never blocks. A name is looked up here and
/// now, so this is for the time before a loop runs. An error is one line: "statsd.local:8125: Name or service
/// not known".
boost::system::result<Descriptor, std::string> connect_datagram(const Url& url);

}  // namespace wsrig::net

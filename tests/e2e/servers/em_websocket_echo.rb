# em-websocket as an echo server. Prints its URL.
require 'em-websocket'
require 'socket'

EM.run do
  options = { host: '127.0.0.1', port: 0 }
  signature = EM.start_server(options[:host], options[:port], EM::WebSocket::Connection, options) do |connection|
    connection.max_frame_size = 32 << 20
    connection.onmessage { |text| connection.send_text(text) }
    connection.onbinary { |octets| connection.send_binary(octets) }
    connection.onerror {}
  end
  port, = Socket.unpack_sockaddr_in(EM.get_sockname(signature))
  puts "ws://127.0.0.1:#{port}/"
  $stdout.flush
end

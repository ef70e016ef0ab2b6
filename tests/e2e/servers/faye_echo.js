// npm's faye-websocket as an echo server. Prints its URL.
const http = require('http');
const path = require('path');
const WebSocket = require(path.join(process.env.WSRIG_NODE_MODULES, 'faye-websocket'));

const listener = http.createServer((request, response) => response.writeHead(404).end());
listener.on('upgrade', (request, socket, body) => {
  socket.on('error', () => {});
  if (!WebSocket.isWebSocket(request)) return socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n');
  const connection = new WebSocket(request, socket, body, null, { maxLength: 32 << 20 });
  connection.on('message', (event) => connection.send(event.data));
});
listener.listen(0, '127.0.0.1', () => console.log(`ws://127.0.0.1:${listener.address().port}/`));

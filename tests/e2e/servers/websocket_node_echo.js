// npm's websocket as an echo server. Prints its URL.
const http = require('http');
const path = require('path');
const { server: WebSocketServer } = require(path.join(process.env.WSRIG_NODE_MODULES, 'websocket'));

const listener = http.createServer((request, response) => response.writeHead(404).end());
listener.listen(0, '127.0.0.1', () => console.log(`ws://127.0.0.1:${listener.address().port}/`));
const server = new WebSocketServer({
  httpServer: listener, autoAcceptConnections: false, maxReceivedFrameSize: 32 << 20, maxReceivedMessageSize: 32 << 20,
});
server.on('request', (request) => {
  const connection = request.accept(null, request.origin);
  connection.on('message', (message) => {
    if (message.type === 'utf8') connection.sendUTF(message.utf8Data);
    else connection.sendBytes(message.binaryData);
  });
});

// npm's ws as an echo server. Prints its URL.
const path = require('path');
const { WebSocketServer } = require(path.join(process.env.WSRIG_NODE_MODULES, 'ws'));

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: true });
server.on('listening', () => console.log(`ws://127.0.0.1:${server.address().port}/`));
server.on('connection', (connection) => {
  connection.on('message', (data, isBinary) => connection.send(data, { binary: isBinary }));
  connection.on('error', () => {});
});

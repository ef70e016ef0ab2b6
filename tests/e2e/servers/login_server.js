// npm's ws behind a login: POST /login (name and password in JSON) gives a session cookie and a token, both of which the
// upgrade has to bring; then a connection has to subscribe to its user's room, and to say that it is alive in time, or it
// is closed with 4001 or 4002. What else it sends is echoed. Prints its URL.
const http = require('http');
const path = require('path');
const { WebSocketServer } = require(path.join(process.env.WSRIG_NODE_MODULES, 'ws'));

const alive = Number(process.argv[2] || 1000); // milliseconds
const sessions = new Map(); // cookie -> { token, name }

function login(request, response) {
  let body = '';
  request.on('data', (piece) => { body += piece; });
  request.on('end', () => {
    const { name, password } = JSON.parse(body);
    if (password !== `secret of ${name}`) return response.writeHead(403).end();
    const cookie = `s${sessions.size}`;
    sessions.set(cookie, { token: `t${sessions.size}`, name });
    response.writeHead(200, { 'Set-Cookie': `session=${cookie}; HttpOnly`, 'Content-Type': 'application/json' });
    response.write('{"user": {"token": '); // so that it comes in chunks
    response.end(`"${sessions.get(cookie).token}"}}`);
  });
}

const server = http.createServer((request, response) => {
  if (request.method === 'POST' && request.url === '/login') return login(request, response);
  return response.writeHead(404).end();
});
const sockets = new WebSocketServer({ noServer: true });
server.on('upgrade', (request, socket, head) => {
  const session = sessions.get((request.headers.cookie || '').replace('session=', ''));
  const token = new URL(request.url, 'http://x').searchParams.get('token');
  if (!session || session.token !== token) return socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
  return sockets.handleUpgrade(request, socket, head, (connection) => serve(connection, session));
});

function serve(connection, session) {
  let subscribed = false;
  let timer = setTimeout(() => connection.close(4001), alive);
  connection.on('error', () => {});
  connection.on('close', () => clearTimeout(timer));
  connection.on('message', (data, isBinary) => {
    const text = data.toString();
    if (!subscribed) {
      if (text !== `subscribe ${session.name}`) return connection.close(4002);
      subscribed = true;
      return connection.send(JSON.stringify({ subscribed: session.name, room: `room of ${session.name}` }));
    }
    if (text.startsWith('alive ')) {
      clearTimeout(timer);
      timer = setTimeout(() => connection.close(4001), alive);
      return connection.send(text.replace('alive', 'still alive'));
    }
    return connection.send(data, { binary: isBinary });
  });
}
server.listen(0, '127.0.0.1', () => console.log(`ws://127.0.0.1:${server.address().port}/`));

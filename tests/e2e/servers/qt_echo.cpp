// QWebSocketServer as an echo server. Prints its URL.
#include <QCoreApplication>
#include <QWebSocket>
#include <QWebSocketServer>
#include <iostream>

static void echo(QWebSocket* connection) {
  QObject::connect(connection, &QWebSocket::textMessageReceived,
                   [connection](const QString& message) { connection->sendTextMessage(message); });
  QObject::connect(connection, &QWebSocket::binaryMessageReceived,
                   [connection](const QByteArray& message) { connection->sendBinaryMessage(message); });
  QObject::connect(connection, &QWebSocket::disconnected, connection, &QObject::deleteLater);
}

int main(int argc, char** argv) {
  QCoreApplication application(argc, argv);
  QWebSocketServer server("echo", QWebSocketServer::NonSecureMode);
  server.setMaxPendingConnections(1000);
  if (!server.listen(QHostAddress::LocalHost, 0)) return 1;
  QObject::connect(&server, &QWebSocketServer::newConnection, [&server] {
    while (QWebSocket* connection = server.nextPendingConnection()) echo(connection);
  });
  std::cout << "ws://127.0.0.1:" << server.serverPort() << "/" << std::endl;
  return QCoreApplication::exec();
}

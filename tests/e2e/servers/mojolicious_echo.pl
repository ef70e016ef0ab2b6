# Mojolicious as an echo server. Prints its URL.
use Mojolicious::Lite -signatures;
use Mojo::Server::Daemon;

app->log->level('fatal');
websocket '/' => sub ($c) {
  $c->tx->max_websocket_size(32 << 20);
  $c->inactivity_timeout(300);
  $c->on(text => sub ($c, $bytes) { $c->send({text => $bytes}) });
  $c->on(binary => sub ($c, $bytes) { $c->send({binary => $bytes}) });
};
my $daemon = Mojo::Server::Daemon->new(app => app, listen => ['http://127.0.0.1:0'], silent => 1);
$daemon->start;
$| = 1;
print "ws://127.0.0.1:@{[$daemon->ports->[0]]}/\n";
$daemon->run;

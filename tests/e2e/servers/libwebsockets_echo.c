/* libwebsockets as an echo server, with permessage-deflate. Prints its URL. What it cannot send is left out: an empty
 * message where an extension was offered ends the process by an assertion (extension-permessage-deflate.c, 4.1.6). */
#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct message {
  struct message *next;
  unsigned char *data; /* LWS_PRE octets of room, then the message */
  size_t size, room;
  int binary;
};
struct session {
  struct message *incoming;        /* not whole yet */
  struct message *first, **behind; /* whole, not sent yet: some come even while the flow is stopped */
  int extended;
};

static int take(struct message *message, const void *in, size_t size) {
  if (message->size + size > message->room || !message->data) {
    message->room = 2 * (message->size + size) + 4096;
    message->data = realloc(message->data, LWS_PRE + message->room);
    if (!message->data) return -1;
  }
  memcpy(message->data + LWS_PRE + message->size, in, size);
  message->size += size;
  return 0;
}

static void forget(struct message *message) {
  if (message) free(message->data);
  free(message);
}

static int on_receive(struct lws *wsi, struct session *session, void *in, size_t size) {
  struct message *message = session->incoming;
  if (!message && !(message = session->incoming = calloc(1, sizeof *message))) return -1;
  if (take(message, in, size)) return -1;
  if (!lws_is_final_fragment(wsi) || lws_remaining_packet_payload(wsi)) return 0;
  session->incoming = NULL;
  if (session->extended && message->size == 0) return forget(message), 0;
  message->binary = lws_frame_is_binary(wsi);
  *session->behind = message;
  session->behind = &message->next;
  lws_rx_flow_control(wsi, 0);
  lws_callback_on_writable(wsi);
  return 0;
}

static int on_writeable(struct lws *wsi, struct session *session) {
  struct message *message = session->first;
  if (!message) return 0;
  if (!(session->first = message->next)) session->behind = &session->first;
  lws_write(wsi, message->data + LWS_PRE, message->size, message->binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT);
  forget(message);
  if (session->first)
    lws_callback_on_writable(wsi);
  else
    lws_rx_flow_control(wsi, 1);
  return 0;
}

static void on_closed(struct session *session) {
  forget(session->incoming);
  while (session->first) {
    struct message *message = session->first;
    session->first = message->next;
    forget(message);
  }
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t size) {
  struct session *session = user;
  switch (reason) {
    case LWS_CALLBACK_ESTABLISHED:
      session->behind = &session->first;
      session->extended = lws_hdr_total_length(wsi, WSI_TOKEN_EXTENSIONS) > 0;
      return 0;
    case LWS_CALLBACK_RECEIVE: return on_receive(wsi, session, in, size);
    case LWS_CALLBACK_SERVER_WRITEABLE: return on_writeable(wsi, session);
    case LWS_CALLBACK_CLOSED: on_closed(session); return 0;
    default: return 0;
  }
}

int main(void) {
  static const struct lws_protocols protocols[] = {{"echo", on_event, sizeof(struct session), 65536, 0, NULL, 0},
                                                   {NULL, NULL, 0, 0, 0, NULL, 0}};
  static const struct lws_extension extensions[] = {
      {"permessage-deflate", lws_extension_callback_pm_deflate, "permessage-deflate"}, {NULL, NULL, NULL}};
  struct lws_context_creation_info info = {0};
  lws_set_log_level(0, NULL);
  info.port = CONTEXT_PORT_NO_LISTEN_SERVER;
  struct lws_context *context;
  info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_VALIDATE_UTF8;
  if (!(context = lws_create_context(&info))) return 1;
  info.port = 0;
  info.iface = "127.0.0.1";
  info.protocols = protocols;
  info.extensions = extensions;
  struct lws_vhost *vhost = lws_create_vhost(context, &info);
  if (!vhost) return 1;
  printf("ws://127.0.0.1:%d/\n", lws_get_vhost_listen_port(vhost));
  fflush(stdout);
  while (lws_service(context, 0) >= 0) {
  }
  return 0;
}

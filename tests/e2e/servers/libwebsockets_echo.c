/* libwebsockets as an echo server, with permessage-deflate. Prints its URL. What it cannot send is left out: an empty
 * message where an extension was offered ends the process by an assertion (extension-permessage-deflate.c, 4.1.6). */
#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct session {
  unsigned char *data; /* LWS_PRE octets of room, then the message */
  size_t size, room;
  int binary, whole, extended;
};

static int take(struct session *session, const void *in, size_t size) {
  if (session->size + size > session->room) {
    session->room = 2 * (session->size + size);
    session->data = realloc(session->data, LWS_PRE + session->room);
    if (!session->data) return -1;
  }
  memcpy(session->data + LWS_PRE + session->size, in, size);
  session->size += size;
  return 0;
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t size) {
  struct session *session = user;
  switch (reason) {
    case LWS_CALLBACK_ESTABLISHED:
      session->extended = lws_hdr_total_length(wsi, WSI_TOKEN_EXTENSIONS) > 0;
      return 0;
    case LWS_CALLBACK_RECEIVE:
      if (lws_is_first_fragment(wsi)) session->size = 0;
      if (!session->data && !(session->data = malloc(LWS_PRE + (session->room = 4096)))) return -1;
      if (take(session, in, size)) return -1;
      if (!lws_is_final_fragment(wsi) || (session->extended && session->size == 0)) return 0;
      session->binary = lws_frame_is_binary(wsi);
      session->whole = 1;
      lws_rx_flow_control(wsi, 0);
      lws_callback_on_writable(wsi);
      return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE:
      if (!session->whole) return 0;
      session->whole = 0;
      lws_write(wsi, session->data + LWS_PRE, session->size, session->binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT);
      session->size = 0;
      lws_rx_flow_control(wsi, 1);
      return 0;
    case LWS_CALLBACK_CLOSED:
      free(session->data);
      return 0;
    default:
      return 0;
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

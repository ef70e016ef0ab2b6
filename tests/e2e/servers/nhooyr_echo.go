// nhooyr.io/websocket as an echo server. Prints its URL.
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"net/http"
	"unicode/utf8"

	"nhooyr.io/websocket"
)

func echo(writer http.ResponseWriter, request *http.Request) {
	connection, err := websocket.Accept(writer, request, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return
	}
	defer connection.Close(websocket.StatusInternalError, "")
	connection.SetReadLimit(32 << 20)
	for {
		kind, message, err := connection.Read(context.Background())
		if err != nil {
			return
		}
		// The library leaves it to its user to look at text.
		if kind == websocket.MessageText && !utf8.Valid(message) {
			connection.Close(websocket.StatusInvalidFramePayloadData, "")
			return
		}
		if connection.Write(context.Background(), kind, message) != nil {
			return
		}
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("ws://%s/\n", listener.Addr())
	log.Fatal(http.Serve(listener, http.HandlerFunc(echo)))
}

// graphql-ws, the reference of graphql-transport-ws, with the incremental delivery of graphql 17.

import * as graphql from "graphql";
import { useServer } from "graphql-ws/use/ws";
import { WebSocketServer } from "ws";

import { execute } from "./incremental_execution.mjs";
import * as log from "./log.mjs";
import { make } from "./schema.mjs";
import { serve } from "./serving.mjs";

const { schema, run } = make(graphql);
let connections = 0;

function observe(socket, request) {
  connections += 1;
  const connection = connections;
  let by = "client";
  const close = socket.close.bind(socket);
  socket.close = (...reason) => {
    // ws calls it too, to answer the close frame of a client.
    if (!socket._closeFrameReceived) by = "server";
    close(...reason);
  };
  const path = request.url;
  log.add("ws_connect", { connection, path, headers: request.headers });
  log.add("ws_accept", { connection, subprotocol: socket.protocol });
  socket.on("message", (data) => log.add("ws_message", { connection, message: JSON.parse(data) }));
  socket.on("close", (code, reason) => {
    log.add("ws_close", { connection, code, reason: String(reason), by: code === 1006 ? null : by });
  });
}

function attach(server) {
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", observe);
  useServer({ schema, execute }, sockets);
}

serve((request, response) => response.writeHead(426).end("Upgrade Required"), { run, attach });

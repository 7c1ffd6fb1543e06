// serve(): what runs inside a process that tests/servers/node.py starts. It writes down what clients do, and serves the
// log at /log, as tests/servers/observer.py does for servers in Python; the events and their fields are listed there.

import { createServer, IncomingMessage } from "node:http";

import * as log from "./log.mjs";

const KEPT_BODY = 10_000; // characters of a request's body that the log keeps

// Serves on a free loopback port until the end of standard input. Prints the URL once connections are accepted. `run`
// executes the documents that tests send to /run, past the server's own protocol.
export function serve(handle, { run, path = "/graphql", attach = () => {} }) {
  const server = createServer((request, response) => {
    const url = new URL(request.url, "http://localhost");
    if (url.pathname === "/log") return answer(response, readLog(url.searchParams));
    if (url.pathname === "/run") return answer(response, run(url.searchParams.get("document")));
    observe(request, response, url.pathname);
    return handle(request, response);
  });
  attach(server);
  server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}${path}`));
  process.stdin.on("end", () => process.exit()).resume();
}

function observe(request, response, path) {
  let body = "";
  let size = 0;
  let isComplete = false;
  // Listening to "data" would take the body from the handler.
  request.push = function push(chunk, ...rest) {
    if (chunk === null) {
      if (isComplete) return IncomingMessage.prototype.push.call(this, chunk, ...rest); // Yoga ends it again
      isComplete = true;
      log.add("request", { method: request.method, path, headers: request.headers, body: body.slice(0, KEPT_BODY), size });
    } else {
      size += chunk.length;
      if (body.length < KEPT_BODY) body += chunk.toString();
    }
    return IncomingMessage.prototype.push.call(this, chunk, ...rest);
  };
  response.once("finish", () => log.add("response", { path, status: response.statusCode }));
  response.once("close", () => {
    if (!response.writableFinished) log.add("aborted", { path });
  });
}

async function answer(response, value) {
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify(await value));
}

function readLog(query) {
  if (!query.has("since")) return log.entries.length;
  const since = Number(query.get("since"));
  if (!query.has("match")) return log.entries.slice(since);
  return log.waitFor(JSON.parse(query.get("match")), since, Number(query.get("timeout")));
}

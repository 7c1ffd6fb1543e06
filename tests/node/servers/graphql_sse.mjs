// graphql-sse, the reference of GraphQL over SSE: distinct connections and, after a PUT, a single connection.
//
// When a subscription fails, the library writes nothing and passes the error to the application. At /graphql/stream the
// application then breaks the connection; at /graphql/silent it does nothing, so that the stream stays open.

import * as graphql from "graphql";
import { createHandler } from "graphql-sse/lib/use/http";

import { execute } from "./incremental_execution.mjs";
import { make } from "./schema.mjs";
import { serve } from "./serving.mjs";

const { schema, run } = make(graphql);
const handle = createHandler({ schema, execute });

serve((request, response) => handle(request, response).catch((error) => {
  if (!response.headersSent) response.writeHead(500).end(String(error));
  else if (!request.url.startsWith("/graphql/silent")) response.destroy();
}), { run, path: "/graphql/stream" });

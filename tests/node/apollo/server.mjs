// Apollo Server under Express: queries, and @defer and @stream in the format incrementalSpec=v0.2; no subscriptions.
// It compresses what is accepted compressed, as many deployments do, when it is started with the argument "compress".

import { ApolloServer } from "@apollo/server";
import { expressMiddleware } from "@as-integrations/express5";
import compression from "compression";
import express from "express";
import * as graphql from "graphql";

import { make } from "../servers/schema.mjs";
import { serve } from "../servers/serving.mjs";

const { schema, run } = make(graphql);
const server = new ApolloServer({ schema, includeStacktraceInErrorResponses: false });
await server.start();

const app = express();
// Parts are small; and compression takes no multipart by itself.
if (process.argv.includes("compress")) app.use(compression({ threshold: 0, filter: () => true }));
app.use(express.json());
app.use(expressMiddleware(server));

serve(app, { run });

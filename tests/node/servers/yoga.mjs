// GraphQL Yoga: subscriptions by SSE on the URL of queries; @defer and @stream by its plugin.

import { useDeferStream } from "@graphql-yoga/plugin-defer-stream";
import * as graphql from "graphql";
import { createYoga } from "graphql-yoga";

import { make } from "./schema.mjs";
import { serve } from "./serving.mjs";

const { schema, run } = make(graphql);
const yoga = createYoga({
  schema,
  plugins: [useDeferStream()],
  maskedErrors: false,
  logging: false,
});

serve(yoga, { run });

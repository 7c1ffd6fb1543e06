// GraphQL Yoga with the plugin that its argument names: "apq" for automatic persisted queries, "trusted" for registered
// documents only.

import { useAPQ } from "@graphql-yoga/plugin-apq";
import { usePersistedOperations } from "@graphql-yoga/plugin-persisted-operations";
import * as graphql from "graphql";
import { createYoga } from "graphql-yoga";

import { make } from "./schema.mjs";
import { serve } from "./serving.mjs";

// The ids in tests/pipeline/test_persisted_documents.py.
const DOCUMENTS = {
  hello: "query Hello($name: String!) {\n  hello(name: $name)\n}",
  add: "mutation Add($a: Int!, $b: Int!) {\n  add(a: $a, b: $b)\n}",
  count: "subscription Count {\n  count(to: 2, delay: 0)\n}",
};

const plugins = {
  apq: () => useAPQ(),
  trusted: () =>
    usePersistedOperations({
      getPersistedOperation: (id) => DOCUMENTS[id] ?? null,
      extractPersistedOperationId: (params) =>
        params.documentId ?? params.extensions?.persistedQuery?.sha256Hash ?? null,
    }),
};

const { schema, run } = make(graphql);
const yoga = createYoga({
  schema,
  plugins: [plugins[process.argv[2]]()],
  extraParamNames: ["documentId"],
  batching: true,
  maskedErrors: false,
  logging: false,
});

serve(yoga, { run });

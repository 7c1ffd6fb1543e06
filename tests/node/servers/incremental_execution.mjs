// Executes with graphql 17 and returns its incremental delivery as the iterable of payloads that graphql-sse and
// graphql-ws send.

import { experimentalExecuteIncrementally } from "graphql";

export async function execute(options) {
  const result = await experimentalExecuteIncrementally(options);
  return "initialResult" in result ? payloads(result) : result;
}

async function* payloads({ initialResult, subsequentResults }) {
  yield initialResult;
  yield* subsequentResults;
}

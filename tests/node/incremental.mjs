// Executes the jobs of stdin with a release of graphql-js and prints the payloads of each as one JSON line.
//
//   node incremental.mjs <package> <function> < {"sdl": ..., "root": ..., "jobs": [{"document", "variables", "seed"}]}

import { readFileSync } from "node:fs";

const [, , packageName, functionName] = process.argv;
const graphql = await import(packageName);
const execute = graphql[functionName];
const { sdl, root, jobs } = JSON.parse(readFileSync(0, "utf8"));
// Only the releases of 2020 know the option.
const schema = new graphql.GraphQLSchema({ ...graphql.buildSchema(sdl).toConfig(), enableDeferStream: true });

for (const { document, variables, seed } of jobs) {
  let state = seed;
  const fieldResolver = async (source, _arguments, _context, info) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    for (let ticks = state % 5; ticks > 0; ticks -= 1) await new Promise(setImmediate);
    const value = source[info.fieldName];
    if (value?.error) throw new Error(value.error);
    return value;
  };
  const answer = await execute({
    schema, document: graphql.parse(document), rootValue: root, variableValues: variables, fieldResolver,
  });
  const payloads = [];
  if (answer.initialResult) {
    payloads.push(answer.initialResult);
    for await (const payload of answer.subsequentResults) payloads.push(payload);
  } else if (answer[Symbol.asyncIterator]) {
    for await (const payload of answer) payloads.push(payload);
  } else {
    payloads.push(answer);
  }
  console.log(JSON.stringify(payloads));
}

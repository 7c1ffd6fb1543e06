// The resolvers of tests/servers/streams.graphql; those of the servers in Python are in tests/servers/streams.py.

import { readFileSync } from "node:fs";

import * as log from "./log.mjs";

const active = []; // names of what runs at this moment
const gates = new Map(); // by name: a promise with its resolve
const readers = new Set(); // functions that take a published number

// Makes, with the release of graphql that the server has, the schema and a function that runs a document on it.
export function make(graphql) {
  const { GraphQLSchema, buildSchema, specifiedDirectives, GraphQLDeferDirective, GraphQLStreamDirective } = graphql;
  const sdl = readFileSync(new URL("../../servers/streams.graphql", import.meta.url), "utf8");
  const plain = buildSchema(sdl);
  const directives = new Set([...specifiedDirectives, GraphQLDeferDirective, GraphQLStreamDirective]);
  const schema = new GraphQLSchema({ ...plain.toConfig(), directives: [...directives] });
  for (const [type, fields] of Object.entries(resolvers)) {
    for (const [name, resolve] of Object.entries(fields)) {
      const field = schema.getType(type).getFields()[name];
      if (type === "Subscription") Object.assign(field, { subscribe: resolve, resolve: (event) => event });
      else field.resolve = resolve;
    }
  }
  // execute() takes no schema that has @defer.
  const run = (text) => graphql.experimentalExecuteIncrementally({ schema, document: graphql.parse(text) });
  return { schema, run };
}

const resolvers = {
  Query: {
    hello: (_, { name }) => `Hello ${name}!`,
    slow: (_, { seconds }) => running("slow", sleep(seconds).then(() => seconds)),
    held: (_, { gate }) => running("held", gateOf(gate).promise.then(() => gate)),
    items: (_, { n, delay }) => items(n, delay),
    book: () => ({ id: "1", title: "Emma" }),
    active: () => active,
    fail: (_, { message }) => { throw new Error(message); },
  },
  Book: {
    summary: (_, { delay }) => running("summary", sleep(delay).then(() => "A matchmaker errs.")),
    held: (_, { gate }) => running("held", gateOf(gate).promise.then(() => gate)),
    reviews: (_, { n, delay }) => items(n, delay, (number) => ({ id: String(number), text: `Review ${number}` })),
    broken: () => { throw new Error("It is broken"); },
  },
  Review: {
    held: (_, { gate }) => running("held", gateOf(gate).promise.then(() => gate)),
  },
  Mutation: {
    add: (_, { a, b }) => a + b,
    open: (_, { gate }) => { gateOf(gate).resolve(); return gate; },
    publish: (_, { number }) => { for (const read of readers) read(number); return readers.size; },
  },
  Subscription: {
    count: (_, { to, delay }) => source("count", async (number) => {
      if (delay || number % 1000 === 0) await sleep(delay);
      return number <= to ? number : undefined;
    }),
    endless: (_, { delay }) => source("endless", (number) => sleep(delay).then(() => number)),
    published: () => published(),
    fails: () => source("fails", async (number) => {
      if (number > 2) throw new Error("It failed after 2");
      return number;
    }),
    refused: () => { throw new Error("It is refused"); },
  },
};

const sleep = (seconds) => new Promise((resolve) => (seconds ? setTimeout(resolve, seconds * 1000) : setImmediate(resolve)));

async function running(name, work) {
  const leave = enter(name);
  try {
    return await work;
  } finally {
    leave();
  }
}

function enter(name) {
  active.push(name);
  log.add("started", { name });
  return (fields) => {
    active.splice(active.indexOf(name), 1);
    log.add("ended", { name, ...fields });
  };
}

function gateOf(name) {
  if (!gates.has(name)) {
    const gate = {};
    gate.promise = new Promise((resolve) => { gate.resolve = resolve; });
    gates.set(name, gate);
  }
  return gates.get(name);
}

async function* items(n, delay, item = (number) => number) {
  const leave = enter("items");
  try {
    for (let number = 1; number <= n; number += 1) {
      if (delay) await sleep(delay);
      yield item(number);
    }
  } finally {
    leave();
  }
}

// The events of a subscription: what `produce(number)` resolves to, until undefined. An iterator and no generator, since
// return() of a generator waits until the pending event is there, which may be never.
function source(name, produce, onEnd = () => {}) {
  const leave = enter(`subscription ${name}`);
  const done = { done: true, value: undefined };
  let number = 0;
  let ended = false;
  let release = () => {}; // ends the pending next()
  const end = () => {
    if (ended) return;
    ended = true;
    leave({ number });
    onEnd();
    release(done);
  };
  return {
    next() {
      if (ended) return Promise.resolve(done);
      return new Promise((resolve, reject) => {
        release = resolve;
        produce(number + 1).then((value) => {
          if (value === undefined) return end();
          number += 1;
          resolve({ done: false, value });
        }).catch((error) => {
          reject(error);
          end();
        });
      });
    },
    async return() {
      end();
      return done;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function published() {
  const events = [];
  let wake = () => {};
  const read = (number) => { events.push(number); wake(); };
  readers.add(read);
  return source("published", async () => {
    if (!events.length) await new Promise((resolve) => { wake = resolve; });
    return events.shift();
  }, () => readers.delete(read));
}

import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { localOnly } from '../../local/http/local-only.ts';
import { listenOnLoopback } from '../../tooling/ports.ts';

// About the least that an HTTP server can be: it responds to everything with what it has read from its input, and prints its port. The
// bench compares the gateway with it.
const body = await text(process.stdin);
const server = createServer(
  localOnly((_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(body)),
);
console.log(await listenOnLoopback(server));

import { Socket } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { APIGatewayProxyResult } from 'aws-lambda';
import type { LocalHttpsEndpoints } from '../../local/services/lambda/environment-variables.ts';
import { type Measured, runClosedLoop } from './load/closed-loop.ts';

/** What the program is asked for, as JSON on its command line. Its environment is that of an execution environment. */
export interface DistanceRequest {
  /** The function's code. */
  readonly bundle: string;
  /** What its trigger sends it, as JSON, one after the other. */
  readonly events: readonly string[];
  /** By the port of a server: that of the relay in front of it. */
  readonly relays: Readonly<Record<string, number>>;
  readonly seconds: number;
}

export interface DistanceResult extends Measured {
  /** When the measurement began, in milliseconds since 1970: what came before has opened connections. */
  readonly begunAt: number;
}

// Runs a function's code as its execution environment does, one event after the other, but reaches servers through relays.
const { bundle, events, relays, seconds } = JSON.parse(process.argv[2] ?? '') as DistanceRequest;

const connect = Socket.prototype.connect as (...args: unknown[]) => Socket;
Socket.prototype.connect = function connectThroughRelay(this: Socket, ...args: unknown[]) {
  // Node's own callers have the arguments in a list, others a port and perhaps a host.
  const [first, ...others] = args.flat();
  const target = typeof first === 'object' ? (first as { port: number }) : { port: Number(first) };
  const relay = relays[target.port];
  if (relay === undefined) return connect.apply(this, args);
  const listener = others.find((each) => typeof each === 'function');
  return connect.call(this, { ...target, host: '127.0.0.1', port: relay }, listener);
} as typeof Socket.prototype.connect;

// As the runtime does: the certificates of the run's own servers.
const { trustedCertificates } = JSON.parse(process.env.LOCAL_HTTPS_ENDPOINTS ?? '') as LocalHttpsEndpoints;
setDefaultCACertificates([...getCACertificates('default'), ...trustedCertificates]);
const { handler } = (await import(bundle)) as {
  handler: (event: unknown, context: object) => Promise<APIGatewayProxyResult>;
};
const placeOrder = async (number: number) => {
  const event = JSON.parse(events[number % events.length] ?? '');
  const { statusCode, body } = await handler(event, {
    awsRequestId: crypto.randomUUID(),
    getRemainingTimeInMillis: () => 10_000,
  });
  if (statusCode !== 201) return String(statusCode);
  const { delivery } = JSON.parse(body) as { delivery: object };
  // An order that the relay has to deliver was not created at that distance.
  return Object.values(delivery).includes('pending') ? 'not delivered' : undefined;
};
// Connections open in it.
await runClosedLoop({ clients: 1, warmUpSeconds: 0, seconds: 3 }, placeOrder);
const begunAt = performance.timeOrigin + performance.now();
const measured = await runClosedLoop({ clients: 1, warmUpSeconds: 0, seconds }, placeOrder);
// The function's own lines are before it.
console.log(`\n${JSON.stringify({ ...measured, begunAt } satisfies DistanceResult)}`);
process.exit();

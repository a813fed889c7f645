/** Stands for a function of the app: says what it reaches from its place in the network. */
import { execFileSync } from 'node:child_process';
import { get } from 'node:http';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';

export interface ProbeTarget {
  readonly kind: keyof typeof PROBES;
  readonly port: number;
  readonly service?: string;
}

export type ProbeTargets = Readonly<Record<string, ProbeTarget>>;

/** Bounds the wait for a response that never comes. */
const PATIENCE_MS = 12_000;
/** What a function needs to report, of its time. */
const REST_MS = 1_500;
const host = '127.0.0.1';
const SSL_REQUEST = Buffer.from('0000000804d2162f', 'hex');
const API_VERSIONS = Buffer.from('0000000a0012000000000001ffff', 'hex');

/** Each sends what the server there responds to. */
const PROBES = {
  postgres: (port: number, reached: () => void) => send(port, SSL_REQUEST, reached),
  kafka: (port: number, reached: () => void) => connectTls({ port, host, rejectUnauthorized: false }, reached),
  plaintextKafka: (port: number, reached: () => void) => send(port, API_VERSIONS, reached),
  http: (port: number, reached: () => void, service?: string) => {
    const Authorization = `AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
    return get({ port, host, headers: { Authorization, 'X-Amz-Date': '20260101T000000Z' } }, reached);
  },
};

function send(port: number, bytes: Buffer, reached: () => void) {
  const socket = connect(port, host).on('data', reached);
  socket.write(bytes);
  return socket;
}

function probe({ kind, port, service }: ProbeTarget, patienceMs: number): Promise<string> {
  return new Promise((resolve) => {
    const end = (result: string) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => end('no response'), patienceMs);
    const socket = PROBES[kind](port, () => end('reached'), service);
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}

async function probeAll(targets: ProbeTargets, patienceMs: number): Promise<Record<string, string>> {
  const results = Object.entries(targets).map(async ([name, target]) => [name, await probe(target, patienceMs)]);
  return Object.fromEntries(await Promise.all(results));
}

/** The handler. With `inChild`, a process asks that the function starts. */
export async function handler(
  { targets = {}, inChild }: { targets?: ProbeTargets; inChild?: boolean },
  context: { getRemainingTimeInMillis(): number },
) {
  const patienceMs = Math.min(PATIENCE_MS, context.getRemainingTimeInMillis() - REST_MS);
  if (!inChild) return { brokers: process.env.KAFKA_BROKERS, reached: await probeAll(targets, patienceMs) };
  const args = [fileURLToPath(import.meta.url), JSON.stringify(targets), String(patienceMs - REST_MS)];
  return { reached: JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , targets = '{}', patienceMs] = process.argv;
  console.log(JSON.stringify(await probeAll(JSON.parse(targets), Number(patienceMs))));
}

/**
 * Lets the function's own code open the TCP connections that its network lets through. Others never come about and end with
 * ETIMEDOUT, as on AWS. What the function reaches on this machine refuses it by itself where the system tells whose a connection
 * is; this is for the rest of the systems, for the internet, and so that a connection fails when AWS fails it.
 */
import { writeSync } from 'node:fs';
import { BlockList, isIP, Socket } from 'node:net';
import { constants } from 'node:os';

/** Six attempts, as `tcp_syn_retries` says: https://docs.kernel.org/networking/ip-sysctl.html */
const CONNECT_TIMEOUT_MS = 127_000;

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/**
 * @param {import('../../ec2/service.ts').NetworkView} view
 * @param {number} reports file descriptor for the addresses that were refused, one a line, each once
 */
export function restrictConnections(view, reports) {
  /** @type {(...args: any[]) => Socket} */
  const connect = Socket.prototype.connect;
  const reported = new Set();
  Socket.prototype.connect = /** @this {any} @param {any[]} args */ function (...args) {
    const target = targetOf(args);
    if (target === undefined) return connect.apply(this, args);
    if (isOpen(view, target))
      return connect.apply(this, redirected(args, target.isLocal && view.direct?.[target.port]));
    const line = `${JSON.stringify(target)}\n`;
    if (!reported.has(line)) writeSync(reports, line);
    reported.add(line);
    return neverConnect(
      this,
      target,
      args.flat().find((each) => typeof each === 'function'),
    );
  };
}

/**
 * Where a socket is told to connect; undefined for a Unix socket. Node's own callers have the arguments in a list.
 *
 * @param {any[]} args of `socket.connect`
 */
function targetOf(args) {
  const [first, second] = args.flat();
  const isPort = typeof first === 'number' || (typeof first === 'string' && /^\d+$/.test(first));
  if (typeof first === 'string' && !isPort) return undefined;
  const options = isPort ? { port: first, host: typeof second === 'string' ? second : undefined } : first;
  if (options.path) return undefined;
  const host = options.host ?? 'localhost';
  return { host, port: Number(options.port), isLocal: isLoopback(host) };
}

/** @param {import('../../ec2/service.ts').NetworkView} view @param {{ port: number, isLocal: boolean }} target */
function isOpen({ closed, internet }, { port, isLocal }) {
  if (isLocal) return !closed.includes(port);
  return internet === undefined || internet.some(([first, last]) => first <= port && port <= last);
}

/**
 * What a socket is told, with another host.
 *
 * @param {any[]} args of `socket.connect`
 * @param {string | false | undefined} host if it is another one
 */
function redirected(args, host) {
  if (!host) return args;
  const [first, ...others] = args.flat();
  const options = typeof first === 'object' ? first : { port: first };
  return [{ ...options, host }, others.find((each) => typeof each === 'function')];
}

/** @param {string} host */
function isLoopback(host) {
  const version = isIP(host);
  if (version === 0) return host === 'localhost' || host.endsWith('.localhost');
  return loopback.check(host, version === 4 ? 'ipv4' : 'ipv6');
}

/**
 * @param {any} socket whose state no type lets anybody set
 * @param {{ host: string, port: number }} target
 * @param {(() => void) | undefined} connected
 */
function neverConnect(socket, { host, port }, connected) {
  if (connected) socket.once('connect', connected);
  const error = Object.assign(new Error(`connect ETIMEDOUT ${host}:${port}`), {
    errno: -constants.errno.ETIMEDOUT,
    code: 'ETIMEDOUT',
    syscall: 'connect',
    address: host,
    port,
  });
  const timer = setTimeout(() => socket.destroy(error), CONNECT_TIMEOUT_MS);
  socket.once('close', () => clearTimeout(timer));
  socket.connecting = true;
  return socket;
}

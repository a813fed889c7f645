import { once } from 'node:events';
import { createServer } from 'node:net';

// Below the ports that systems hand out by themselves, so that nobody is given one while its owner is restarted.
const FIRST = 20_000;
const LAST = 32_000;

/**
 * Finds free neighbouring ports on loopback.
 *
 * @returns the first of them
 * @throws Error when there are none
 */
export async function findFreePorts(count: number): Promise<number> {
  const start = FIRST + Math.floor(Math.random() * (LAST - FIRST - count));
  for (let first = start; first + count <= LAST; first += count) {
    const free = await Promise.all(Array.from({ length: count }, (_, index) => isFree(first + index)));
    if (free.every(Boolean)) return first;
  }
  throw new Error(`Between ${start} and ${LAST} there are no ${count} neighbouring free ports.`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return true;
  } catch {
    // Whatever the reason, this port is of no use.
    return false;
  } finally {
    server.close();
  }
}

import { describe, expect, it } from 'vitest';
import { MemoryLog } from '../../testing/ports.ts';
import { LastingConnection } from './lasting-connection.ts';

class Client {
  disconnects = 0;
  readonly #connected: Promise<void>;

  constructor(connected: Promise<void> = Promise.resolve()) {
    this.#connected = connected;
  }

  connect(): Promise<void> {
    return this.#connected;
  }

  async disconnect(): Promise<void> {
    this.disconnects += 1;
  }
}

function connectionTo(...clients: Client[]) {
  const waiting = [...clients];
  return new LastingConnection(() => waiting.shift() ?? new Client(), new MemoryLog());
}

describe('a lasting connection', () => {
  it('serves one use after another with the same client', async () => {
    const client = new Client();
    const connection = connectionTo(client);
    await connection.use(1_000, 'Work', async () => undefined);
    expect(await connection.use(1_000, 'Work', async (used) => used)).toBe(client);
  });

  it('is replaced after a failure', async () => {
    const [broken, next] = [new Client(), new Client()];
    const connection = connectionTo(broken, next);
    const failing = connection.use(1_000, 'Work', () => Promise.reject(new Error('not leader')));
    await expect(failing).rejects.toThrow('not leader');
    expect(await connection.use(1_000, 'Work', async (used) => used)).toBe(next);
    expect(broken.disconnects).toBe(1);
  });

  it('is given up and replaced when its sign-in hangs', async () => {
    const hanging = new Client(new Promise(() => undefined));
    const next = new Client();
    const connection = connectionTo(hanging, next);
    await expect(connection.use(1, 'Work', async () => undefined)).rejects.toMatchObject({ code: 'deadline_exceeded' });
    expect(await connection.use(1_000, 'Work', async (used) => used)).toBe(next);
  });
});

import { withDeadline } from '../../domain/deadline.ts';
import type { Log } from '../../domain/ports.ts';

interface Connectable {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
}

interface Connection<Client> {
  readonly client: Client;
  readonly ready: Promise<void>;
}

/** Keeps a Kafka client connected. Replaces it after a failure: KafkaJS sets no limit on a sign-in, which may hang for ever. */
export class LastingConnection<Client extends Connectable> {
  readonly #create: () => Client;
  readonly #log: Log;
  #connection: Connection<Client> | undefined;

  constructor(create: () => Client, log: Log) {
    this.#create = create;
    this.#log = log;
  }

  /** @param milliseconds for connecting and the work @throws DeadlineExceededError, or what connecting or the work throws */
  async use<T>(milliseconds: number, what: string, work: (client: Client) => Promise<T>): Promise<T> {
    const connection = this.#connection ?? this.#connect();
    try {
      return await withDeadline(
        milliseconds,
        what,
        connection.ready.then(() => work(connection.client)),
      );
    } catch (error) {
      this.#discard(connection);
      throw error;
    }
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.client.disconnect();
  }

  #connect(): Connection<Client> {
    const client = this.#create();
    this.#connection = { client, ready: client.connect() };
    return this.#connection;
  }

  #discard(connection: Connection<Client>): void {
    if (this.#connection === connection) this.#connection = undefined;
    connection.client.disconnect().catch((error) => this.#log.warn('a Kafka client did not close', { error }));
  }
}

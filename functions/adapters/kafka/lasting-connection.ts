import { within } from '../../domain/deadline.ts';
import type { Log } from '../../domain/ports.ts';

interface Connectable {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
}

interface Connection<Client> {
  readonly client: Client;
  readonly ready: Promise<void>;
}

/**
 * A Kafka client that is connected once and used again and again. After a failure it is replaced: KafkaJS has no limit
 * on how long a sign-in may hang, so a client that failed to answer in time may never answer again.
 */
export class LastingConnection<Client extends Connectable> {
  readonly #create: () => Client;
  readonly #log: Log;
  #connection: Connection<Client> | undefined;

  constructor(create: () => Client, log: Log) {
    this.#create = create;
    this.#log = log;
  }

  /**
   * Does `work` with the connected client.
   *
   * @param milliseconds for connecting and the work together
   * @throws DeadlineExceededError, or what connecting or the work throws
   */
  async use<T>(milliseconds: number, what: string, work: (client: Client) => Promise<T>): Promise<T> {
    const connection = this.#connection ?? this.#connect();
    try {
      return await within(
        milliseconds,
        what,
        connection.ready.then(() => work(connection.client)),
      );
    } catch (error) {
      this.#discard(connection);
      throw error;
    }
  }

  /** Disconnects; a later use connects anew. */
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

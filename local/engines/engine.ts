/** A server that is kept running until it is told to stop. */
export interface Engine {
  readonly name: string;
  /** Its port on loopback, which stays the same over restarts. */
  readonly port: number;
  /** Undefined while the server is down. */
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

/** A server that the runner started and keeps running until it is told to stop. */
export interface Engine {
  readonly name: string;
  /** The port on loopback where its clients connect. It stays the same when the server has to be started again. */
  readonly port: number;
  /** The current server process; undefined while it is down. */
  readonly pid: number | undefined;
  /** Ends the server in its own orderly way, by force when that takes too long. */
  stop(): Promise<void>;
}

import { setTimeout as delay } from 'node:timers/promises';

export interface PaceOptions {
  readonly ordersPerPage: number;
  readonly ordersPerSecond: number;
  /** By `performance.now()`: no page is copied later. */
  readonly until: number;
}

/** How fast a run of the mover copies: so many orders a second, whoever they belong to. */
export class Pace {
  readonly ordersPerPage: number;
  readonly #ordersPerSecond: number;
  readonly #until: number;
  #next = 0;

  constructor({ ordersPerPage, ordersPerSecond, until }: PaceOptions) {
    this.ordersPerPage = ordersPerPage;
    this.#ordersPerSecond = ordersPerSecond;
    this.#until = until;
  }

  /** Waits for the turn of the next page. @returns false when the time of the run is over by then */
  async next(): Promise<boolean> {
    const wait = this.#next - performance.now();
    if (performance.now() + Math.max(0, wait) >= this.#until) return false;
    if (wait > 0) await delay(wait);
    return true;
  }

  /** After a page. @param begun by `performance.now()` */
  copied(orders: number, begun: number): void {
    this.#next = Math.max(this.#next, begun) + (orders / this.#ordersPerSecond) * 1_000;
  }
}

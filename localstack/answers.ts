import { answers } from '../tooling/ports.ts';

/** Whether somebody takes connections at an address, `host:port`. */
export function answersAt(address: string): Promise<boolean> {
  const [host = '', port] = address.split(':');
  return answers(host, Number(port));
}

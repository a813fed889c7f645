import { checkPorts, type PortClaim } from '../../tooling/ports.ts';

/**
 * Tells whether the ports are free that a run has come to want.
 *
 * @param claims those that it wants at the time; what it wants now it has
 * @returns checks those that are new since now, or since the last check that passed. It throws as {@link checkPorts}
 */
export function newPortCheck(claims: () => readonly PortClaim[]): () => Promise<void> {
  const portsOf = (all: readonly PortClaim[]) => new Set(all.map(({ port }) => port));
  let own = portsOf(claims());
  return async () => {
    const wanted = claims();
    await checkPorts(wanted.filter(({ port }) => !own.has(port)));
    own = portsOf(wanted);
  };
}

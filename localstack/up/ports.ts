import { freePort, type PortClaim } from '../../tooling/ports.ts';
import { PORTS, type Ports } from '../settings.ts';

/** Puts a free port in the place of each 0. */
export async function chooseFreePorts(ports: Ports): Promise<Ports> {
  const chosen = async (port: number) => port || (await freePort());
  return {
    api: await chosen(ports.api),
    aws: await chosen(ports.aws),
    kafka: await chosen(ports.kafka),
    shards: await Promise.all(ports.shards.map(chosen)),
  };
}

/** Which part wants which port, and by which variable it is changed. */
export function portClaims({ api, aws, kafka, shards }: Ports): PortClaim[] {
  const ports = [api, aws, kafka, ...shards];
  return PORTS.map(({ part, name: variable }, index) => ({ part, variable, port: ports[index] ?? 0 }));
}

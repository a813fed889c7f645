import type { IncomingMessage } from 'node:http';
import type { Ec2, Target } from '../ec2/service.ts';
import type { AccessRequest } from '../iam/service.ts';

/** What policies learn of the way of a request. */
export type Passage = Pick<AccessRequest, 'context' | 'vpcEndpoint'>;

/** The ways on which functions reach AWS services: through VPC endpoints, or through the internet. */
export class Passages {
  readonly #ec2: Pick<Ec2, 'network' | 'connections'>;

  constructor(ec2: Pick<Ec2, 'network' | 'connections'>) {
    this.#ec2 = ec2;
  }

  /** Tells that a port stands for AWS services. */
  lead(port: number, services: readonly string[]): void {
    this.#ec2.connections.assign(port, ...services.map(targetOf));
  }

  /** Whether who sends a request has a way to the service at all. */
  isOpen({ socket }: IncomingMessage, service: string): Promise<boolean> {
    return this.#ec2.connections.admits(socket, targetOf(service));
  }

  /**
   * The way of a request: the VPC endpoint, if it comes through one, with its policy and condition keys.
   *
   * @see https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
   */
  async of({ socket }: IncomingMessage, service: string): Promise<Passage> {
    const { connections, network } = this.#ec2;
    const place = (await connections.functionAt(socket))?.place;
    const endpoint = place && network.endpointFor(place, service);
    if (!endpoint) return {};
    const { id, vpcId } = endpoint;
    return { vpcEndpoint: id, context: { 'aws:SourceVpce': id, 'aws:SourceVpc': vpcId } };
  }
}

function targetOf(service: string): Target {
  return { kind: 'aws', name: service, service };
}

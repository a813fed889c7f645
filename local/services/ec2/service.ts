import type { Iam } from '../iam/service.ts';
import type { ResourceProviders } from '../provider.ts';
import type { Run, Service } from '../service.ts';
import { Connections } from './connections.ts';
import { Network } from './network.ts';
import { networkResources } from './resources.ts';

export { type Connections, type NetworkView, OPEN_NETWORK } from './connections.ts';
export type { Network, Place, VpcEndpoint } from './network.ts';
export { publicServer, refusalOf, type Source, type Target } from './reach.ts';

/** EC2's networks: VPCs, security groups, routes and endpoints, which decide who may connect to what. */
export class Ec2 implements Service {
  readonly network = new Network();
  readonly connections: Connections;
  readonly resources: ResourceProviders;

  /** @param iam has the policies of VPC endpoints */
  constructor(run: Pick<Run, 'log'>, iam: { readonly policies: Pick<Iam['policies'], 'setEndpointPolicy'> }) {
    this.resources = networkResources(this.network, iam.policies);
    this.connections = new Connections(this.network, run.log.child('network'));
  }

  async start(): Promise<void> {
    this.connections.settle();
  }
}

import type { IInterfaceVpcEndpoint, IVpc } from 'aws-cdk-lib/aws-ec2';

export interface Network {
  readonly vpc: IVpc;
  readonly secretsManager: IInterfaceVpcEndpoint;
}

/** LocalStack alone has no network. */
export function demandNetwork(network: Network | undefined): Network {
  if (network === undefined) throw new Error('On AWS this needs a network.');
  return network;
}

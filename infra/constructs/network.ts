import type { IInterfaceVpcEndpoint, IVpc } from 'aws-cdk-lib/aws-ec2';

/** Where functions, databases and brokers stand on AWS. */
export interface Network {
  readonly vpc: IVpc;
  readonly secretsManager: IInterfaceVpcEndpoint;
}

/** For what cannot do without a network: on LocalStack alone, there is none. */
export function demandNetwork(network: Network | undefined): Network {
  if (network === undefined) throw new Error('On AWS this stands in a network: give it one.');
  return network;
}

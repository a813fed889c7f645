import { type Network, refusalOf, type Target } from '../ec2/service.ts';

/** A cluster's brokers, as a target in their network. */
export type Brokers = Extract<Target, { kind: 'private' }>;

/**
 * Why the pollers of event source mappings do not reach a cluster's brokers: they have network interfaces in the cluster's own
 * subnets, with its own security groups. That holds in provisioned mode too, which spares the way to Lambda and STS alone.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-msk-cluster-network.html
 *
 * @returns sentences for the log; undefined when they reach them
 */
export function pollerRefusal(network: Network, brokers: Brokers): string | undefined {
  if (!brokers.place) return undefined;
  const refusal = refusalOf(network, { name: brokers.name, place: brokers.place }, brokers);
  if (!refusal) return undefined;
  return `Pollers, which have the cluster's own security groups, cannot connect to it: ${refusal.reason}. ${refusal.remedy}`;
}

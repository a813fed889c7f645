import { keysIn, type Resource } from '../templates/resources.ts';

/**
 * The names of the zones that subnets lie in.
 *
 * @param subnetIds references to subnets, as the property of a resource has them
 * @throws Error when the Region has fewer zones than the templates ask for
 */
export function zonesOf(resources: readonly Resource[], subnetIds: unknown): string[] {
  const keys = keysIn(JSON.stringify(subnetIds));
  const subnets = resources.filter(({ key, type }) => type === 'AWS::EC2::Subnet' && keys.includes(key));
  return [...new Set(subnets.map(({ property }) => String(property('AvailabilityZone'))))];
}

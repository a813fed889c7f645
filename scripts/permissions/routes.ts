import { keysIn, type Resource } from './resources.ts';

/**
 * Where packets can leave some subnets, besides the VPC itself: gateway endpoints by their service, other routes by the type
 * of what they lead to.
 */
export function routesOf(resources: readonly Resource[], subnetIds: readonly string[]): string[] {
  const refersTo = (resource: Resource, property: string, keys: readonly string[]) =>
    keysIn(JSON.stringify(resource.property(property) ?? '')).some((key) => keys.includes(key));
  const ofType = (type: string) => resources.filter((resource) => resource.type === type);
  const subnets = subnetIds.flatMap(keysIn);
  const tables = ofType('AWS::EC2::SubnetRouteTableAssociation')
    .filter((association) => refersTo(association, 'SubnetId', subnets))
    .flatMap((association) => keysIn(String(association.property('RouteTableId'))));
  const endpoints = ofType('AWS::EC2::VPCEndpoint')
    .filter((endpoint) => refersTo(endpoint, 'RouteTableIds', tables))
    .map((endpoint) => `the gateway of ${String(endpoint.property('ServiceName')).split('.').at(-1)}`);
  const routes = ofType('AWS::EC2::Route')
    .filter((route) => refersTo(route, 'RouteTableId', tables))
    .map((route) => {
      const target = route.propertyNames.find(
        (name) => /^(?!RouteTable).*(Id|Arn)$/.test(name) && name !== 'RouteTableId',
      );
      return `${String(route.property('DestinationCidrBlock') ?? 'other addresses')} by its ${target}`;
    });
  return [...new Set([...endpoints, ...routes])].sort();
}

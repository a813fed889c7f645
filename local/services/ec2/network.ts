import { required } from '../service.ts';
import { type AddedRule, allowsAll, type SecurityGroup } from './security-group.ts';

/** What has network interfaces: a function in a VPC, a database, the brokers of a cluster. */
export interface Place {
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
}

export interface Vpc {
  readonly id: string;
  /** As a person knows it. */
  readonly name: string;
  readonly block: string;
  /** The id of the security group that belongs to what names none. */
  readonly defaultGroupId: string;
}

export interface Subnet {
  readonly id: string;
  /** As a person knows it. */
  readonly name: string;
  readonly vpcId: string;
  readonly block: string;
}

/** A route besides the VPC's own. */
export interface Route {
  readonly routeTableId: string;
  readonly block: string;
  /** The property that names what it leads to, such as `NatGatewayId`. */
  readonly via: string;
}

/** A way from a VPC to an AWS service that does not pass through the internet. */
export interface VpcEndpoint {
  readonly id: string;
  readonly name: string;
  readonly vpcId: string;
  /** The service as signatures and ARNs name it: `s3`, `secretsmanager`. */
  readonly service: string;
  /** An interface that has the service's own name in the VPC, or routes. One without private DNS has another name. */
  readonly way:
    | { readonly kind: 'interface'; readonly place: Place; readonly privateDns: boolean }
    | { readonly kind: 'gateway'; readonly routeTableIds: readonly string[] };
}

/** The VPCs of a run with all that is in them, each by id. */
export class Network {
  readonly vpcs = new Map<string, Vpc>();
  readonly subnets = new Map<string, Subnet>();
  /** With the rules that they declare themselves. */
  readonly securityGroups = new Map<string, SecurityGroup>();
  /** The rules that are added to them. */
  readonly rules = new Map<string, AddedRule>();
  /** The groups that have lost the rules of their own. By id; the value says nothing. */
  readonly restricted = new Map<string, true>();
  readonly endpoints = new Map<string, VpcEndpoint>();
  readonly routes = new Map<string, Route>();
  /** By id of the subnet: its route table. Others have the VPC's main one, which has no routes of its own. */
  readonly routeTables = new Map<string, string>();

  /**
   * Where something with these subnets and groups lies. Without a group, it has the VPC's default one.
   *
   * @throws Error when the templates have no such subnet or group: nothing is known of it
   */
  placeOf(subnetIds: readonly string[], securityGroupIds: readonly string[] = []): Place {
    const [first] = subnetIds.map((id) => required(this.subnets.get(id), `subnet ${id}`));
    const { vpcId } = required(first, 'subnet for what lies in a VPC');
    for (const id of securityGroupIds) required(this.securityGroups.get(id), `security group ${id}`);
    const groups = securityGroupIds.length > 0 ? securityGroupIds : [this.vpc(vpcId).defaultGroupId];
    return { vpcId, subnetIds, securityGroupIds: groups };
  }

  vpc(id: string): Vpc {
    return required(this.vpcs.get(id), `VPC ${id}`);
  }

  /** With all their rules. The first egress rule that is added takes the place of the default, also of one that a person wrote: https://github.com/aws/aws-cdk/issues/22140 */
  groupsOf({ securityGroupIds }: Pick<Place, 'securityGroupIds'>): SecurityGroup[] {
    return securityGroupIds.map((id) => {
      const group = required(this.securityGroups.get(id), `security group ${id}`);
      const own = this.restricted.has(id) ? { ingress: [], egress: [] } : group;
      const added = [...this.rules.values()].filter(({ groupId }) => groupId === id);
      const addedTo = (side: AddedRule['side']) => added.filter((each) => each.side === side).map(({ rule }) => rule);
      const egress = addedTo('egress');
      return {
        ...group,
        ingress: [...own.ingress, ...addedTo('ingress')],
        egress: [...own.egress.filter((rule) => !allowsAll(rule) || egress.length === 0), ...egress],
      };
    });
  }

  subnetsOf({ subnetIds }: Place): Subnet[] {
    return subnetIds.map((id) => required(this.subnets.get(id), `subnet ${id}`));
  }

  /** The routes of a subnet, besides the VPC's own. */
  routesOf(subnetId: string): readonly Route[] {
    const table = this.routeTables.get(subnetId);
    return [...this.routes.values()].filter(({ routeTableId }) => routeTableId === table);
  }

  /**
   * The VPC endpoint that calls of a service pass through: an interface with the service's name, or else the gateway that all
   * the subnets' routes lead to.
   */
  endpointFor(from: Place, service: string): VpcEndpoint | undefined {
    const candidates = [...this.endpoints.values()].filter((each) => {
      return each.vpcId === from.vpcId && each.service === service;
    });
    const byName = candidates.find(({ way }) => way.kind === 'interface' && way.privateDns);
    const tables = from.subnetIds.map((id) => this.routeTables.get(id) ?? '');
    const byRoute = candidates.find(({ way }) => {
      return way.kind === 'gateway' && tables.every((table) => way.routeTableIds.includes(table));
    });
    return byName ?? byRoute;
  }
}

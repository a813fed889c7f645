import { type Check, type Finding, lack } from '../check.ts';
import { readResource } from '../read-resource.ts';
import type { Target } from '../target.ts';

/** Whether the firewall in front of the API exists. */
export const webAcl: Check = {
  title: 'Web ACL of the API',
  async find(target) {
    const associations = target.resources.filter(({ type }) => type === 'AWS::WAFv2::WebACLAssociation');
    if (associations.length === 0) return undefined;
    const arns = [...new Set(associations.map(({ property }) => String(property('WebACLArn'))))];
    return (await Promise.all(arns.map((arn) => problemOf(target, arn)))).flat();
  },
};

async function problemOf({ aws, region }: Target, arn: string): Promise<Finding[]> {
  // arn:aws:wafv2:REGION:ACCOUNT:regional/webacl/NAME/ID
  const [, , , regionOfAcl] = arn.split(':');
  const [, , name, id] = arn.split('/');
  const remedy =
    'Pass a regional web ACL of that Region with -c webAclArn=; `aws wafv2 list-web-acls --scope REGIONAL` lists them.';
  if (regionOfAcl !== region) return [lack(`${arn} is not in ${region}.`, remedy)];
  const acl = await readResource(aws, 'AWS::WAFv2::WebACL', `${name}|${id}|REGIONAL`);
  return acl === undefined ? [lack(`There is no web ACL ${arn}.`, remedy)] : [];
}

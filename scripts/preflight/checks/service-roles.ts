import { type Check, warning } from '../check.ts';
import { readResource } from '../read-resource.ts';

/** Services that act in the account by a role of their own, made with the first resource of such a type. */
const ROLES = [
  {
    // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAM.ServiceLinkedRoles.html
    type: 'AWS::RDS::DBInstance',
    role: 'AWSServiceRoleForRDS',
    service: 'rds.amazonaws.com',
  },
  {
    // https://docs.aws.amazon.com/msk/latest/developerguide/using-service-linked-roles.html
    type: 'AWS::MSK::Cluster',
    role: 'AWSServiceRoleForKafka',
    service: 'kafka.amazonaws.com',
  },
];

/**
 * Whether the service-linked roles exist. The first deployment makes them, and may fail because a new role takes a while to be known:
 * "Unable to create the resource. Verify that you have permission to create service linked role."
 */
export const serviceRoles: Check = {
  title: 'Service-linked roles',
  async find(target) {
    const wanted = ROLES.filter((each) => target.resources.some(({ type }) => type === each.type));
    const missing = await Promise.all(
      wanted.map(async (each) => ((await readResource(target.aws, 'AWS::IAM::Role', each.role)) ? [] : [each])),
    );
    return missing
      .flat()
      .map(({ role, service }) =>
        warning(
          `${role} does not exist yet. The deployment makes it, which may fail the first time.`,
          `Make it now: \`aws iam create-service-linked-role --aws-service-name ${service}\`.`,
        ),
      );
  },
};

import { type Parameter, paginateDescribeEngineDefaultParameters } from '@aws-sdk/client-rds';
import { z } from 'zod';
import type { Resource } from '../../templates/resources.ts';
import { type Check, type Finding, lack } from '../check.ts';
import type { Target } from '../target.ts';

/**
 * Whether RDS knows the database parameters that the templates set, lets them be changed, and takes their values.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeEngineDefaultParameters.html
 */
export const parameters: Check = {
  title: 'Database parameters',
  async find(target) {
    const groups = target.resources.filter(({ type }) => type === 'AWS::RDS::DBParameterGroup');
    return (await Promise.all(groups.map((group) => problemsOf(target, group)))).flat();
  },
};

async function problemsOf({ aws }: Target, group: Resource): Promise<Finding[]> {
  const family = String(group.property('Family'));
  const wanted = z.record(z.string(), z.coerce.string()).parse(group.property('Parameters'));
  const known = new Map<string, Parameter>();
  const request = { DBParameterGroupFamily: family };
  for await (const page of paginateDescribeEngineDefaultParameters({ client: aws.rds }, request)) {
    for (const parameter of page.EngineDefaults?.Parameters ?? []) known.set(parameter.ParameterName ?? '', parameter);
  }
  return Object.entries(wanted).flatMap(([name, value]) => {
    const problem = problemOf(name, value, known.get(name));
    return problem === undefined
      ? []
      : [lack(`${family}: ${problem}`, 'Change it in infra/constructs/shards/rds-shards.ts.')];
  });
}

function problemOf(name: string, value: string, parameter: Parameter | undefined): string | undefined {
  if (parameter === undefined) return `there is no parameter ${name}.`;
  if (parameter.IsModifiable !== true) return `${name} cannot be changed.`;
  const { AllowedValues: allowed } = parameter;
  return allowed === undefined || isAllowed(value, allowed) ? undefined : `${name} takes ${allowed}, not ${value}.`;
}

/** @param allowed a range such as `-1-1073741823`, or values between commas; both may stand in one list */
function isAllowed(value: string, allowed: string): boolean {
  return allowed.split(',').some((each) => {
    const [, least, most] = /^(-?[\d.]+)-(-?[\d.]+)$/.exec(each.trim()) ?? [];
    if (least === undefined) return each.trim() === value;
    return Number(value) >= Number(least) && Number(value) <= Number(most);
  });
}
